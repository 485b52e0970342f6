"""The samples of a cohort: their roles, calls, totals and drift."""

import polars as pl

from app.analysis.names.cells.sample_roles import SAMPLE
from app.analysis.state.calls import CALLS


def samples(rows: pl.LazyFrame) -> pl.DataFrame:
    """One row for each sample in the order of the table.

    ``role`` is ``sample`` where nothing gives another, ``calls`` has the number of rows by call,
    ``species`` counts those called true, ``true_area`` is the sum of their consolidated areas and
    ``drift_min`` how much later the sample elutes than the cohort.
    """
    is_true = pl.col("call") == "true"
    found = rows.group_by("sample", maintain_order=True).agg(
        role=pl.col("sample_role").drop_nulls().first().fill_null(SAMPLE),
        rows=pl.len(),
        **{call: (pl.col("call") == call).sum() for call in CALLS},
        species=pl.col("species").filter(is_true).n_unique(),
        true_area=pl.col("consolidated_volume").filter(is_true).sum(),
    )
    return found.collect().join(drift(rows), on="sample", how="left", maintain_order="left")


def drift(rows: pl.LazyFrame) -> pl.DataFrame:
    """How much later than the cohort each sample elutes, in minutes: sample and drift_min.

    As the engine's alignment begins (``app/analysis/model/drift/alignment.py``): the usual
    time of a species is the median over samples of that of its largest peak, and the drift of a
    sample the median over its shared species of how much later than usual they elute. Rows that
    were not judged do not count. A sample that shares no species has no drift.
    """
    judged = rows.filter(
        pl.col("species").is_not_null(), pl.col("set_apart").is_null(), pl.col("call") != "invalid"
    )
    largest = judged.group_by("sample", "species").agg(
        pl.col("rt_min").sort_by(["peak_area", "rt_min"], descending=[True, False]).first()
    )
    shared = pl.len().over("species") > 1
    usual = pl.col("rt_min").median().over("species")
    return (
        largest.filter(shared)
        .with_columns(off=pl.col("rt_min") - usual)
        .group_by("sample")
        .agg(drift_min=pl.col("off").median())
        .collect()
    )


def composition(rows: pl.LazyFrame, by: str = "prefix") -> pl.DataFrame:
    """The area of the true species of each sample by class: sample, class, area and its percent."""
    true = rows.filter(pl.col("call") == "true").with_columns(pl.col(by).alias("class"))
    areas = true.group_by("sample", "class").agg(area=pl.col("consolidated_volume").sum())
    total = pl.col("area").sum().over("sample")
    percent = pl.when(total > 0).then(100 * pl.col("area") / total)
    return areas.with_columns(percent=percent).sort("sample", "class").collect()
