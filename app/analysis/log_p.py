"""Log P values that do not follow from the composition of their species.

Computed Log P is additive over the parts of a molecule, so it says nothing of retention that the
composition does not, and the law leaves it out (docs/adr). What does not lie on its trend was
computed for another structure or mistyped.
"""

import numpy as np
import polars as pl

from app.analysis.data_warning import DataWarning
from app.analysis.losses import LOSABLE
from app.analysis.regression import Array, Priors, fit

MOST_OFF_TREND = 0.2
# Of fewer species the trend of eleven parts is not worth having.
LEAST_SPECIES = 20
# Priors of the trend in Log P units: any effect of a part, and tables rounded to two decimals.
EFFECT_SD, ROUNDING_SD = 3.0, 0.05
SHOWN_ROWS = 1_000


def log_p_warnings(usable: pl.DataFrame, names: pl.DataFrame) -> list[DataWarning]:
    """A warning that names the rows whose Log P is off the trend of their composition."""
    given = usable.filter(pl.col("log_p").is_finite()).select("row", "species_code", "log_p")
    species = given.group_by("species_code").agg(pl.col("log_p").median()).sort("species_code")
    if species.height < LEAST_SPECIES:
        return []
    trend = _trend(names[species["species_code"]], species["log_p"].to_numpy())
    expected = pl.DataFrame({"species_code": species["species_code"], "trend": trend})
    off = given.join(expected, on="species_code", maintain_order="left").filter(
        (pl.col("log_p") - pl.col("trend")).abs() > MOST_OFF_TREND
    )
    if off.is_empty():
        return []
    message = (
        f"The Log P of {off.height:,} rows is more than {MOST_OFF_TREND} off what the composition "
        "of their species predicts. It does not change any call, but may be of another structure."
    )
    return [DataWarning("log_p_off_trend", message, tuple(off["row"][:SHOWN_ROWS]))]


def _trend(species: pl.DataFrame, log_p: Array) -> Array:
    """The robust linear trend of Log P over the composition, for each species."""
    bonds = species["double_bonds"].to_numpy()
    parts = species.select("carbons", "hydroxyls", "oacetyl", *LOSABLE).to_numpy()
    x = np.column_stack([np.ones(len(log_p)), bonds == 0, np.maximum(bonds - 1, 0), parts])
    x = (x - x.mean(axis=0) * (np.arange(x.shape[1]) > 0)).astype(float)
    count = x.shape[1]
    priors = Priors(
        mean=np.zeros(count),
        sd=np.array([1e3, *[EFFECT_SD] * (count - 1)]),
        pool=np.full(count, -1),
        pool_sd=np.array([1.0]),
        noise_sd=ROUNDING_SD,
    )
    centre = float(np.median(log_p))
    found = fit(x, log_p - centre, np.ones(len(log_p)), priors, free_pools=False)
    trend: Array = x @ found.coefficients + centre
    return trend
