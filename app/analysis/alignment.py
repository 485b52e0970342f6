"""The drift of each sample: how much later or earlier it elutes than the cohort."""

import polars as pl


def add_drift(peaks: pl.DataFrame) -> pl.DataFrame:
    """Add ``drift_min``, and ``aligned_rt_min``, the retention time with the drift taken out.

    A sample's drift is the median over the names it shares with others of how far its largest peak
    lies from the median largest peak of that name. A single sample has none.
    """
    samples = peaks["sample"].n_unique()
    drift = _drift(peaks) if samples > 1 else pl.DataFrame(schema=DRIFT)
    joined = peaks.join(drift, on="sample", how="left", maintain_order="left")
    joined = joined.with_columns(pl.col("drift_min").fill_null(0.0))
    return joined.with_columns(aligned_rt_min=pl.col("rt_min") - pl.col("drift_min"))


DRIFT = {"sample": pl.String, "drift_min": pl.Float64}


def _drift(peaks: pl.DataFrame) -> pl.DataFrame:
    usable = peaks.filter(pl.col("problem").is_null())
    largest = usable.sort("peak_area", "rt_min", descending=True).unique(
        ["sample", "species"], keep="first", maintain_order=True
    )
    shared = largest.with_columns(
        usual=pl.col("rt_min").median().over("species"), samples=pl.len().over("species")
    ).filter(pl.col("samples") > 1)
    difference = pl.col("rt_min") - pl.col("usual")
    return shared.group_by("sample").agg(drift_min=difference.median()).select(*DRIFT)
