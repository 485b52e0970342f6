"""The natural isotopes of a species: the share of its monoisotopic ion, and that of M+2.

IsoSpec computes them (Łącki et al. 2020, Anal Chem 92:9472).
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import polars as pl

from app.analysis.names.composition import atoms
from app.analysis.names.grammar import SpeciesNameError, parse_species
from app.analysis.names.masses import CARBON_13_DA
from app.analysis.names.species import Species

# Isotopologues rarer than this part of the commonest one are left out.
RAREST = 1e-6
SCHEMA = {"species": pl.String, "mono_share": pl.Float64, "second_share": pl.Float64}
# Heavy atoms of a label such as d5, 13C6 or 15N, by the element that they stand for.
_HEAVY = re.compile(
    r"(?<![a-z0-9])(?:(?P<H>d|2h)|(?P<C>13c|c13)|(?P<N>15n|n15)|(?P<O>18o|o18))[\s\]_-]*"
    r"(?P<number>\d*)",
    re.IGNORECASE,
)


def isotope_shares(names: Iterable[str]) -> pl.DataFrame:
    """The isotope shares of species by their canonical names (``SCHEMA``)."""
    return pl.DataFrame([(name, *_of_name(name)) for name in names], schema=SCHEMA, orient="row")


def mono_share_of_standard(species: Species, label: str) -> float | None:
    """The share of the monoisotopic ion of a standard, whose labelled atoms are all heavy.

    None if the label does not name its heavy atoms.
    """
    left = dict(atoms(species))
    heavy = list(_HEAVY.finditer(label))
    if label and not heavy:
        return None
    for match in heavy:
        element = next(name for name in "HCNO" if match[name])
        left[element] -= int(match["number"] or 1)
    return None if min(left.values()) < 0 else _shares(_formula(left))[0]


@lru_cache(20_000)
def _of_name(name: str) -> tuple[float | None, float | None]:
    try:
        return _shares(_formula(atoms(parse_species(name))))
    except SpeciesNameError:
        return None, None


def _formula(numbers: Mapping[str, int]) -> str:
    return "".join(f"{element}{number}" for element, number in numbers.items() if number)


@lru_cache(20_000)
def _shares(formula: str) -> tuple[float, float]:
    """The shares of the molecules without heavy atoms, and with two of them or one 18O or 34S."""
    from IsoSpecPy import IsoThreshold  # 3 MB that only quantities need

    found = IsoThreshold(threshold=RAREST, formula=formula)
    masses, shares = list(found.masses), list(found.probs)
    lightest = min(masses)
    heavier = [round((mass - lightest) / CARBON_13_DA) for mass in masses]
    mono, second = (
        sum(share for at, share in zip(heavier, shares, strict=True) if at == number)
        for number in (0, 2)
    )
    return mono, second
