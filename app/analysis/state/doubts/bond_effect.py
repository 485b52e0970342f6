"""Warn of tables in which double bonds of the ceramide move a peak too little, or too much.

Where carbons retain, a ganglioside elutes earlier with each double bond: the first one, that of the
sphingoid base, counts for less than a carbon, a further one for more. Species with one double bond
are most. If many of their names have a double bond too many or too few, they outnumber those that
have it, so the law finds an effect near none for it. If all names have one too few, the first has
the effect of a further one.
"""

import numpy as np

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.straight_law import PLACE_OF_TERM
from app.analysis.state.doubts.doubted_rows import DoubtedRows

BONDS = "double_bonds_without_effect"
FIRST, FURTHER = "no double bond", "further double bonds"
# An effect is hardly one below that of so many carbons, with two standard errors. It is 0.8 and 1.5
# carbons in porcine brain, 0.5 and 1.9 in plasma of another laboratory, 0.4 and 0.9 or more in
# sound tables of an independent generator, and 0.3 and 0.8 or more in cuts of them.
LEAST_CARBONS = {FIRST: 0.25, FURTHER: 0.65}
# The first double bond moves a peak by up to 0.9 carbons in the same tables, and by up to 0.75 of
# what a further one does. If it moves it by more than both, it is a further one.
MOST_FIRST, MOST_OF_FURTHER = 1.1, 0.85
# If all names have a double bond too few, more than this share of the likely peaks has none, nor a
# third hydroxyl group: the first double bond of phytoceramides is that of the acyl chain.
LEAST_WITHOUT, PLAIN_HYDROXYLS = 1 / 3, 2
STANDARD_ERRORS = 2.0
# Carbons retain from this effect on, in minutes of porcine brain: 0.7 there, nearly none on HILIC.
LEAST_RETAINED_MIN = 0.2
# Where more than this share of the rows have the mass of their label, the names are right.
WITH_MASS = 0.5
KINDS = {FIRST: "without a double bond", FURTHER: "with two or more double bonds"}


def doubted_bonds(arrays: PeakArrays, p_true: Array, model: RetentionModel) -> list[DoubtedRows]:
    """The names whose double bonds are in doubt: with none, with several, or all.

    ``p_true`` (n,) are the probabilities of the labels by the law of the table.
    """
    if not retains(model, arrays) or arrays.has_own_mass.mean() > WITH_MASS:
        return []
    bonds = arrays.of_species("double_bonds")
    has = {FIRST: bonds == 0, FURTHER: bonds > 1}
    without = float(p_true @ (has[FIRST] & (arrays.of_species("hydroxyls") <= PLAIN_HYDROXYLS)))
    is_often_without = without > LEAST_WITHOUT * p_true.sum()
    if is_often_without and _is_first_a_further_one(model, has_further=bool(has[FURTHER].any())):
        return [_doubted(arrays, model, FIRST, np.ones_like(has[FIRST]))]
    return [
        _doubted(arrays, model, term, is_of_kind)
        for term, is_of_kind in has.items()
        if is_of_kind.any() and _is_hardly_one(model, term)
    ]


def retains(model: RetentionModel, arrays: PeakArrays) -> bool:
    """Whether carbons retain a species, as on a reversed phase."""
    return _effect_min(model, "carbons")[0] >= LEAST_RETAINED_MIN * arrays.time_scale


def _effect_min(model: RetentionModel, term: str) -> tuple[float, float]:
    """By how much a term moves a peak, and its standard error, in minutes."""
    place = PLACE_OF_TERM[term]
    return float(model.coefficients[place]), float(np.sqrt(model.covariance[place, place]))


def _is_hardly_one(model: RetentionModel, term: str) -> bool:
    effect_min, error_min = _effect_min(model, term)
    least_min = LEAST_CARBONS[term] * _effect_min(model, "carbons")[0]
    return abs(effect_min) + STANDARD_ERRORS * error_min < least_min


def _is_first_a_further_one(model: RetentionModel, *, has_further: bool) -> bool:
    """Whether the first double bond moves peaks as a further one does."""
    effect_min, error_min = _effect_min(model, FIRST)
    most_min = MOST_FIRST * _effect_min(model, "carbons")[0]
    if has_further:
        most_min = max(most_min, MOST_OF_FURTHER * abs(_effect_min(model, FURTHER)[0]))
    return abs(effect_min) - STANDARD_ERRORS * error_min > most_min


def _doubted(
    arrays: PeakArrays, model: RetentionModel, term: str, is_in_doubt: Mask
) -> DoubtedRows:
    effect_min, error_min = _effect_min(model, term)
    rows = np.sort(arrays.row[is_in_doubt])
    as_if = (
        "as far from others as if all names had a double bond too few"
        if is_in_doubt.all()
        else "as if they had one double bond"
    )
    text = (
        f"Ceramides {KINDS[term]} elute {as_if}: the law finds {effect_min:+.3f} ± {error_min:.3f} "
        f"min for the difference, and {_effect_min(model, 'carbons')[0]:+.3f} min for a carbon. "
        "Many names seem to have the wrong number of double bonds, so none of these labels is "
        "confirmed. Look at the masses of a few."
    )
    return DoubtedRows.of(BONDS, text, rows)
