"""The chemical formula and the monoisotopic mass of a ganglioside.

Monoisotopic masses are those of the Atomic Mass Evaluation 2020 (Wang et al. 2021, Chinese Phys C
45:030003), in Da.
"""

from collections import Counter
from collections.abc import Mapping

from app.analysis.names.species import Species

MASS_DA = {
    "C": 12.0,
    "H": 1.00782503190,
    "N": 14.00307400425,
    "O": 15.99491461926,
    "Na": 22.98976928200,
    "K": 38.96370648482,
    "Cl": 34.96885269400,
    "S": 31.97207117440,
    "F": 18.99840316207,
    "Li": 7.01600343660,
    "Br": 78.91833760100,
}
# Each sugar less the water of its bond, and a group less the hydrogen it replaces.
RESIDUES: dict[str, dict[str, int]] = {
    "hex": {"C": 6, "H": 10, "O": 5},
    "hexnac": {"C": 8, "H": 13, "N": 1, "O": 5},
    "neuac": {"C": 11, "H": 17, "N": 1, "O": 8},
    "neugc": {"C": 11, "H": 17, "N": 1, "O": 9},
    "dhex": {"C": 6, "H": 10, "O": 4},
    "kdn": {"C": 9, "H": 14, "O": 8},
    "oacetyl": {"C": 2, "H": 2, "O": 1},
    "sulfo": {"S": 1, "O": 3},
}


def formula(species: Species) -> str:
    """The formula of the neutral molecule in Hill's order, such as ``C73H131N3O31``."""
    counts = atoms(species)
    return "".join(_term(element, counts[element]) for element in "CHNOS")


def _term(element: str, count: int) -> str:
    return f"{element}{count if count > 1 else ''}" if count else ""


def mass_da(species: Species) -> float:
    """The monoisotopic mass of the neutral molecule, in Da."""
    return mass_of(atoms(species))


def atoms(species: Species) -> Counter[str]:
    """The atoms of a species.

    A ceramide of c carbons, d double bonds and h hydroxyls is C(c) H(2c+1-2d) N O(h+1).
    """
    carbons = species.carbons
    counts = Counter(
        {"C": carbons, "H": 2 * carbons + 1 - 2 * species.double_bonds, "N": 1}
        | {"O": species.hydroxyls + 1}
    )
    for name, residue in RESIDUES.items():
        for element, count in residue.items():
            counts[element] += count * getattr(species, name)
    return counts


def mass_of(elements: Mapping[str, int]) -> float:
    """The monoisotopic mass of a number of atoms of each element, in Da."""
    return sum(MASS_DA[element] * count for element, count in elements.items())
