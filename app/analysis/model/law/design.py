"""The design matrix of the retention model: the terms of its equation for a table of species."""

from functools import cached_property, lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.model.law.retention_law import REFERENCE_CARBONS, SHAPE
from app.analysis.names.species_table import SpeciesColumns, SpeciesTable, column

# The columns of a table of species that the design needs; ``group`` names prefix and isomer, and
# ``late`` counts the isomers of the prefix that elute earlier.
CERAMIDE_COLUMNS = ("carbons", "double_bonds", "hydroxyls")
SPECIES_COLUMNS = (
    *("group", *CERAMIDE_COLUMNS, "sialic", "neutral_sugars"),
    *("oacetyl", "dhex", "hexnac_added", "late"),
)

# The cores of this many groups are remembered; a table has some tens.
KNOWN_GROUPS = 1_000


class Levels(msgspec.Struct, frozen=True, dict=True):
    """The groups, cores and ceramides (as numbers) that a model knows, each sorted."""

    groups: tuple[str, ...]
    cores: tuple[str, ...]
    ceramides: tuple[int, ...]

    @classmethod
    def of(cls, species: SpeciesColumns) -> "Levels":
        """The levels of a table of species."""
        ceramides = np.unique(ceramide_numbers(species)).tolist()
        groups = sorted(set(column(species, "group")))
        return cls(tuple(groups), tuple(sorted(set(map(core_of, groups)))), tuple(ceramides))

    def members(self, species: SpeciesColumns) -> tuple[Indices, Indices, Indices]:
        """The number of the group, core and ceramide of each row; -1 where it is not known."""
        groups = column(species, "group").tolist()
        number = {group: place for place, group in enumerate(dict.fromkeys(groups))}
        places = np.array([self._place_of(each) for each in number], dtype=np.int64).reshape(-1, 2)
        group, core = places[[number[each] for each in groups]].T
        ceramide, known = ceramide_numbers(species), self._known_ceramides
        place = np.searchsorted(known[:-1], ceramide)
        return group, core, np.where(known[place] == ceramide, place, -1)

    def _place_of(self, group: str) -> tuple[int, int]:
        """The numbers of a group and of its core."""
        groups, cores = self._places
        return groups.get(group, -1), cores.get(core_of(group), -1)

    @cached_property
    def _places(self) -> tuple[dict[str, int], dict[str, int]]:
        return _numbered(self.groups), _numbered(self.cores)

    @cached_property
    def _known_ceramides(self) -> Indices:
        """The numbers of the ceramides, and one that none has."""
        return np.array([*self.ceramides, -1], dtype=np.int64)


def design(species: SpeciesColumns, levels: Levels) -> Array:
    """The design matrix (species, coefficients) of a table with ``SPECIES_COLUMNS``.

    Its columns are the constant, ``SHAPE``, ``GLYCAN``, the intercept and the slope of each group,
    the deviation of each core and each ceramide, and the curvature of each core. A table with the
    column ``is_typical`` has no deviations of ceramides.
    """
    carbons = _column(species, "carbons") - REFERENCE_CARBONS
    bonds, sialic = _column(species, "double_bonds"), _column(species, "sialic") - 2
    equivalent, unsaturation = _equivalent(carbons, bonds), _unsaturation(bonds)
    shape = [
        carbons,
        carbons**2,
        equivalent**3,
        bonds == 0,
        np.maximum(bonds - 1, 0),
        _column(species, "hydroxyls") - 2,
        equivalent * sialic,
        carbons * unsaturation,
        unsaturation * sialic,
    ]
    glycan = [sialic, _column(species, "neutral_sugars") - 3] + [
        column(species, name) for name in ("oacetyl", "dhex", "hexnac_added", "late")
    ]
    group, core, ceramide = levels.members(species)
    fixed = [1.0, *shape, *glycan]
    slopes = len(fixed) + len(levels.groups)
    cores = slopes + len(levels.groups)
    ceramides = cores + len(levels.cores)
    curvatures = ceramides + len(levels.ceramides)
    x = np.zeros((len(carbons), curvatures + len(levels.cores)))
    for place, values in enumerate(fixed):
        x[:, place] = values
    _mark(x, group, (len(fixed), 1.0), (slopes, equivalent))
    _mark(x, core, (cores, 1.0), (curvatures, equivalent**2))
    if "is_typical" not in species.columns:
        _mark(x, ceramide, (ceramides, 1.0))
    return x


def equivalent_carbons(species: SpeciesColumns) -> Array:
    """How many carbons beyond 38 a ceramide with one double bond needs to elute alike, (species,).

    The equivalent carbon number (Plattner, Spencer and Kleiman 1977, JAOCS 54:511):
    double bonds count for the carbons that move a peak as far, by the priors.
    """
    carbons, bonds = _column(species, "carbons"), _column(species, "double_bonds")
    return _equivalent(carbons - REFERENCE_CARBONS, bonds)


def unsaturation_of(species: SpeciesColumns) -> Array:
    """Double bonds beyond one, weighed by their effect: the first counts half, (species,)."""
    return _unsaturation(_column(species, "double_bonds"))


def _equivalent(carbons: Array, bonds: Array) -> Array:
    moved_min = SHAPE["no double bond"][0] * (bonds == 0) + SHAPE["further double bonds"][
        0
    ] * np.maximum(bonds - 1, 0)
    equivalent: Array = carbons + moved_min / SHAPE["carbons"][0]
    return equivalent


def _unsaturation(bonds: Array) -> Array:
    unsaturation: Array = np.maximum(bonds - 1, 0) - 0.5 * (bonds == 0)
    return unsaturation


def _mark(x: Array, place: Indices, *marks: tuple[int, Array | float]) -> None:
    """Set cells of each row whose place (n,) in its level is known.

    A mark is the first column of the levels, and the value (n,) of each row or of all.
    """
    row = (place >= 0).nonzero()[0]
    place = place[row]
    for first, value in marks:
        x[row, first + place] = value[row] if isinstance(value, np.ndarray) else value


def at_reference_ceramide(species: SpeciesTable) -> SpeciesTable:
    """The same glycans with the ceramide 38:1;O2, without a ceramide's own deviation."""
    return species.with_columns(
        carbons=REFERENCE_CARBONS, double_bonds=1, hydroxyls=2, is_typical=True
    )


@lru_cache(KNOWN_GROUPS)
def core_of(group: str) -> str:
    """The core and isomer of a group: GD1/b of GD1+OAc/b."""
    prefix, slash, isomer = group.partition("/")
    return prefix.partition("+")[0] + slash + isomer


def _numbered(levels: tuple[str, ...]) -> dict[str, int]:
    return {level: place for place, level in enumerate(levels)}


def ceramide_numbers(species: SpeciesColumns) -> NDArray[np.int64]:
    """A number for each ceramide: its carbons, and two digits each of double bonds, hydroxyls."""
    carbons, bonds, hydroxyls = (column(species, name) for name in CERAMIDE_COLUMNS)
    number: NDArray[np.int64] = (carbons.astype(np.int64) * 100 + bonds) * 100 + hydroxyls
    return number


def _column(species: SpeciesColumns, name: str) -> Array:
    return column(species, name).astype(np.float64)
