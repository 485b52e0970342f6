"""The judged peaks as a table for people: annotations, judgement, probability and evidence."""

from collections.abc import Iterator

import polars as pl

from app.analysis.arbiter.differences import KINDS
from app.analysis.arbiter.evidence_sentences import evidence_sentence
from app.analysis.arbiter.judgements import BOTH, NEITHER, NOT_JUDGED, UNDECIDED
from app.analysis.arbiter.readings import Titles


def judgement_words(titles: Titles) -> dict[str, str]:
    """What each judgement is called."""
    return {
        "first": f"{titles.first} is right",
        "second": f"{titles.second} is right",
        BOTH: "both are right",
        NEITHER: "neither is right",
        UNDECIDED: "cannot be decided",
        NOT_JUDGED: "not judged",
    }


def listing(judged: pl.DataFrame, titles: Titles) -> pl.DataFrame:
    """A line for each peak, by headers."""
    words = judgement_words(titles)
    evidence = [evidence_sentence(peak, titles) for peak in judged.iter_rows(named=True)]
    return judged.select(
        "peak",
        "sample",
        pl.coalesce("rt_min_first", "rt_min_second").alias("RT of the first table (min)"),
        *_annotations(titles),
        pl.col("kind").replace_strict(KINDS).alias("difference"),
        pl.col("judgement").replace_strict(words).alias("judgement"),
        pl.col("likeliest").replace_strict(words).alias("likeliest"),
        "probability",
        pl.Series("evidence", evidence, dtype=pl.String),
    )


def _annotations(titles: Titles) -> Iterator[pl.Expr]:
    """What each program wrote of a peak, where it has it, below headers with its title."""
    for side, title in zip(("first", "second"), _distinct(titles), strict=True):
        for what, column in (
            ("rows", f"rows_{side}"),
            ("name", f"name_{side}"),
            ("RT (min)", f"written_rt_min_{side}"),
            ("area", f"written_area_{side}"),
            ("adduct", f"adduct_{side}"),
        ):
            yield pl.when(f"is_in_{side}").then(column).alias(f"{title}: {what}")


def _distinct(titles: Titles) -> tuple[str, str]:
    if titles.first != titles.second:
        return titles.first, titles.second
    return f"{titles.first} (first)", f"{titles.second} (second)"
