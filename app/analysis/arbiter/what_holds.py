"""One table of what holds: each peak once, with the likelier label and all that both say.

Its analysis judges each label again, so a label that neither program got right is not confirmed.
"""

import polars as pl

from app.analysis.arbiter.judgements import SIDES, UNDECIDED
from app.analysis.arbiter.readings import (
    AREA_WRITTEN,
    FIRST,
    HEADERS,
    PEAK,
    READING,
    ROWS,
    SAMPLE,
    SECOND,
    TIME_WRITTEN,
    Titles,
)

# Differences that leave the name of the species as it is.
SAME_SPECIES = ("same", "alone", "adduct", "name")
# A name with "or" would be read as its first part.
BETWEEN = "not decided between {} and {}"
JUDGEMENT, PROBABILITY = "arbiter judgement", "arbiter probability"


def what_holds(table: pl.DataFrame, judged: pl.DataFrame, titles: Titles) -> pl.DataFrame:
    """The table, by headers: a row for each peak, as the program has it that is likelier right.

    ``table`` has the readings, ``judged`` the judgements. Where the labels differ and the data do
    not decide, both stand in the name, so that neither is taken for right. Further columns have the
    rows, names, times and areas of both programs.
    """
    chosen = judged.select(
        pl.col("peak").alias(PEAK),
        pl.when(_takes_second()).then(SECOND).otherwise(FIRST).alias(READING),
        pl.when(_is_open()).then(pl.format(BETWEEN, "name_first", "name_second")).alias("open"),
        pl.col("judgement").alias(JUDGEMENT),
        pl.col("probability").alias(PROBABILITY),
    )
    kept = chosen.join(table.with_columns(pl.col(READING).cast(pl.Int32)), on=[PEAK, READING])
    kept = kept.with_columns(
        pl.coalesce("open", HEADERS["name"]).alias(HEADERS["name"]),
        pl.col(SAMPLE).alias(HEADERS["sample"]),
    )
    for side, title in zip(SIDES, titles, strict=True):
        kept = kept.join(_said(table, SIDES[side], side, title), on=PEAK)
    said = [name for side in SIDES for name in kept.columns if name.startswith(f"{side} program: ")]
    return kept.sort(PEAK).select(*HEADERS.values(), JUDGEMENT, PROBABILITY, *said)


def _takes_second() -> pl.Expr:
    """Whether the second program's annotation is kept: it is likelier right, or the only one."""
    likelier = pl.col("p_second") > pl.col("p_first")
    both = pl.col("is_in_first") & pl.col("is_in_second")
    return pl.when(both).then(likelier).otherwise(pl.col("is_in_second"))


def _is_open() -> pl.Expr:
    differs = ~pl.col("kind").is_in(SAME_SPECIES)
    return (pl.col("judgement") == UNDECIDED) & differs


def _said(table: pl.DataFrame, number: int, side: str, title: str) -> pl.DataFrame:
    """What a program says of each peak, as it wrote it; nothing where it has no row."""
    own = table.filter(pl.col(READING) == number)
    has_row = pl.col(ROWS) != ""
    columns = {
        "rows": pl.col(ROWS),
        "name": pl.col(HEADERS["name"]),
        "RT": pl.col(TIME_WRITTEN),
        "area": pl.col(AREA_WRITTEN),
    }
    start = f"{side} program: "
    return own.select(
        PEAK,
        pl.lit(title).alias(f"{start}table"),
        *(pl.when(has_row).then(each).alias(f"{start}{name}") for name, each in columns.items()),
    )
