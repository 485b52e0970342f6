"""What a ganglioside weighs, and at which m/z an adduct of it lies.

Monoisotopic masses are those of the Atomic Mass Evaluation 2020 (Wang et al. 2021, Chinese Phys C
45:030003), the electron's that of CODATA 2018.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from app.analysis.names.species import Species

MASS_DA = {
    "C": 12.0,
    "H": 1.00782503190,
    "N": 14.00307400425,
    "O": 15.99491461926,
    "Na": 22.98976928200,
    "K": 38.96370648482,
    "Cl": 34.96885269400,
}
ELECTRON_DA = 0.000548579909
# Each sugar less the water of its bond, and the acetyl group less the hydrogen it replaces.
RESIDUES: dict[str, dict[str, int]] = {
    "hex": {"C": 6, "H": 10, "O": 5},
    "hexnac": {"C": 8, "H": 13, "N": 1, "O": 5},
    "neuac": {"C": 11, "H": 17, "N": 1, "O": 8},
    "neugc": {"C": 11, "H": 17, "N": 1, "O": 9},
    "dhex": {"C": 6, "H": 10, "O": 4},
    "oacetyl": {"C": 2, "H": 2, "O": 1},
}
# Formic acid by its usual short name; other additions are written as formulas.
SHORT_NAMES = {"FA": "CH2O2"}

_ADDUCT = re.compile(
    r"^\[(?P<molecules>\d*)M(?P<terms>(?:[+-]\w+)*)\](?P<charge>\d*)(?P<sign>[+-])$"
)
_TERM = re.compile(r"([+-])(\d*)([A-Za-z]\w*)", re.ASCII)
_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)", re.ASCII)


class Adduct(NamedTuple):
    """An adduct such as ``[M-2H]2-``: ``charge`` is signed, ``added_da`` what it adds."""

    molecules: int
    added_da: float
    charge: int

    def mz(self, mass_da: float) -> float:
        """The m/z of the adduct of a neutral molecule."""
        total = self.molecules * mass_da + self.added_da - self.charge * ELECTRON_DA
        return total / abs(self.charge)


def formula(species: Species) -> str:
    """The formula of the neutral molecule in Hill's order, such as ``C73H131N3O31``."""
    counts = _elements(species)
    return "".join(f"{element}{counts[element]}" for element in "CHNO")


def mass_da(species: Species) -> float:
    """The monoisotopic mass of the neutral molecule."""
    return _mass(_elements(species))


def parse_adduct(text: str) -> Adduct | None:
    """What an adduct such as ``[M+HCOO]-`` says; None where it is written otherwise."""
    match = _ADDUCT.match(text.strip())
    if match is None:
        return None
    added = 0.0
    for sign, count, name in _TERM.findall(match["terms"]):
        elements = _parsed(SHORT_NAMES.get(name, name))
        if elements is None:
            return None
        added += (1 if sign == "+" else -1) * int(count or 1) * _mass(elements)
    charge = int(match["charge"] or 1) * (1 if match["sign"] == "+" else -1)
    return Adduct(int(match["molecules"] or 1), added, charge) if charge else None


def _elements(species: Species) -> Counter[str]:
    """A ceramide of c carbons, d double bonds and h hydroxyls is C(c) H(2c+1-2d) N O(h+1)."""
    carbons = species.carbons
    counts = Counter(
        {"C": carbons, "H": 2 * carbons + 1 - 2 * species.double_bonds, "N": 1}
        | {"O": species.hydroxyls + 1}
    )
    for name, residue in RESIDUES.items():
        for element, count in residue.items():
            counts[element] += count * getattr(species, name)
    return counts


def _mass(elements: Mapping[str, int]) -> float:
    return sum(MASS_DA[element] * count for element, count in elements.items())


def _parsed(text: str) -> Counter[str] | None:
    """The elements of a formula; None where it has one that is not known here."""
    found = _ELEMENT.findall(text)
    if "".join(element + count for element, count in found) != text:
        return None
    counts: Counter[str] = Counter()
    for element, count in found:
        counts[element] += int(count or 1)
    return counts if counts and set(counts) <= set(MASS_DA) else None
