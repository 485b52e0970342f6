"""The columns of a peak that its result takes over as they were read."""

import polars as pl

MEASURED_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.UInt32(),
    "sample": pl.String(),
    "name": pl.String(),
    "rt_min": pl.Float64(),
    "peak_area": pl.Float64(),
    "log_p": pl.Float64(),
    "anchor": pl.Boolean(),
}
