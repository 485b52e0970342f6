"""Parse adducts such as ``[M-2H]2-``, and compute the m/z of an ion.

The mass of the electron is that of CODATA 2018.
"""

import re
from collections import Counter
from typing import NamedTuple

from app.analysis.names.composition import MASS_DA, mass_of

ELECTRON_DA = 0.000548579909
# Formic acid by its usual short name; other additions are written as formulas.
SHORT_NAMES = {"FA": "CH2O2"}

_ADDUCT = re.compile(
    r"^\[(?P<molecules>\d*)M(?P<terms>(?:[+-]\w+)*)\](?P<charge>\d*)(?P<sign>[+-])$"
)
_TERM = re.compile(r"([+-])(\d*)([A-Za-z]\w*)", re.ASCII)
_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)", re.ASCII)


class Adduct(NamedTuple):
    """An adduct such as ``[M-2H]2-``: ``charge`` is signed, ``added_da`` the mass it adds."""

    molecules: int
    added_da: float
    charge: int

    def mz(self, mass_da: float) -> float:
        """The m/z of the adduct of a neutral molecule of some mass in Da."""
        total = self.molecules * mass_da + self.added_da - self.charge * ELECTRON_DA
        return total / abs(self.charge)


def parse_adduct(text: str) -> Adduct | None:
    """Parse an adduct such as ``[M+HCOO]-``; None if it is not written like that."""
    match = _ADDUCT.match(text.strip())
    if match is None:
        return None
    added = 0.0
    for sign, count, name in _TERM.findall(match["terms"]):
        elements = _parsed(SHORT_NAMES.get(name, name))
        if elements is None:
            return None
        added += (1 if sign == "+" else -1) * int(count or 1) * mass_of(elements)
    charge = int(match["charge"] or 1) * (1 if match["sign"] == "+" else -1)
    return Adduct(int(match["molecules"] or 1), added, charge) if charge else None


def _parsed(text: str) -> Counter[str] | None:
    """The elements of a formula; None if it has one whose mass is not known here."""
    found = _ELEMENT.findall(text)
    if "".join(element + count for element, count in found) != text:
        return None
    counts: Counter[str] = Counter()
    for element, count in found:
        counts[element] += int(count or 1)
    return counts if counts and set(counts) <= set(MASS_DA) else None
