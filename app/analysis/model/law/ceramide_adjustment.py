"""Take the effect of the ceramide out of retention times.

Where each species would elute with the glycan of each prefix, so that peaks of one isomer lie
together whatever their ceramides are.
"""

import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.model.law.design import at_reference_ceramide, equivalent_carbons, unsaturation_of
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.names.species_table import SpeciesTable

# The glycan at which all terms of the glycan are 0.
NEUTRAL_GLYCAN = {"sialic": 2, "neutral_sugars": 3, "oacetyl": 0, "dhex": 0, "hexnac_added": 0}


def base_times(model: RetentionModel, names: SpeciesTable, prefixes: SpeciesTable) -> Array:
    """The time of each ceramide with the glycan of each prefix, (species, prefixes), in minutes.

    Deviations of groups, cores and isomers are left out; they are what remains of a peak's time.
    """
    bare = model.design(names.with_columns(group="", late=0, **NEUTRAL_GLYCAN))
    glycan = model.design(at_reference_ceramide(prefixes.with_columns(group="", late=0)))
    by_sialic = model.shape("equivalent carbons x sialic") * equivalent_carbons(names)
    by_sialic += model.shape("double bonds x sialic") * unsaturation_of(names)
    sialic = prefixes["sialic"] - 2.0
    times: Array = (
        model.straight_mean(bare)[:, None]
        + model.straight_mean(glycan)
        - model.straight_mean(glycan * 0 + _constant(model))
        + by_sialic[:, None] * sialic
    )
    return times


def _constant(model: RetentionModel) -> Array:
    """The row of a design matrix that has the constant alone."""
    only = np.zeros(len(model.coefficients))
    only[0] = 1.0
    return only
