"""Set rows apart that add up the ions of a species which the table has as rows of their own."""

import polars as pl

from app.analysis.names.cells.evidence_levels import fold_text

TOTALS = frozenset(
    ("sum", "summed", "total", "totals", "all", "allions", "alladducts", "combined", "merged")
)
CHARGES = r"^\s*[1-9]\s*(?:[+,&/]\s*[1-9]\s*)+$"
PROBLEM = "This row adds up ions of {} that are rows of their own."


def mark_summed_ions(peaks: pl.DataFrame) -> pl.DataFrame:
    """Give rows whose adduct or charge is a word such as ``Sum`` a problem if their ions are there.

    Else such a row stays the peak of its species, without that adduct or charge.
    """
    totals = {role: _totals(peaks[role]) for role in ("adduct", "charge")}
    if not any(totals.values()):
        return peaks
    is_sum = pl.any_horizontal(
        pl.col(role).is_in(words).fill_null(value=False) for role, words in totals.items()
    )
    has_ions = (~is_sum).any().over("sample", "name")
    problem = pl.when(is_sum & has_ions).then(pl.format(PROBLEM, "name"))
    return peaks.with_columns(
        pl.coalesce("problem", problem).alias("problem"),
        *(pl.when(~is_sum).then(role).alias(role) for role in totals),
    )


def _totals(texts: pl.Series) -> list[str]:
    """The different texts that name a sum of ions; ``1+2`` is one of two charges."""
    if texts.null_count() == len(texts):
        return []
    distinct = texts.drop_nulls().unique()
    charges = distinct.filter(distinct.str.contains(CHARGES)).to_list()
    return [text for text in distinct if fold_text(text) in TOTALS] + charges
