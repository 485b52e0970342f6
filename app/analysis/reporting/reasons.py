"""Write the reason of each call as a sentence, from what a result keeps of it.

A result has the number of the sentence and what stands in it, so that sentences are made for the
rows that somebody reads or exports.
"""

from collections.abc import Callable, Iterator
from string import Formatter
from typing import TypeAlias

import numpy as np
import polars as pl

from app.analysis.computing.parallel import in_threads
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.reporting.decimal_text import NO_SIGN, decimal_text
from app.analysis.reporting.reason_sentences import (
    FOLLOWED_BY,
    IN_WORDS,
    SENTENCES,
    WITHOUT_AREA,
)

Part: TypeAlias = pl.Expr | pl.Series
# What a result keeps of the reasons beside its rows; null where a sentence does not need it.
FACTS: dict[str, pl.DataType] = {
    "reason_case": pl.UInt8(),
    "parent_name": pl.String(),
    "difference_min": pl.Float64(),
    "percent_of_parent": pl.Float64(),
    "ion_words": pl.String(),
    "ion_ppm": pl.Float64(),
    "unpicked": pl.String(),
    "alternative_sentence": pl.String(),
    "rival_off_min": pl.Float64(),
    "times_blank": pl.Float64(),
    "blank_factor": pl.Float64(),
    "ion_kind": pl.String(),
    "other_names": pl.String(),
}
# What sentences take of the rows themselves.
OF_ROWS = (
    *("reason", "prefix", "anchor", "rt_min", "predicted_rt_min", "residual_min"),
    *("studentised_residual", "parent_row", "mass_error_ppm", "ion_group", "peak_area"),
)
# From this on a percentage has no decimals.
PLAIN = 10.0
# No larger mass error is written.
MOST_PPM = 1e6
EARLIER_LATER = (" min earlier", " min later")
# Fewer sentences than this are made in less time than threads take to start.
ROWS_OF_THREADS = 50_000


def has_facts(rows: pl.LazyFrame) -> bool:
    """Whether reasons have to be made; a result of an earlier version has them in words."""
    return "reason_case" in rows.collect_schema().names()


def with_reasons(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The stored rows with their reasons in words, made when they are read, without ``FACTS``."""
    return with_words(rows).drop(*FACTS) if has_facts(rows) else rows


def with_words(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The stored rows that have ``FACTS``, with their reasons in words beside these."""
    made = pl.map_batches(
        [pl.col(name) for name in (*OF_ROWS, *FACTS)],
        lambda columns: _reasons(pl.DataFrame(list(columns))),
        return_dtype=pl.String(),
        is_elementwise=True,
    )
    return rows.with_columns(reason=made)


def as_stored(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``with_words`` as they were before it."""
    if "reason_case" not in rows.columns:
        return rows
    is_in_words = pl.col("reason_case").is_null()
    return rows.with_columns(reason=pl.when(is_in_words).then("reason"))


def read_reasons(rows: pl.DataFrame) -> pl.DataFrame:
    """The same of rows in memory, whose sentences are made in threads."""
    if "reason_case" not in rows.columns:
        return rows
    made = _reasons(rows, few=rows.height < ROWS_OF_THREADS)
    return rows.with_columns(made.alias("reason")).drop(*FACTS)


def _reasons(rows: pl.DataFrame, *, few: bool = True) -> pl.Series:
    """The reason of each row; each part is formatted only where it is needed."""
    cases = _cases(rows)
    texts = in_threads(lambda case: _text(rows, *case), cases, few=few)
    if not cases:
        return rows["reason"]
    order = np.empty(rows.height, dtype=np.int64)
    order[np.concatenate([at for at, _ in cases])] = np.arange(rows.height)
    # By an index in brackets here and below, because gather starts a query.
    return pl.concat(texts, rechunk=True)[order]


def _cases(rows: pl.DataFrame) -> list[tuple[Indices, str]]:
    """The positions of the rows that get each sentence."""
    case = rows["reason_case"].fill_null(len(SENTENCES)).to_numpy()
    cases = [(np.flatnonzero(case == number), text) for number, text in enumerate(SENTENCES)]
    followed = [(rows["peak_area"].is_null(), WITHOUT_AREA)]
    followed += [(rows[column].is_not_null(), after) for column, after in FOLLOWED_BY.items()]
    for rows_of_after, after in followed:
        if rows_of_after.any():
            is_followed = rows_of_after.to_numpy()
            cases = [
                *((at[~is_followed[at]], text) for at, text in cases),
                *((at[is_followed[at]], text + after) for at, text in cases),
            ]
    cases.append((np.flatnonzero(case == len(SENTENCES)), IN_WORDS))
    return [(at, text) for at, text in cases if len(at)]


def _text(rows: pl.DataFrame, at: Indices, sentence: str) -> pl.Series:
    """The sentence of each row at some positions."""
    text = pl.select(pl.concat_str(list(_parts(rows, pl.Series(at), sentence)))).to_series()
    return text if len(text) == len(at) else text.new_from_index(0, len(at))


def _parts(rows: pl.DataFrame, at: pl.Series, sentence: str) -> Iterator[Part]:
    for text, part, _, _ in Formatter().parse(sentence):
        if part in NUMBERS:
            column, write = NUMBERS[part]
            yield write(rows[column][at].to_numpy(), text)
        else:
            yield pl.lit(text)
            if part:
                column, word = WORDS[part]
                yield word(rows[column][at])


def _it(anchor: pl.Series) -> Part:
    words = pl.Series(["It", "Marked as an anchor, but it"])
    return words[anchor.cast(pl.UInt8)]


def _number(whole: pl.Series) -> Part:
    return whole.cast(pl.String)


def _as_is(texts: pl.Series) -> Part:
    return texts


def _or_species(names: pl.Series) -> Part:
    return names.fill_null("a species")


def _from_main(minutes: pl.Series) -> Part:
    return minutes.abs().round(3).cast(pl.String)


def _factor(factor: pl.Series) -> Part:
    return pl.Series([f"{each:g}" for each in factor])


def _with_places(places: int, signs: tuple[str, str] = NO_SIGN) -> Callable[[Array, str], Part]:
    return lambda values, before: decimal_text(values, places, before, signs)


def _mass_error(ppm: Array, before: str) -> Part:
    return decimal_text(np.clip(ppm, -MOST_PPM, MOST_PPM), 1, before)


def _percent(percent: Array, before: str) -> Part:
    return pl.Series(
        [f"{before}{p:.0f}" if p >= PLAIN else f"{before}{p:.2g}" for p in percent.tolist()]
    )


# What the braces of a sentence stand for: a column, and how its values are written.
WORDS: dict[str, tuple[str, Callable[[pl.Series], Part]]] = {
    "words": ("reason", _as_is),
    "it": ("anchor", _it),
    "prefix": ("prefix", _as_is),
    "parent": ("parent_row", _number),
    "parent_name": ("parent_name", _as_is),
    "ion": ("ion_words", _as_is),
    "unpicked": ("unpicked", _or_species),
    "factor": ("blank_factor", _factor),
    "alternative": ("alternative_sentence", _as_is),
    "other_names": ("other_names", _as_is),
    "ion_kind": ("ion_kind", _as_is),
    "main": ("ion_group", _number),
    "from_main": ("difference_min", _from_main),
}
# Numbers are formatted with the text before them.
NUMBERS: dict[str | None, tuple[str, Callable[[Array, str], Part]]] = {
    "rt": ("rt_min", _with_places(3)),
    "predicted": ("predicted_rt_min", _with_places(3)),
    "off": ("residual_min", _with_places(3)),
    "rival_off": ("rival_off_min", _with_places(3)),
    "later": ("residual_min", _with_places(3, EARLIER_LATER)),
    "sds": ("studentised_residual", _with_places(1)),
    "apart": ("difference_min", _with_places(3)),
    "ppm": ("ion_ppm", _with_places(1)),
    "mass_error": ("mass_error_ppm", _mass_error),
    "percent": ("percent_of_parent", _percent),
    "times": ("times_blank", _with_places(2)),
}
