"""The drift of each sample: how much later or earlier it elutes than the cohort."""

import polars as pl


def add_drift(peaks: pl.DataFrame) -> pl.DataFrame:
    """Add ``drift_min``, and ``aligned_rt_min``, the retention time with the drift taken out.

    A sample's drift is the median over the names it shares with others of how far its largest peak
    lies from the median largest peak of that name. A single sample has none.
    """
    if peaks["sample_code"].n_unique() == 1:
        return peaks.with_columns(drift_min=pl.lit(0.0), aligned_rt_min=pl.col("rt_min"))
    drift = _drift(peaks.filter(pl.col("species_code").is_not_null()))
    joined = peaks.join(drift, on="sample_code", how="left", maintain_order="left")
    joined = joined.with_columns(pl.col("drift_min").fill_null(0.0))
    return joined.with_columns(aligned_rt_min=pl.col("rt_min") - pl.col("drift_min"))


def _drift(usable: pl.DataFrame) -> pl.DataFrame:
    spot = ("sample_code", "species_code")
    # Of two peaks as large the earlier counts, whatever their order in the table.
    largest = (
        usable.lazy()
        .select(*spot, "rt_min", "peak_area")
        .filter(pl.col("peak_area") == pl.col("peak_area").max().over(spot))
        .group_by(spot)
        .agg(pl.col("rt_min").min())
        .collect()
    )
    usual = largest.group_by("species_code").agg(usual=pl.col("rt_min").median(), samples=pl.len())
    shared = largest.join(usual.filter(pl.col("samples") > 1), on="species_code")
    difference = pl.col("rt_min") - pl.col("usual")
    return shared.group_by("sample_code").agg(drift_min=difference.median())
