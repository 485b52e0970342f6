"""Which classes have names of another mass than their peaks, all different by one composition.

Where a list of names is moved by a row, or counts a double bond or a sugar differently, the
molecules of all its peaks are heavier or lighter by the same, whatever their charges. A wrong
adduct or column does not do that.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.analysis.counted import counted
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.names.composition import RESIDUES, mass_of

# An error in a list of names moves the ceramide by a few parts, or the glycan by one sugar.
MOST_CARBONS, MOST_BONDS, MOST_OXYGENS = 4, 2, 2
SUGAR_WORDS = {"hex": "hexose", "hexnac": "HexNAc", "neuac": "NeuAc", "dhex": "fucose"}
# Fewer rows than these, or a smaller share of those of a class, show no change.
LEAST_ROWS, LEAST_SHARE = 5, 0.5


class Change(NamedTuple):
    """What the peaks have more than their names: ``mass_da`` of it, which is negative for less."""

    words: str
    mass_da: float


class MisnamedClasses(NamedTuple):
    """Classes (numbers) whose names all lack one ``change``, and the peaks (positions) with it."""

    change: Change
    cores: Indices
    rows: Indices


def _changes() -> tuple[Change, ...]:
    """All changes, the smallest of each kind first."""
    ceramide = (
        ("carbon", {"C": 1, "H": 2}, MOST_CARBONS, 1),
        ("double bond", {"H": 2}, MOST_BONDS, -1),
        ("hydroxyl group", {"O": 1}, MOST_OXYGENS, 1),
    )
    found: list[Change] = []
    for thing, atoms, most, sign in ceramide:
        for number in range(1, most + 1):
            found += _both(counted(number, thing), number * sign * mass_of(atoms))
    for sugar, word in SUGAR_WORDS.items():
        found += _both(f"1 {word}", mass_of(RESIDUES[sugar]))
    return tuple(found)


def _both(thing: str, mass_da: float) -> tuple[Change, Change]:
    return Change(f"{thing} more", mass_da), Change(f"{thing} fewer", -mass_da)


CHANGES = _changes()


def misnamed_classes(
    off_da: Array, reach_da: Array, core: Indices, is_explained: Mask
) -> tuple[MisnamedClasses, ...]:
    """The classes most of whose peaks have the mass of names that are changed alike.

    Args:
        off_da: how much heavier each neutral molecule (n,) is than its name says; NaN if unknown.
        reach_da: how far that may be from the mass of a change, (n,).
        core: the number of the class of each peak, (n,).
        is_explained: the peaks (n,) whose m/z another adduct explains: they alone show no change,
            but have it where other peaks show it.
    """
    known = np.flatnonzero(np.isfinite(off_da))
    is_sound = _most(np.abs(off_da[known]) <= reach_da[known], core[known])
    left = known[~is_sound[core[known]]]
    if len(left) < LEAST_ROWS:
        return ()
    off, reach = off_da[left], reach_da[left]
    fits = np.column_stack([np.abs(off - each.mass_da) <= reach for each in CHANGES])
    shown, of_peak = ~is_explained[left], core[left]
    found, is_left = [], np.ones(len(left), dtype=np.bool_)
    # First all together, for classes of a few peaks.
    for cores in (np.unique(of_peak), *np.unique(of_peak)[:, None]):
        own = is_left & np.isin(of_peak, cores)
        change = _shown(fits[own & shown])
        if change is not None:
            found.append(_of_cores(change, fits[own], left[own], of_peak[own]))
            is_left &= ~np.isin(of_peak, found[-1].cores)
    # Peaks that other adducts explain can leave no class with most of its peaks changed.
    return tuple(each for each in found if len(each.cores))


def _most(holds: Mask, core: Indices) -> Mask:
    """Of each class, whether at least half of its peaks have what ``holds``, or it has no peaks."""
    most: Mask = np.bincount(core, holds) >= LEAST_SHARE * np.bincount(core)
    return most


def _shown(fits: NDArray[np.bool_]) -> int | None:
    """The change that most of the peaks (m, changes) have; None if few are known or none has."""
    count = fits.sum(axis=0)
    best = int(count.argmax())
    is_shown = count[best] >= max(LEAST_ROWS, LEAST_SHARE * len(fits))
    return best if is_shown else None


def _of_cores(
    change: int, fits: NDArray[np.bool_], places: Indices, core: Indices
) -> MisnamedClasses:
    """The classes most of whose peaks have a change."""
    has_it = fits[:, change]
    cores = np.flatnonzero((np.bincount(core, has_it) > 0) & _most(has_it, core))
    return MisnamedClasses(CHANGES[change], cores, places[has_it])
