"""Parse adducts in every common spelling, such as ``[M-2H]2-``, ``M-2H`` or LipidSearch's ``-2H``.

Also computes the m/z of an ion. The mass of the electron is that of CODATA 2018, masses of heavy
isotopes are those of the Atomic Mass Evaluation 2020.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from app.analysis.names.composition import MASS_DA, mass_of

# No adduct has more of one ion or molecule.
MOST_TIMES = 9
ELECTRON_DA = 0.000548579909
# Short names of additions, compared without case; others are written as formulas.
SHORT_NAMES = {
    "fa": "CH2O2",
    "form": "CHO2",
    "formate": "CHO2",
    "hac": "C2H4O2",
    "acoh": "C2H4O2",
    "ac": "C2H3O2",
    "aco": "C2H3O2",
    "oac": "C2H3O2",
    "acetate": "C2H3O2",
    "acn": "C2H3N",
    "meoh": "CH4O",
    "isoprop": "C3H8O",
    "tea": "C6H15N",
    "tfa": "C2HF3O2",
}
# The charge of what is added as an ion; everything else is added as a neutral molecule.
CHARGES = {
    **dict.fromkeys(("H", "Na", "K", "Li", "NH4"), 1),
    **dict.fromkeys(("Cl", "Br", "CHO2", "C2H3O2", "HCOO", "HCO2", "CH3COO", "CH3CO2"), -1),
}
# What a heavy atom weighs more than the common one, in Skyline's notation: M3H2 has 3 deuteriums.
HEAVIER_DA = {
    "H2": 1.00627674589,
    "D": 1.00627674589,
    "C13": 1.00335483507,
    "N15": 0.99703489445,
    "O18": 2.00424496800,
}

_LABEL = rf"(?:\d*(?:{'|'.join(HEAVIER_DA)}))*"
_ADDUCT = re.compile(
    rf"(?P<open>[\[(])?(?P<molecules>\d*)M(?P<label>{_LABEL})"
    r"(?P<terms>(?:[+-]\w+)*)(?(open)[\])])(?P<charge>.*)"
)
_CHARGE = re.compile(r"[(\[]?(?:(?P<count>\d*)(?P<sign>[+-])|(?P<before>[+-])(?P<after>\d))[)\]]?")
# A charge in a column of its own; spreadsheets write 2.0.
_WRITTEN_CHARGE = re.compile(
    r"(?:z=?)?[(\[]?(?P<before>[+-])?(?P<number>[1-9])(?:\.0+)?(?P<after>[+-])?[)\]]?",
    re.IGNORECASE,
)
# A charge without sign, as in (M-2H)/2.
_DIVIDED = re.compile(r"/(?P<count>[1-9])")
# LDA writes -H2 for -2H; M-2H2- without brackets is M-2H with its charge.
_COUNT_AFTER = re.compile(r"(?<=[+-])(H|Na|K|Li)([2-9])(?![A-Za-z0-9])")
_CHARGE_AFTER = re.compile(r"(?<=[+-])([1-9]H)([1-9][+-])$")
_LABEL_PART = re.compile(rf"(\d*)({'|'.join(HEAVIER_DA)})")
_TERM = re.compile(r"([+-])(\d*)([A-Za-z]\w*)", re.ASCII)
# An acid that loses its proton is written like its anion too: [M+Ac-H]- is [M+HAc-H]-.
_ACID = (re.compile(r"\+ac(?:etate)?(?=-H\b)", re.I), re.compile(r"\+form(?:ate)?(?=-H\b)", re.I))
_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)", re.ASCII)
# CAMERA writes the mass of the molecule after an adduct: [M-H]- 1181.75.
_NEUTRAL_MASS = re.compile(r"(?<=\][+-]|\d[+-])\s+\d{2,5}(?:\.\d+)?\s*$")
# Signs that stand for a hyphen or plus; NFKC keeps them apart.
_SIGNS = str.maketrans({**dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"), "\uff0b": "+"})


class Adduct(NamedTuple):
    """An adduct such as ``[M-2H]2-``: ``charge`` is signed, ``added_da`` the mass it adds.

    ``label`` names its heavy isotopes, as in ``[M3H2-H]-``; it is empty without any.
    """

    molecules: int
    added_da: float
    charge: int
    label: str = ""

    def mz(self, mass_da: float) -> float:
        """The m/z of the adduct of a neutral molecule of some mass in Da."""
        total = self.molecules * mass_da + self.added_da - self.charge * ELECTRON_DA
        return total / abs(self.charge)


@lru_cache(1_000)
def parse_adduct(text: str) -> Adduct | None:
    """Parse an adduct; None if it is not one, or its charge cannot be known."""
    parts = _parts(text)
    if parts is None:
        return None
    terms = _ACID[1].sub("+FA", _ACID[0].sub("+HAc", parts["terms"]))
    charge, added = _charge_of(parts["charge"], terms), _added_da(terms)
    if not charge or added is None:
        return None
    molecules = int(parts["molecules"] or 1)
    if not molecules:
        return None
    heavier = sum(
        int(count or 1) * HEAVIER_DA[atom] for count, atom in _LABEL_PART.findall(parts["label"])
    )
    return Adduct(molecules, added + molecules * heavier, charge, parts["label"])


@lru_cache(1_000)
def normal_adduct(text: str) -> str | None:
    """The usual spelling of an adduct, such as ``[M-2H]2-`` for ``M-2H``; None if unknown."""
    adduct, parts = parse_adduct(text), _parts(text)
    if adduct is None or parts is None:
        return None
    number = abs(adduct.charge)
    charge = f"{number if number > 1 else ''}{'+' if adduct.charge > 0 else '-'}"
    return f"[{parts['molecules']}M{parts['label']}{parts['terms']}]{charge}"


@lru_cache(1_000)
def normal_charge(text: str) -> str | None:
    """A charge with its sign after it, such as ``2-`` for ``-2`` or ``z = 2-``; None if unknown."""
    plain = "".join(unicodedata.normalize("NFKC", text).translate(_SIGNS).split())
    match = _WRITTEN_CHARGE.fullmatch(plain)
    if match is None or (match["before"] and match["after"]):
        return None
    return f"{int(match['number'])}{match['before'] or match['after'] or ''}"


def _parts(text: str) -> dict[str, str] | None:
    plain = _NEUTRAL_MASS.sub("", unicodedata.normalize("NFKC", text).translate(_SIGNS))
    plain = "".join(plain.split())
    if plain[:1] in ("+", "-"):
        plain = f"M{plain}"
    plain = _COUNT_AFTER.sub(r"\2\1", _CHARGE_AFTER.sub(r"\1(\2)", plain))
    match = _ADDUCT.fullmatch(plain)
    return match.groupdict() if match and match["terms"] + match["charge"] else None


def _charge_of(written: str, terms: str) -> int:
    """The signed charge as written, else as the terms add up; 0 if neither says."""
    if not written:
        found = [_term_charge(*term) for term in _TERM.findall(terms)]
        return sum(found)
    if len(written) > 1 and set(written) in ({"+"}, {"-"}):
        return len(written) * (1 if written[0] == "+" else -1)
    if divided := _DIVIDED.fullmatch(written):
        of_terms = _charge_of("", terms)
        return of_terms if abs(of_terms) == int(divided["count"]) else 0
    match = _CHARGE.fullmatch(written)
    if match is None:
        return 0
    sign = match["sign"] or match["before"]
    return int(match["count"] or match["after"] or 1) * (1 if sign == "+" else -1)


def _term_charge(sign: str, count: str, name: str) -> int:
    formula = SHORT_NAMES.get(name.lower(), name)
    return (1 if sign == "+" else -1) * int(count or 1) * CHARGES.get(formula, 0)


def _added_da(terms: str) -> float | None:
    """The mass of the terms; None if one is not a formula of known elements."""
    added = 0.0
    found = _TERM.findall(terms)
    if "".join(map("".join, found)) != terms:  # M-1 is no adduct
        return None
    for sign, count, name in found:
        elements = _parsed(SHORT_NAMES.get(name.lower(), name))
        # 37Cl is an isotope, not 37 atoms.
        if elements is None or max(int(count or 1), elements["Cl"]) > MOST_TIMES:
            return None
        added += (1 if sign == "+" else -1) * int(count or 1) * mass_of(elements)
    return added


def _parsed(text: str) -> Counter[str] | None:
    """The elements of a formula; None if it has one whose mass is not known here."""
    found = _ELEMENT.findall(text)
    if "".join(element + count for element, count in found) != text:
        return None
    counts: Counter[str] = Counter()
    for element, count in found:
        counts[element] += int(count or 1)
    return counts if counts and set(counts) <= set(MASS_DA) else None
