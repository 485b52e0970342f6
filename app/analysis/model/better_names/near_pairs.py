"""Pairs of a measured mass and a species of about that mass that elutes at about that time."""

import msgspec
import numpy as np

from app.analysis.computing.ranges import members
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.explaining.measured_masses import MeasuredMasses
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.better_names.possible_species import PossibleSpecies
from app.analysis.model.law.design import ceramide_numbers
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.names.masses import masses_da
from app.analysis.names.species_table import SpeciesTable

# A species elutes within this many minutes of porcine brain of its prediction, so that few standard
# deviations need to be computed.
FARTHEST_MIN = 1.0


class NearPairs(msgspec.Struct, frozen=True, eq=False):
    """Pairs of a measured mass and a species of about that mass and time, as arrays (m,).

    ``mass`` is a position among the measured masses, ``species`` one in ``table``, whose rows have
    their ``design`` and ``mass_da``, and ``off_min`` how much later than the species the peak
    elutes. ``of_peak`` (n,) is the number of species of the mass of each peak, at any time.
    """

    table: SpeciesTable
    design: Array
    mass_da: Array
    range_da: float
    possible: int
    mass: Indices
    species: Indices
    off_min: Array
    of_peak: Array

    @classmethod
    def of(
        cls, arrays: PeakArrays, masses: MeasuredMasses, model: RetentionModel, ppm: float
    ) -> "NearPairs":
        """Find the pairs whose masses agree within ``ppm``, but for a peak with its own label."""
        possible = PossibleSpecies.of(arrays.species_table, model)
        first, count = _near(possible, arrays, masses, ppm)
        met, place = _met_in(first, count, possible.table.height)
        table = possible.table.rows(met)
        design = model.design(table)
        # By time first, because most species of a mass elute at other times.
        mass, species = members(place[first], count)
        off_min = arrays.time_min[masses.peak][mass] - model.mean(design)[species]
        near = np.flatnonzero(np.abs(off_min) <= FARTHEST_MIN * arrays.time_scale)
        mass, species, off_min = mass[near], species[near], off_min[near]
        is_label = _is_label(arrays, masses.peak[mass], table, species)
        others = np.flatnonzero(~(masses.is_own[mass] & is_label))
        return cls(
            table=table,
            design=design,
            mass_da=possible.mass_da[met],
            range_da=possible.range_da,
            possible=possible.table.height,
            mass=mass[others],
            species=species[others],
            off_min=off_min[others],
            of_peak=np.bincount(masses.peak, count, len(arrays.row)).astype(np.float64),
        )


def _near(
    possible: PossibleSpecies, arrays: PeakArrays, masses: MeasuredMasses, ppm: float
) -> tuple[Indices, Indices]:
    """The first species near each mass and how many there are; labels have few different masses."""
    species, measured = arrays.species[masses.peak], np.flatnonzero(masses.is_measured)
    first, count = (found[species] for found in possible.near(masses_da(arrays.species_table), ppm))
    first[measured], count[measured] = possible.near(masses.mass_da[measured], ppm)
    return first, count


def _met_in(first: Indices, count: Indices, numbers: int) -> tuple[Indices, Indices]:
    """The different numbers in some ranges, sorted, and the place of each number among them."""
    begun = np.bincount(first, minlength=numbers + 1) - np.bincount(
        first + count, minlength=numbers + 1
    )
    is_met = np.cumsum(begun) > 0
    return np.flatnonzero(is_met), np.cumsum(is_met) - is_met


def species_codes(names: SpeciesTable, species: SpeciesTable) -> tuple[Indices, Indices]:
    """A number for each combination of prefix and ceramide, of each of two tables."""
    prefixes = [*names["prefix"], *species["prefix"]]
    numbers = {prefix: number for number, prefix in enumerate(sorted(set(prefixes)))}
    prefix = np.array([numbers[prefix] for prefix in prefixes], dtype=np.int64)
    ceramide = np.concatenate([ceramide_numbers(names), ceramide_numbers(species)])
    code = np.unique(prefix * (int(ceramide.max()) + 1) + ceramide, return_inverse=True)[1]
    return code[: names.height], code[names.height :]


def _is_label(arrays: PeakArrays, peak: Indices, table: SpeciesTable, species: Indices) -> Mask:
    """Whether the species of each pair is the label of the peak; a letter tells isomers apart."""
    names = arrays.species_table
    of_names, of_table = species_codes(names, table)
    own, numbers = arrays.species[peak], {"": 0}
    letter, isomer = (
        np.array([numbers.setdefault(text, len(numbers)) for text in texts])[which]
        for texts, which in (
            ([letter or "" for letter in names["letter"]], own),
            ([group.partition("/")[2] for group in table["group"]], species),
        )
    )
    is_isomer = (letter == 0) | (isomer == 0) | (letter == isomer)
    is_label: Mask = (of_names[own] == of_table[species]) & is_isomer
    return is_label
