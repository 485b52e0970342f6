"""Warn of samples whose drift changes much along the gradient."""

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.state.data_warning import DataWarning
from app.analysis.state.preparation.named_samples import named_samples

CODE = "bent_drift"
# In minutes of porcine brain, from the least to the most drift of a sample.
MUCH_MIN = 0.3


def drift_warnings(table: pl.DataFrame, arrays: PeakArrays) -> list[DataWarning]:
    """Warn of samples whose removed drift is much larger at one place than at another."""
    bend_min = _bends(arrays)
    bent = np.flatnonzero(bend_min > MUCH_MIN * arrays.time_scale)
    if not len(bent):
        return []
    names, rows = named_samples(table, arrays, bent)
    text = (
        f"The drift of {names} changes along the gradient, by up to "
        f"{bend_min[bent].max():.2g} min. It was removed as a smooth curve, learnt from the "
        "species that the samples share. Check a few known species of these samples. If they are "
        "of another column or gradient, analyze them by themselves."
    )
    return [DataWarning(CODE, text, rows)]


def _bends(arrays: PeakArrays) -> Array:
    """How much the drift that was removed from each sample changes along its peaks, in minutes."""
    drift = arrays.rt_min - arrays.time_min
    starts = np.searchsorted(arrays.sample, np.arange(arrays.samples))
    bends: Array = np.maximum.reduceat(drift, starts) - np.minimum.reduceat(drift, starts)
    return bends
