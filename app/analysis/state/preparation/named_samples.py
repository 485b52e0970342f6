"""Samples in the words of a warning, and the rows that it shows."""

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Indices
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.state.data_warning import SHOWN_ROWS

SHOWN_SAMPLES = 5


def named_samples(
    table: pl.DataFrame, arrays: PeakArrays, samples: Indices
) -> tuple[str, tuple[int, ...]]:
    """The names of some samples, of many only the first, and the numbers of their first rows."""
    rows = np.sort(arrays.row[np.isin(arrays.sample, samples)])
    names = table[rows.astype(np.int64) - 1]["sample"].unique(maintain_order=True)
    shown = ", ".join(str(name) for name in names[:SHOWN_SAMPLES])
    more = f" and {len(names) - SHOWN_SAMPLES:,} more" if len(names) > SHOWN_SAMPLES else ""
    return shown + more, tuple(rows[:SHOWN_ROWS].tolist())
