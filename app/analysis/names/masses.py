"""The masses and isotopes of a table of species, in arrays."""

import numpy as np
from numpy.typing import NDArray

from app.analysis.names.composition import MASS_DA, RESIDUES
from app.analysis.names.species_table import SpeciesColumns, column

# The mass of 13C less that of 12C (Wang et al. 2021, Chinese Phys C 45:030003).
CARBON_13_DA = 1.00335483507
# Isotopes by their abundance (Meija et al. 2016, Pure Appl Chem 88:293): atoms of 13C, 15N, 2H and
# 17O for each of the common isotope, and of 18O, which adds two.
ONE_HEAVIER = {"C": 0.010816, "N": 0.003653, "H": 0.000115, "O": 0.000381}
TWO_HEAVIER_OXYGEN, TWO_HEAVIER_SULFUR = 0.002055, 0.0447


def masses_da(species: SpeciesColumns) -> NDArray[np.float64]:
    """The monoisotopic mass of each of a table of species (``SPECIES_SCHEMA``), in Da."""
    atoms = _atoms(species)
    total = np.zeros(species.height)
    for element, number in atoms.items():
        total += MASS_DA[element] * number
    return total


def log_second_isotope(species: SpeciesColumns) -> NDArray[np.float64]:
    """The log10 of the ion with two heavier atoms, or one 18O or 34S, over the monoisotopic ion."""
    atoms = _atoms(species)
    one = np.zeros(species.height)
    for element, abundance in ONE_HEAVIER.items():
        one += abundance * atoms[element]
    two = TWO_HEAVIER_OXYGEN * atoms["O"] + TWO_HEAVIER_SULFUR * atoms["S"]
    ratio: NDArray[np.float64] = np.log10(one**2 / 2 + two)
    return ratio


def _atoms(species: SpeciesColumns) -> dict[str, NDArray[np.float64]]:
    """The atoms of each species, as in app/analysis/names/composition.py."""

    def count(name: str) -> NDArray[np.float64]:
        if name not in known:  # species that a model makes up have the usual sugars alone
            return np.zeros(species.height)
        return column(species, name).astype(np.float64)

    known = set(species.columns)
    carbons = count("carbons")
    atoms = {
        "C": carbons,
        "H": 2 * carbons + 1 - 2 * count("double_bonds"),
        "N": np.ones(len(carbons)),
        "O": count("hydroxyls") + 1,
        "S": np.zeros(len(carbons)),
    }
    for name, residue in RESIDUES.items():
        residues = count(name)
        if residues.any():
            for element, number in residue.items():
                atoms[element] = atoms[element] + number * residues
    return atoms
