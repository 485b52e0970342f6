"""Find Log P values that do not follow from the composition of their species.

Computed Log P is additive over the parts of a molecule, so it adds nothing to what the composition
says of retention, and the model leaves it out (docs/adr/0009-log-p-is-left-out.md). A value off the
trend was mistyped or computed for another structure.
"""

import numpy as np
import polars as pl

from app.analysis.computing.median import median
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peaks.group_medians import group_medians
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.least_squares.regression import Priors, fit
from app.analysis.names.species_table import SpeciesTable, whole_numbers
from app.analysis.names.sugar_losses import LOSABLE_SUGARS

# The largest difference from the trend, in Log P units, that is not reported.
MOST_OFF_TREND = 0.2
# A trend of eleven coefficients needs at least this many species.
LEAST_SPECIES = 20
# Priors of the trend in Log P units: any effect of a part, and tables rounded to two decimals.
EFFECT_SD, ROUNDING_SD = 3.0, 0.05


def rows_off_log_p_trend(log_p: pl.Series, arrays: PeakArrays, fitted: Indices) -> list[int]:
    """The numbers of the rows whose Log P is off the trend of their composition, sorted.

    ``log_p`` has one value for each row of the table; the trend is fitted to the peaks at the
    positions ``fitted``.
    """
    if log_p.null_count() == len(log_p):
        return []
    values = log_p.to_numpy()[arrays.row - 1]
    given = fitted[np.isfinite(values[fitted])]
    medians, count = group_medians(arrays.species[given], values[given], arrays.names.height)
    known = np.flatnonzero(count)
    if len(known) < LEAST_SPECIES:
        return []
    trend = _trend(arrays.species_table, known, medians[known])
    off = arrays.row[np.abs(values - trend[arrays.species]) > MOST_OFF_TREND]
    rows: list[int] = np.sort(off).tolist()
    return rows


def _trend(names: SpeciesTable, known: Indices, log_p: Array) -> Array:
    """Predict the Log P of every species by a robust linear fit to that of some species."""
    bonds = names["double_bonds"]
    parts = whole_numbers(names, "carbons", "hydroxyls", "oacetyl", *LOSABLE_SUGARS)
    x = np.column_stack([np.ones(len(bonds)), bonds == 0, np.maximum(bonds - 1, 0), parts])
    x = (x - x[known].mean(axis=0) * (np.arange(x.shape[1]) > 0)).astype(float)
    count = x.shape[1]
    priors = Priors(
        mean=np.zeros(count),
        sd=np.array([1e3, *[EFFECT_SD] * (count - 1)]),
        pool=np.full(count, -1),
        pool_sd=np.array([1.0]),
        noise_sd=ROUNDING_SD,
    )
    centre = float(median(log_p))
    found = fit(x[known], log_p - centre, np.ones(len(log_p)), priors, free_pools=False)
    trend: Array = x @ found.coefficients + centre
    return trend
