"""Parse the name of a ganglioside, such as ``GD1+OAc(36:1;O2)``, into its species."""

import re

from app.analysis.errors import AnalysisError
from app.analysis.names.species import (
    HEX_BY_SERIES,
    HEXNAC_BY_SERIES,
    MODIFICATIONS,
    SIALIC_BY_LETTER,
    Species,
)

# Hydroxyls of a sphingoid base by its old prefix; a base without one is taken for d.
HYDROXYLS_BY_BASE = {"m": 1, "d": 2, "t": 3, "": 2}

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
    """A name is not that of a ganglioside; the text says what one looks like."""


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


def _count_modifications(text: str) -> dict[str, int]:
    """How many of each modification a text such as ``+2OAc+Fuc`` adds."""
    counts = dict.fromkeys(MODIFICATIONS, 0)
    for number, name in re.findall(_MODIFICATION, text):
        counts["dHex" if name == "Fuc" else name] += int(number or 1)
    return counts


def _parse_ceramide(match: re.Match[str]) -> tuple[int, int, int] | None:
    """Carbons, double bonds and hydroxyls over base and acyl; None if it is not a ceramide."""
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
