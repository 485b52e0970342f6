"""Labels that an ion of another ganglioside is mistaken for, because the masses nearly agree.

A name read from a mass can be that of an ion which the software did not expect. Sodium in the place
of a hydrogen adds 21.9819 Da, and two carbons less two hydrogens add 21.9843 Da, so the sodium
adduct of GD1(38:0;O2) reads as GD1(40:3;O2). The ion with two 13C reads as one double bond less.
"""

from itertools import product
from typing import NamedTuple

import msgspec
import numpy as np

from app.analysis.computing.ranges import members
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.names.composition import MASS_DA, RESIDUES, mass_of
from app.analysis.names.masses import CARBON_13_DA, log_second_isotope, masses_da
from app.analysis.names.species_table import SpeciesColumns, whole_numbers
from app.analysis.names.sugar_losses import LOSABLE_SUGARS

# An ion that lost water may have lost this number of sugars too; by more, chance agrees too often.
MOST_SUGARS_WITH_WATER = 3


class IonKind(NamedTuple):
    """A kind of ion: what it adds to the mass in Da, and whether sugars may be lost as well."""

    name: str
    added_da: float
    may_lose_sugars: bool


SODIUM, WATER, ISOTOPE = 0, 1, 2
ION_KINDS = (
    IonKind("sodium adduct", MASS_DA["Na"] - MASS_DA["H"], may_lose_sugars=False),
    IonKind("water loss", -mass_of({"H": 2, "O": 1}), may_lose_sugars=True),
    IonKind("second isotope", 2 * CARBON_13_DA, may_lose_sugars=False),
)


class MassAliases(msgspec.Struct, frozen=True, eq=False):
    """Pairs of species: an ion of ``kind`` of the ``parent`` has nearly the mass of the ``child``.

    All arrays have shape (pairs,) and are sorted by child. ``child`` and ``parent`` are positions
    in two tables of species, ``lost`` is the number of sugars lost, ``ppm`` the mass of the child's
    label less that of the ion, and ``log_ratio`` the log10 of ion over parent that the isotopes
    predict, 0 for other kinds.
    """

    child: Indices
    parent: Indices
    kind: Indices
    lost: Indices
    ppm: Array
    log_ratio: Array

    @classmethod
    def of(
        cls, children: SpeciesColumns, parents: SpeciesColumns, ppm: float, *, bare: bool = False
    ) -> "MassAliases":
        """Find the pairs whose masses agree within ``ppm``; ``bare`` ions have lost no sugars."""
        masses, of_parents = masses_da(children), masses_da(parents)
        has = whole_numbers(parents, *LOSABLE_SUGARS, "oacetyl")
        losses = _losses(has, 0 if bare else MOST_SUGARS_WITH_WATER)
        heavier = log_second_isotope(parents)
        found = []
        for number, kind in enumerate(ION_KINDS):
            own = losses if kind.may_lose_sugars else losses[:1]
            ions = of_parents[None, :] + kind.added_da - _mass_of_losses(own)[:, None]
            loss, parent, child = _nearby(ions, masses, ppm)
            is_possible = (own[loss] <= has[parent]).all(axis=1)
            loss, parent, child = (each[is_possible] for each in (loss, parent, child))
            off = 1e6 * (masses[child] / ions[loss, parent] - 1)
            ratio = heavier[parent] if number == ISOTOPE else np.zeros(len(child))
            sugars = own[loss, : len(LOSABLE_SUGARS)].sum(axis=1)
            found.append((child, parent, np.full(len(child), number), sugars, off, ratio))
        columns = [np.concatenate(parts) for parts in zip(*found, strict=True)]
        order = np.lexsort((columns[2], columns[1], columns[0]))
        return cls(*(column[order] for column in columns))


def _losses(has: Indices, most: int) -> Indices:
    """What can be lost, (losses, sugars and O-acetyl groups); the first loses nothing.

    ``has`` (parents, sugars and O-acetyl groups) is what each parent has. An O-acetyl group leaves
    with its sialic acid.
    """
    tops = [min(top, most) for top in has.max(axis=0, initial=0).tolist()]
    every = np.array(list(product(*(range(top + 1) for top in tops))), dtype=np.int64)
    sialic = every[:, [LOSABLE_SUGARS.index("neuac"), LOSABLE_SUGARS.index("neugc")]].sum(axis=1)
    fits: Indices = every[(every[:, :-1].sum(axis=1) <= most) & (every[:, -1] <= sialic)]
    return fits


def _mass_of_losses(losses: Indices) -> Array:
    residues = [mass_of(RESIDUES[name]) for name in (*LOSABLE_SUGARS, "oacetyl")]
    masses: Array = losses @ np.array(residues)
    return masses


def _nearby(ions: Array, masses: Array, ppm: float) -> tuple[Indices, Indices, Indices]:
    """Loss and parent of each ion, and each child whose mass agrees with it."""
    order = np.argsort(masses)
    ordered, flat, reach = masses[order], ions.ravel(), 1e-6 * ppm
    first = np.searchsorted(ordered, flat * (1 - reach))
    count = np.searchsorted(ordered, flat * (1 + reach), side="right") - first
    ion, place = members(first, count)
    return ion // ions.shape[1], ion % ions.shape[1], order[place]
