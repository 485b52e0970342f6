"""Warn of tables or classes with unusual ceramides: all names may be wrong in the same way.

A law holds as before where each species has the name of its neighbour. Fatty acids and sphingoid
bases are made of two carbons at a time, and the usual base has one double bond and two hydroxyl
groups (Merrill 2011, Chem Rev 111:6387). So most ceramides of vertebrates have an even number of
carbons, one double bond or two, and two hydroxyl groups. Bases with a third hydroxyl group have no
double bond (phytosphingosine).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.analysis.counted import listed, percent
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.names.species_table import SpeciesTable
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

UNUSUAL = "unusual_ceramides"
# More than half of the species are unusual by so many standard deviations of chance, and this share
# of their area. Of porcine brain 20 % of species and 2 % of area are odd, and as many have several
# double bonds; of plasma of another laboratory 20 % and 6 % are odd, 45 % and 47 % have several
# double bonds; of the second law of the simulator, which knows no usual ceramides, up to 48 % and
# 56 % are odd.
MOST_SDS, MOST_AREA = 3.0, 0.8
# Where more than this share of the rows have the mass of their label, the names are right.
WITH_MASS = 0.5
USUAL_HYDROXYLS = 2


class Unusual(NamedTuple):
    """What few ceramides of vertebrates have: how it is said, what they have, and what is wrong.

    ``is_unusual`` tells it of each species of a table (species,). More than the share ``least`` of
    them have it where names are wrong, and ``is_of_tables`` means that one class alone may well
    have it.
    """

    has: str
    usual: str
    error: str
    is_unusual: Callable[[SpeciesTable], Mask]
    least: float = 0.5
    is_of_tables: bool = False


KINDS = (
    Unusual(
        "an odd number of carbons in the ceramide",
        "an even number",
        "be moved by one carbon",
        lambda table: table["carbons"] % 2 == 1,
    ),
    Unusual(
        "two or more double bonds in the ceramide",
        "one",
        "have one double bond too many",
        lambda table: table["double_bonds"] > 1,
    ),
    Unusual(
        "neither a double bond nor a third hydroxyl group in the ceramide",
        "a double bond",
        "have one double bond too few",
        lambda table: (table["double_bonds"] == 0) & (table["hydroxyls"] <= USUAL_HYDROXYLS),
    ),
    Unusual(
        "three or more hydroxyl groups in the ceramide",
        "two",
        "have one hydroxyl group too many",
        lambda table: table["hydroxyls"] > USUAL_HYDROXYLS,
        # Most of the small intestine have, but not all: Okabe et al. 1968, Biochem Biophys Res
        # Commun 31:137. Where all names count one too many, all have.
        least=0.9,
        # GM4 of myelin has many hydroxy fatty acids (Ledeen et al. 1973, J Neurochem 21:829).
        is_of_tables=True,
    ),
    Unusual(
        "fewer than two hydroxyl groups in the ceramide",
        "two",
        "have one hydroxyl group too few",
        lambda table: table["hydroxyls"] < USUAL_HYDROXYLS,
    ),
)


class UnusualClasses(NamedTuple):
    """Why all names of some ``classes`` (cores) may be wrong in one way."""

    warning: DataWarning
    classes: frozenset[str]


class _Species(NamedTuple):
    """What each species has, (species,): peaks, those with the mass of their label, and area.

    ``weight`` is for how many species it counts, and ``area`` is weighted by the same.
    """

    peaks: Array
    with_mass: Array
    weight: Array
    area: Array

    @classmethod
    def of(cls, arrays: PeakArrays, weight: Array) -> "_Species":
        """The sums over the peaks, which count with a weight (n,)."""
        values = (None, arrays.has_own_mass, weight, weight * np.nan_to_num(arrays.area))
        sums = (np.bincount(arrays.species, each, arrays.names.height) for each in values)
        return cls(*(each.astype(np.float64) for each in sums))


class _Counts(NamedTuple):
    """Shares of ceramides of one kind, one for each class (classes,).

    ``species`` and ``area`` are of how many species with how much area, ``unusual`` and
    ``unusual_area`` of those that are unusual.
    """

    species: Array
    area: Array
    unusual: Array
    unusual_area: Array

    def total(self) -> "_Counts":
        """The same of all classes together, (1,)."""
        return _Counts(*(each.sum(keepdims=True) for each in self))

    def is_most(self, least: float) -> Mask:
        """Whether more than ``least`` and significantly more than half of the species are unusual.

        And most of the area. Where no area is known, their number decides alone.
        """
        margin = self.unusual - self.species / 2
        by_number = margin > MOST_SDS * np.sqrt(self.species) / 2
        by_number &= self.unusual > least * self.species
        by_area = (self.unusual_area > MOST_AREA * self.area) | (self.area == 0)
        most: Mask = by_number & by_area
        return most


def unusual_classes(arrays: PeakArrays, p_true: Array) -> tuple[UnusualClasses, ...]:
    """The classes whose names may be wrong, one for each way; all at once if all may be.

    ``p_true`` (n,) are the probabilities of the labels by the law of the table.
    """
    species = _Species.of(arrays, arrays.count * p_true)
    cores = np.unique(arrays.species_table["core"].astype(str), return_inverse=True)
    found = (_of_kind(arrays, species, cores, kind) for kind in KINDS)
    doubts = [doubt for doubt in found if doubt is not None]
    of_all = [each for each in doubts if len(each.classes) == len(cores[0])]
    return tuple(of_all[:1] or doubts)


def _of_kind(
    arrays: PeakArrays, species: _Species, cores: tuple[NDArray[np.str_], Indices], kind: Unusual
) -> UnusualClasses | None:
    """The classes that are mostly unusual in one way; all of them if all together are.

    ``cores`` are the names of the classes, and the number of the class of each species.
    """
    names, core = cores
    is_unusual = kind.is_unusual(arrays.species_table)
    counts = _counted(species, core, is_unusual)
    has_mass = np.bincount(core, species.with_mass) / np.bincount(core, species.peaks)
    doubted = counts.is_most(kind.least) & (has_mass <= WITH_MASS) & (not kind.is_of_tables)
    with_mass = species.with_mass.sum() / species.peaks.sum()
    is_all = bool(counts.total().is_most(kind.least)[0]) and with_mass <= WITH_MASS
    if is_all:
        doubted[:] = True
    if not doubted.any():
        return None
    classes = names[doubted].tolist()
    of_doubted = _Counts(*(each[doubted] for each in counts)).total()
    rows = np.sort(arrays.row[(is_unusual & doubted[core])[arrays.species]])
    words = "" if is_all else f" of {listed(classes)}"
    return UnusualClasses(_warning(kind, of_doubted, words, rows), frozenset(classes))


def _counted(species: _Species, core: Indices, is_unusual: Mask) -> _Counts:
    def total(values: Array) -> Array:
        return np.bincount(core, values).astype(np.float64)

    weight, area = species.weight, species.area
    return _Counts(total(weight), total(area), total(weight * is_unusual), total(area * is_unusual))


def _warning(
    kind: Unusual, counts: _Counts, of_classes: str, rows: NDArray[np.uint32]
) -> DataWarning:
    species, area = float(counts.unusual[0] / counts.species[0]), float(counts.area[0])
    share = percent(float(counts.unusual_area[0]) / area) if area else ""
    of_area = f", with {share} of their area," if share else ""
    text = (
        f"{percent(species)} of the species{of_classes}{of_area} have "
        f"{kind.has}. In vertebrates most have {kind.usual}. All names{of_classes} may "
        f"{kind.error}, and times do not show that. So no label{of_classes} is confirmed. Look at "
        "the masses of a few species."
    )
    return DataWarning(UNUSUAL, text, tuple(rows[:SHOWN_ROWS].tolist()))
