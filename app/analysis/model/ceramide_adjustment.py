"""Take the effect of the ceramide out of retention times.

Where each species would elute with the glycan of each prefix, so that peaks of one isomer lie
together whatever their ceramides are.
"""

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array
from app.analysis.model.design import equivalent_carbons, unsaturation_of
from app.analysis.model.retention_law import REFERENCE_CARBONS
from app.analysis.model.retention_model import RetentionModel

# The glycan at which all terms of the glycan are 0, and the ceramide of the reference.
NEUTRAL_GLYCAN = {"sialic": 2, "neutral_sugars": 3, "oacetyl": 0, "dhex": 0, "hexnac_added": 0}
REFERENCE_CERAMIDE = {"carbons": REFERENCE_CARBONS, "double_bonds": 1, "hydroxyls": 2}


def base_times(model: RetentionModel, names: pl.DataFrame, prefixes: pl.DataFrame) -> Array:
    """The time of each ceramide with the glycan of each prefix, (species, prefixes), in minutes.

    Deviations of groups, cores and isomers are left out; they are what remains of a peak's time.
    """
    unknown = {"group": pl.lit(""), "late": pl.lit(0)}
    bare = model.design(names.with_columns(**unknown, **_literals(NEUTRAL_GLYCAN)))
    typical = {**unknown, "is_typical": pl.lit(value=True)}
    glycan = model.design(prefixes.with_columns(**typical, **_literals(REFERENCE_CERAMIDE)))
    by_sialic = model.shape("equivalent carbons x sialic") * equivalent_carbons(names)
    by_sialic += model.shape("double bonds x sialic") * unsaturation_of(names)
    sialic = prefixes["sialic"].to_numpy() - 2.0
    times: Array = (
        model.mean(bare)[:, None]
        + model.mean(glycan)
        - model.mean(glycan * 0 + _constant(model))
        + by_sialic[:, None] * sialic
    )
    return times


def _literals(values: dict[str, int]) -> dict[str, pl.Expr]:
    return {name: pl.lit(value) for name, value in values.items()}


def _constant(model: RetentionModel) -> Array:
    """The row of a design matrix that has the constant alone."""
    only = np.zeros(len(model.fit.coefficients))
    only[0] = 1.0
    return only
