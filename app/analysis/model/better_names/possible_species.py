"""The species that peaks of a table can be: the groups of its model with the ceramides it has."""

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.model.law.design import CERAMIDE_COLUMNS
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.parents.possible_parents import OF_GROUP
from app.analysis.names.composition import RESIDUES
from app.analysis.names.masses import masses_da
from app.analysis.names.species_table import SpeciesTable


class PossibleSpecies(msgspec.Struct, frozen=True, eq=False):
    """Every combination of a group with carbons, double bonds and hydroxyls that a table has.

    ``table`` has a row for each, sorted by ``mass_da``.
    """

    table: SpeciesTable
    mass_da: Array

    @classmethod
    def of(cls, names: SpeciesTable, model: RetentionModel) -> "PossibleSpecies":
        """Combine the groups that a model was fitted to with the ceramides of some species."""
        groups = model.glycans.select("prefix", *dict.fromkeys((*OF_GROUP, *RESIDUES)))
        parts = [np.unique(names[name]) for name in CERAMIDE_COLUMNS]
        group, *part = (each.ravel() for each in np.indices((groups.height, *map(len, parts))))
        ceramides = {name: parts[n][part[n]] for n, name in enumerate(CERAMIDE_COLUMNS)}
        table = groups.rows(group).with_columns(**ceramides)
        masses = masses_da(table)
        order = np.argsort(masses, kind="stable")
        return cls(table.rows(order), masses[order])

    def near(self, masses: Array, ppm: float) -> tuple[Indices, Indices]:
        """The position of the first species within ``ppm`` of each mass, and how many there are."""
        reach = 1e-6 * ppm
        first = np.searchsorted(self.mass_da, masses * (1 - reach))
        count = np.searchsorted(self.mass_da, masses * (1 + reach), side="right") - first
        return first, count

    @property
    def range_da(self) -> float:
        """The range of the masses, in Da."""
        return max(float(np.ptp(self.mass_da)), 1.0)
