"""Warn of classes whose labels seem to be exchanged: their fragments are larger than their parents.

An in-source fragment has fewer sugars than its parent, elutes with it and is smaller. Where the
labels of two classes are exchanged for each other everywhere, a retention law holds as before. But
of the peaks that elute together, the larger ones now have the label with fewer sugars.
"""

import itertools
import math
from typing import NamedTuple

import numpy as np

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.names.species_table import SpeciesTable, whole_numbers
from app.analysis.names.sugar_losses import LOSABLE_SUGARS
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

EXCHANGED = "exchanged_classes"
# The chance that so many pairs speak for an exchange where neither order is likelier (the sign test
# of McNemar 1947, Psychometrika 12:153). Porcine brain has 0.06, because GM3 and GM2 of a GM1 that
# was not picked elute together; no simulated table has less than 0.06.
MOST_CHANCE = 0.001
SUGARS = (*LOSABLE_SUGARS, "oacetyl")
Exchange = tuple[str, str]


class Exchanged(NamedTuple):
    """Why classes may be exchanged, and which ones."""

    warning: DataWarning
    classes: frozenset[str]


def exchange_warning(arrays: PeakArrays, p_true: Array) -> Exchanged | None:
    """Why some classes of a table may be exchanged; None if nothing shows it.

    ``p_true`` (n,) are the probabilities of the labels by the law of the table.
    """
    found = sorted(_exchanges(arrays, p_true))
    if not found:
        return None
    classes = frozenset(name for _, _, _, names in found for name in names)
    _, fits, misfits, (one, two) = found[0]
    is_of_class = np.isin(arrays.species_table["core"].astype(str), list(classes))
    rows = np.sort(arrays.row[is_of_class[arrays.species]])
    text = (
        f"The labels of {one} and {two} may be exchanged. Fragments are smaller than their "
        f"parents, and of the peaks of one ceramide that elute together {fits:.0f} pairs fit "
        f"that only if {one} were {two} and {two} were {one}, {misfits:.0f} only as they are "
        f"labelled. Look whether the right classes stand in the names. No label of "
        f"{_listed(sorted(classes))} is confirmed."
    )
    return Exchanged(DataWarning(EXCHANGED, text, tuple(rows[:SHOWN_ROWS].tolist())), classes)


def _exchanges(arrays: PeakArrays, p_true: Array) -> list[tuple[float, float, float, Exchange]]:
    """Each exchange that the pairs speak for: chance, pairs for and against it, and the classes."""
    names, pairs = arrays.species_table, arrays.pairs
    of_species = whole_numbers(names, *SUGARS)
    glycans = _bare_glycans(names, of_species)
    cores, sugars = names["core"], of_species[arrays.species]
    lost = sugars[pairs.parent] - sugars[pairs.child]
    weight, is_right = _weights(arrays, p_true), pairs.log_ratio < 0
    found = []
    for names_of_two in itertools.combinations(sorted(glycans), 2):
        step = _step(cores, names_of_two, glycans)[arrays.species]
        moved = step[pairs.parent] - step[pairs.child]
        would = _would_be_right(lost + moved, is_right) & (pairs.log_ratio != 0)
        fits = float(weight[would & ~is_right].sum())
        misfits = float(weight[is_right & ~would].sum())
        chance = _chance(fits, misfits)
        if chance <= MOST_CHANCE:
            found.append((chance, fits, misfits, names_of_two))
    return found


def _weights(arrays: PeakArrays, p_true: Array) -> Array:
    """How far the larger peak of each pair (pairs,) is a species that can be the parent.

    It is one as far as it elutes where the law expects its label: both peaks can be fragments of a
    species that was not picked. And it is smaller than no peak that it pairs with, or both can be
    fragments of that one. Of porcine brain GM3 and GM2 that come from one GM1 elute together, and
    GM3 is the larger.
    """
    pairs = arrays.pairs
    child_is_larger = pairs.log_ratio > 0
    larger = np.where(child_is_larger, pairs.child, pairs.parent)
    is_smaller_than_one = np.zeros(len(arrays.row), dtype=np.bool_)
    is_smaller_than_one[np.where(child_is_larger, pairs.parent, pairs.child)] = True
    weight: Array = (arrays.count * p_true * ~is_smaller_than_one)[larger]
    return weight


def _bare_glycans(names: SpeciesTable, sugars: Indices) -> dict[str, Indices]:
    """The sugars of each core of which the table has a form without modifications.

    ``sugars`` (species, sugars) are those of each species.
    """
    is_bare = names["core"] == names["prefix"]
    return dict(zip(names["core"][is_bare].tolist(), sugars[is_bare], strict=True))


def _step(cores: Array, two: Exchange, glycans: dict[str, Indices]) -> Indices:
    """The sugars that each species (n, sugars) would have more if two classes were exchanged."""
    more = glycans[two[1]] - glycans[two[0]]
    sign = (cores == two[0]).astype(np.int64) - (cores == two[1])
    step: Indices = sign[:, None] * more
    return step


def _would_be_right(lost: Indices, is_right: Mask) -> Mask:
    """Whether of each pair (pairs,) with other labels the smaller could be a fragment.

    ``lost`` (pairs, sugars) is what the child would lack of the parent, and ``is_right`` whether
    the child is the smaller one.
    """
    of_larger = np.where(is_right[:, None], lost, -lost)
    would: Mask = (of_larger >= 0).all(axis=1) & (of_larger.sum(axis=1) > 0)
    return would


def _chance(fits: float, misfits: float) -> float:
    """The chance of at least so many pairs for the exchange if both orders are equally likely."""
    if fits <= misfits:
        return 1.0
    for_it, of_all = math.floor(fits), math.floor(fits) + math.ceil(misfits)
    ways = sum(math.comb(of_all, number) for number in range(for_it, of_all + 1))
    return float(ways / 2**of_all)


def _listed(classes: list[str]) -> str:
    return f"{', '.join(classes[:-1])} or {classes[-1]}"
