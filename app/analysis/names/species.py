"""What a name says: the glycan core, its modifications and the ceramide of a ganglioside.

Cores follow Svennerholm (1963, J Neurochem 10:613): the letter counts sialic acids, 5 minus the
digit the neutral sugars. Ceramides follow the LIPID MAPS shorthand (Liebisch et al. 2020,
J Lipid Res 61:1539).
"""

import re
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import polars as pl

from app.analysis.errors import AnalysisError

SIALIC_BY_LETTER = {"A": 0, "M": 1, "D": 2, "T": 3, "Q": 4, "P": 5}
# Hexoses and N-acetylhexosamines of the neutral chain by series digit: 4 is galactosylceramide,
# 3 lactosylceramide, 2 and 1 add GalNAc and a further Gal.
HEX_BY_SERIES = {1: 3, 2: 2, 3: 2, 4: 1}
HEXNAC_BY_SERIES = {1: 1, 2: 1, 3: 0, 4: 0}
# Hydroxyls of a sphingoid base by its old prefix; d is what a name without any is taken for.
HYDROXYLS_BY_BASE = {"m": 1, "d": 2, "t": 3, "": 2}
# Tables name the same species again and again; so many names are remembered.
KNOWN_NAMES = 10_000
# The order in which modifications stand in a canonical name.
MODIFICATIONS = ("Hex", "HexNAc", "NeuGc", "dHex", "OAc")

_MODIFICATION = r"\+\s*([1-9]?)\s*(OAc|dHex|Fuc|HexNAc|Hex|NeuGc)"
_NAME = re.compile(
    rf"^G(?P<letter>[AMDTQP])(?P<series>[1-4])(?P<isomer>[a-d]?)"
    rf"(?P<modifications>(?:\s*{_MODIFICATION})*)\s*"
    r"(?:\((?P<bracketed>[^()]+)\)|\s(?P<bare>[^()]+)|(?=[mdt]\d)(?P<glued>[^()]+))\s*$",
    re.ASCII,
)
_CHAIN = re.compile(
    r"^(?P<base>[mdt]?)(?P<carbons>\d{1,2}):(?P<double_bonds>\d)"
    r"(?:;(?P<oxygen>O(?P<count>\d?)|(?P<number>\d)O?))?$",
    re.ASCII,
)


class SpeciesNameError(AnalysisError):
    """A name is no ganglioside; the text says what one looks like."""


@dataclass(frozen=True, kw_only=True)
class Species:
    """A ganglioside species at the level of its sum composition. All numbers are counts."""

    core: str
    letter: str | None
    hex: int
    hexnac: int
    neuac: int
    neugc: int
    dhex: int
    oacetyl: int
    carbons: int
    double_bonds: int
    hydroxyls: int

    @property
    def category(self) -> str:
        """The class by its sialic acids: GA, GM, GD, GT, GQ or GP."""
        return self.core[:2]

    @property
    def series(self) -> int:
        """The digit of the core."""
        return int(self.core[2])

    @property
    def sialic(self) -> int:
        """Sialic acids of either kind."""
        return self.neuac + self.neugc

    @property
    def neutral_sugars(self) -> int:
        """Sugars that are no sialic acids."""
        return self.hex + self.hexnac + self.dhex

    @property
    def sugars(self) -> int:
        """All sugars; an O-acetyl group is none (rule 2)."""
        return self.sialic + self.neutral_sugars

    @property
    def prefix(self) -> str:
        """The core with its modifications in canonical order, without the isomer letter."""
        return self.core + self._modifications()

    @property
    def species(self) -> str:
        """The canonical name, such as ``GD1a+OAc(36:1;O2)``."""
        ceramide = f"({self.carbons}:{self.double_bonds};O{self.hydroxyls})"
        return f"{self.core}{self.letter or ''}{self._modifications()}{ceramide}"

    def _modifications(self) -> str:
        added = (
            self.hex - HEX_BY_SERIES[self.series],
            self.hexnac - HEXNAC_BY_SERIES[self.series],
            self.neugc,
            self.dhex,
            self.oacetyl,
        )
        named = zip(MODIFICATIONS, added, strict=True)
        return "".join(f"+{n if n > 1 else ''}{name}" for name, n in named if n)


def parse_species(name: str) -> Species:
    """Parse a name such as ``GD1+OAc(36:1;O2)``, ``GM3 d18:1/18:0`` or ``GT1b(d36:1)``.

    A ceramide without oxygen count is read as a dihydroxy base (O2), the common one in mammals.

    Raises:
        SpeciesNameError: the name is no ganglioside.
    """
    match = _NAME.match(name.strip())
    ceramide = _parse_ceramide(match) if match else None
    if match is None or ceramide is None:
        raise SpeciesNameError(
            f"{name!r} is not a ganglioside name such as GD1+OAc(36:1;O2): a core, "
            "modifications after +, and the ceramide."
        )
    carbons, double_bonds, hydroxyls = ceramide
    series = int(match["series"])
    added = _count_modifications(match["modifications"])
    return Species(
        core=f"G{match['letter']}{series}",
        letter=match["isomer"] or None,
        hex=HEX_BY_SERIES[series] + added["Hex"],
        hexnac=HEXNAC_BY_SERIES[series] + added["HexNAc"],
        neuac=SIALIC_BY_LETTER[match["letter"]],
        neugc=added["NeuGc"],
        dhex=added["dHex"],
        oacetyl=added["OAc"],
        carbons=carbons,
        double_bonds=double_bonds,
        hydroxyls=hydroxyls,
    )


COLUMNS = (
    *(field.name for field in fields(Species)),
    *("species", "prefix", "category", "series", "sialic", "neutral_sugars", "sugars"),
)
SPECIES_SCHEMA: dict[str, Any] = {
    name: pl.String if name in ("core", "letter", "species", "prefix", "category") else pl.Int32
    for name in COLUMNS
}


def add_species(peaks: pl.DataFrame) -> pl.DataFrame:
    """Add what each ``name`` says (``SPECIES_SCHEMA``), null where it says nothing.

    A name that cannot be parsed becomes the row's ``problem`` unless it has one already.
    """
    parsed = parse_names(peaks["name"].drop_nulls().unique().to_list())
    joined = peaks.join(parsed, on="name", how="left", maintain_order="left")
    return joined.with_columns(problem=pl.coalesce("problem", "name_problem")).drop("name_problem")


def parse_names(names: list[str]) -> pl.DataFrame:
    """What some names say: name, ``SPECIES_SCHEMA``, and name_problem where they say nothing."""
    schema = {"name": pl.String, **SPECIES_SCHEMA, "name_problem": pl.String}
    return pl.DataFrame([_row(name) for name in names], schema=schema, orient="row")


@lru_cache(KNOWN_NAMES)
def _row(name: str) -> tuple[Any, ...]:
    try:
        species = parse_species(name)
    except SpeciesNameError as error:
        return (name, *(None for _ in COLUMNS), str(error))
    return (name, *(getattr(species, column) for column in COLUMNS), None)


def _count_modifications(text: str) -> dict[str, int]:
    counts = dict.fromkeys(MODIFICATIONS, 0)
    for number, name in re.findall(_MODIFICATION, text):
        counts["dHex" if name == "Fuc" else name] += int(number or 1)
    return counts


def _parse_ceramide(match: re.Match[str]) -> tuple[int, int, int] | None:
    """Carbons, double bonds and hydroxyls over base and acyl; None when it is no ceramide."""
    text = (match["bracketed"] or match["bare"] or match["glued"]).strip()
    chains = [_CHAIN.match(part.strip()) for part in text.split("/")]
    if len(chains) > 2 or not all(chains):
        return None
    found = [chain for chain in chains if chain]
    carbons = sum(int(chain["carbons"]) for chain in found)
    double_bonds = sum(int(chain["double_bonds"]) for chain in found)
    if carbons <= 2 * double_bonds:
        return None
    hydroxyls = sum(_hydroxyls(chain, is_base=number == 0) for number, chain in enumerate(found))
    return carbons, double_bonds, hydroxyls


def _hydroxyls(chain: re.Match[str], *, is_base: bool) -> int:
    if chain["oxygen"]:
        return int(chain["count"] or chain["number"] or 1)
    return HYDROXYLS_BY_BASE[chain["base"]] if is_base or chain["base"] else 0
