"""Warn of tables that seem to mix two methods: columns, gradients or units of time."""

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

CODE = "several_methods"
# Samples of one method remain within this of the usual times, in minutes of porcine brain (the
# simulator: at most 0.19, and 0.26 beside one of another gradient; half of the samples with a
# gradient a tenth shorter: 0.30 to 0.47).
MOST_REMAINING_MIN = 0.3
SHOWN_SAMPLES = 5
# In tables of one method at most three in ten rows are outliers (the simulator, porcine brain); in
# tables of two, more than half of them.
MOST_OUTLIERS, LEAST_JUDGED = 0.45, 30


def sample_warnings(
    table: pl.DataFrame, arrays: PeakArrays, remaining_min: Array
) -> list[DataWarning]:
    """Warn of samples that remain (samples,) far from the usual times once aligned."""
    limit_min = MOST_REMAINING_MIN * arrays.time_scale
    # A comparison with NaN is false.
    off = np.flatnonzero(remaining_min > limit_min)
    if not len(off):
        return []
    rows = np.sort(arrays.row[np.isin(arrays.sample, off)])
    names = table[rows.astype(np.int64) - 1]["sample"].unique(maintain_order=True)
    shown = ", ".join(str(name) for name in names[:SHOWN_SAMPLES])
    more = f" and {len(names) - SHOWN_SAMPLES:,} more" if len(names) > SHOWN_SAMPLES else ""
    text = (
        f"The retention times of {shown}{more} do not follow those of the other samples: they "
        f"remain {np.nanmax(remaining_min[off]):.2f} min off once the drift of each sample is "
        "removed. If they are of another column or gradient, analyze them by themselves."
    )
    return [DataWarning(CODE, text, tuple(rows[:SHOWN_ROWS].tolist()))]


def outlier_warnings(rows: pl.DataFrame) -> list[DataWarning]:
    """Warn where too many of the judged ``rows`` (``ROW_SCHEMA``) fit no explanation."""
    judged = rows.filter(pl.col("call") != "invalid")
    outliers = judged.filter(pl.col("call") == "outlier")
    if judged.height < LEAST_JUDGED or outliers.height <= MOST_OUTLIERS * judged.height:
        return []
    text = (
        f"{outliers.height:,} of {judged.height:,} judged rows fit no retention time. Look whether "
        "the table mixes two columns, gradients or units of time; if it does, analyze each part "
        "by itself."
    )
    return [DataWarning(CODE, text, tuple(outliers["row"][:SHOWN_ROWS].to_list()))]
