"""The candidates of each species: the groups (prefix and isomer) that its peaks can belong to."""

from collections import defaultdict
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.model.law.design import SPECIES_COLUMNS, Levels, design
from app.analysis.names.composition import RESIDUES
from app.analysis.names.species_table import SpeciesTable

# The columns that a candidate has of its name, beside those of its group.
NAMED = tuple(
    dict.fromkeys(("species", "prefix", "letter", *SPECIES_COLUMNS[1:-1], *RESIDUES)),
)


class Candidates(msgspec.Struct, frozen=True, eq=False, dict=True):
    """The groups that each species can belong to.

    ``table`` has one row for each candidate, a pair of group and species, sorted by both;
    ``number`` is that of its species. ``place`` (species, most candidates) points into the table,
    -1 where a species has fewer.
    """

    table: SpeciesTable
    number: Indices
    place: Indices

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups that species can belong to, sorted."""
        return tuple(sorted(set(self.table["group"])))

    @cached_property
    def group(self) -> NDArray[np.uint16]:
        """The group of each candidate, a number into ``groups``."""
        return _numbers(self.table["group"], self.groups)

    @cached_property
    def isomers(self) -> tuple[str | None, ...]:
        """None, and the isomers that species can be of or are named as, sorted."""
        known = {*self.table["isomer"], *self.table["letter"]}
        return None, *sorted(known - {None})

    @cached_property
    def isomer(self) -> NDArray[np.uint16]:
        """The isomer of each candidate, a number into ``isomers``."""
        return _numbers(self.table["isomer"], self.isomers)

    @cached_property
    def levels(self) -> Levels:
        """The groups, cores and ceramides of a model for these species."""
        return Levels.of(self.table)

    @cached_property
    def design(self) -> Array:
        """The design matrix of that model, one row for each candidate."""
        return design(self.table, self.levels)

    def terms(self, training: SpeciesTable) -> tuple[Array, Levels]:
        """The design matrix of a training table, and its levels."""
        return self.design[training["candidate"]], self.levels

    @classmethod
    def of(cls, names: SpeciesTable, isomer_groups: SpeciesTable) -> "Candidates":
        """The isomer groups of the prefix of each species; a letter in the name decides."""
        isomer_groups = isomer_groups.rows(np.argsort(isomer_groups["group"]))
        species: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
        for place, label in enumerate(names.iter_rows("prefix", "letter")):
            species[label].append(place)
        fits = [
            sorted(species[prefix, None] + (species[prefix, isomer] if isomer else []))
            for prefix, isomer in isomer_groups.iter_rows("prefix", "isomer")
        ]
        number = np.array([one for fitting in fits for one in fitting], dtype=np.int64)
        group = np.repeat(np.arange(len(fits)), [len(fitting) for fitting in fits])
        of_groups = isomer_groups.rows(group)
        of_group = {name: of_groups[name] for name in of_groups.columns if name != "prefix"}
        table = names.select(*NAMED).rows(number).with_columns(**of_group)
        return cls(table, number, _places(number, names.height))


def _places(number: Indices, species: int) -> Indices:
    """The rows of the candidates of each species (species, most candidates), filled up with -1."""
    order = np.argsort(number, kind="stable")
    count = np.bincount(number, minlength=species)
    column = np.arange(len(number)) - np.repeat(np.cumsum(count) - count, count)
    places = np.full((species, int(count.max())), -1, dtype=np.int64)
    places[number[order], column] = order
    return places


def _numbers(values: NDArray[Any], labels: tuple[str | None, ...]) -> NDArray[np.uint16]:
    number = {label: place for place, label in enumerate(labels)}
    return np.array([number[value] for value in values], dtype=np.uint16)
