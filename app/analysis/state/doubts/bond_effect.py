"""Warn of tables in which double bonds of the ceramide hardly move a peak.

Where carbons retain, a ganglioside elutes earlier with each double bond: it counts for as much as
one carbon or two. Species with one double bond are most. If many of their names have a double bond
too many or too few, they outnumber those that have it, so the law finds an effect near none for it.
"""

import numpy as np

from app.analysis.evidence.array_types import Mask
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.straight_law import PLACE_OF_TERM
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning
from app.analysis.state.doubts.doubted_rows import DoubtedRows

BONDS = "double_bonds_without_effect"
# An effect is hardly one if it is below that of so many carbons, with two standard errors. It is
# 0.8 and 1.5 carbons in porcine brain, 0.5 and 1.9 in plasma of another laboratory, 0.4 and 0.9 or
# more in sound tables of an independent generator, and 0.3 and 0.8 or more in cuts of them.
LEAST_CARBONS = {"no double bond": 0.25, "further double bonds": 0.65}
STANDARD_ERRORS = 2.0
# Carbons retain from this effect on, in minutes of porcine brain: 0.7 there, nearly none on HILIC.
LEAST_RETAINED_MIN = 0.2
# Where more than this share of the rows have the mass of their label, the names are right.
WITH_MASS = 0.5
KINDS = {
    "no double bond": "without a double bond",
    "further double bonds": "with two or more double bonds",
}


def doubted_bonds(arrays: PeakArrays, model: RetentionModel) -> list[DoubtedRows]:
    """The names whose double bonds move no peak: those with none, and those with several."""
    if not retains(model, arrays) or arrays.has_own_mass.mean() > WITH_MASS:
        return []
    carbon_min = _effect_min(model, "carbons")[0]
    bonds = arrays.of_species("double_bonds")
    has = {"no double bond": bonds == 0, "further double bonds": bonds > 1}
    return [
        _doubted(arrays, model, term, is_of_kind)
        for term, is_of_kind in has.items()
        if is_of_kind.any() and _is_hardly_one(model, term, carbon_min)
    ]


def retains(model: RetentionModel, arrays: PeakArrays) -> bool:
    """Whether carbons retain a species, as on a reversed phase."""
    return _effect_min(model, "carbons")[0] >= LEAST_RETAINED_MIN * arrays.time_scale


def _effect_min(model: RetentionModel, term: str) -> tuple[float, float]:
    """By how much a term moves a peak, and its standard error, in minutes."""
    place = PLACE_OF_TERM[term]
    return float(model.coefficients[place]), float(np.sqrt(model.covariance[place, place]))


def _is_hardly_one(model: RetentionModel, term: str, carbon_min: float) -> bool:
    effect_min, error_min = _effect_min(model, term)
    return abs(effect_min) + STANDARD_ERRORS * error_min < LEAST_CARBONS[term] * carbon_min


def _doubted(arrays: PeakArrays, model: RetentionModel, term: str, is_of_kind: Mask) -> DoubtedRows:
    effect_min, error_min = _effect_min(model, term)
    rows = np.sort(arrays.row[is_of_kind])
    text = (
        f"Ceramides {KINDS[term]} elute as if they had one double bond: the law finds "
        f"{effect_min:+.3f} ± {error_min:.3f} min for the difference, and "
        f"{_effect_min(model, 'carbons')[0]:+.3f} min for a carbon. Many of their names seem to "
        "have the wrong number of double bonds, so none of these labels is confirmed. Look at the "
        "masses of a few."
    )
    return DoubtedRows(DataWarning(BONDS, text, tuple(rows[:SHOWN_ROWS].tolist())), rows)
