"""Log P values that do not follow from the composition of their species.

Computed Log P is additive over the parts of a molecule, so it says nothing of retention that the
composition does not, and the law leaves it out (docs/adr). What does not lie on its trend was
computed for another structure or mistyped.
"""

import numpy as np
import polars as pl

from app.analysis.evidence.peak_arrays import Evidence, Places
from app.analysis.model.alignment import group_medians
from app.analysis.model.regression import Array, Priors, fit
from app.analysis.names.sugar_losses import LOSABLE
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

MOST_OFF_TREND = 0.2
# Of fewer species the trend of eleven parts is not worth having.
LEAST_SPECIES = 20
# Priors of the trend in Log P units: any effect of a part, and tables rounded to two decimals.
EFFECT_SD, ROUNDING_SD = 3.0, 0.05


def log_p_warnings(table: pl.DataFrame, evidence: Evidence, fitted: Places) -> list[DataWarning]:
    """A warning that names the rows whose Log P is off the trend of their composition.

    The trend is that of the ``fitted`` places of the evidence.
    """
    if table["log_p"].null_count() == table.height:
        return []
    log_p = table["log_p"].to_numpy()[evidence.row - 1]
    given = fitted[np.isfinite(log_p[fitted])]
    medians, count = group_medians(evidence.species[given], log_p[given], evidence.names.height)
    known = np.flatnonzero(count)
    if len(known) < LEAST_SPECIES:
        return []
    trend = _trend(evidence.names, known, medians[known])
    off = evidence.row[np.abs(log_p - trend[evidence.species]) > MOST_OFF_TREND]
    if not len(off):
        return []
    message = (
        f"The Log P of {len(off):,} rows is more than {MOST_OFF_TREND} off what the composition "
        "of their species predicts. It does not change any call, but may be of another structure."
    )
    return [DataWarning("log_p_off_trend", message, tuple(np.sort(off)[:SHOWN_ROWS].tolist()))]


def _trend(names: pl.DataFrame, known: Places, log_p: Array) -> Array:
    """The robust linear trend over composition of some species' Log P, for every species."""
    bonds = names["double_bonds"].to_numpy()
    parts = names.select("carbons", "hydroxyls", "oacetyl", *LOSABLE).to_numpy()
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
    centre = float(np.median(log_p))
    found = fit(x[known], log_p - centre, np.ones(len(log_p)), priors, free_pools=False)
    trend: Array = x @ found.coefficients + centre
    return trend
