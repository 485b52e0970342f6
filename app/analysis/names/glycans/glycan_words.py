"""Split the glycan part of a name into words: cores, sugars, modifications, labels and adducts.

Abbreviations of sugars follow the Symbol Nomenclature for Glycans (Varki et al. 2015, Glycobiology
25:1323) and the habits of lipid lists. Case is ignored, because spreadsheets and lists change it.
Patterns are tried in their order: longer words stand before those that they begin with.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from app.analysis.names.glycans.refused_words import REFUSED, REFUSED_AFTER_CERAMIDE

_OH = r"(?:[0-9]{1,2}[RS]?-?)?OH(?:\[[RS]\]|\([RS]\))?"
_ION = r"(?:NH4|HCOOH|HCOO|HCO2|CHO2|CH3COOH?|C2H3O2|FA|HAc|Na|K|Li|Cl|H2O|(?-i:H))"
# Sulfo, acetyl and sialic acid words may begin with the positions on the sugar: 9-O-acetyl.
_POSITIONS = r"(?:[1-9]'?(?:,[1-9]'?)*-)?"
_MULTIPLE = r"(?:(?P<multiple>di|tri)-?)?"

# The core, and the isomer: a letter, several that are left open (a/b), or one of the alpha series,
# which lists also write as a second letter a (GQ1ba). A small letter before a capital is an isomer
# (GD1aAc), a capital there begins a word (GM3CER).
_CORE = (
    r"G(?P<sialic>[AMDTQPHSO])(?:[ _-](?=[1-4](?![0-9:])))?(?P<series>[1-4])(?![0-9])(?:"
    r"(?P<open>[abc](?:/[abc])+(?![A-Z]))"
    r"|(?:[ -]?(?P<of_alpha>[abc]))?[ -]?alpha(?P<is_alpha>)(?! ?[0-9])"
    r"|(?P<of_second>[abc])a(?P<is_second>)(?![A-Z])"
    r"|(?P<letter>(?-i:[a-d](?![a-z]))|[A-D](?![A-Z])|(?<=[0-9])[ -][abc](?![A-Z0-9:/]))"
    r"|)"
)
# Not a uronic acid such as GalA; an a before a linkage is an anomer, as in Gala1-4 or Galalpha1-4.
_NO_ACID = r"(?!(?-i:A)(?!LPHA)|(?-i:a)(?!lpha|[12]))"
# Words of sugars. One pattern each, the longer before those that they begin with.
SUGARS = {
    "NeuGc": r"Neup?-?5?N?-?Gc|NGNA"
             r"|N-?gl[yu]col+o?yl-?(?:alpha-)?(?:D-)?neuramin(?:osyl|yl|ic acid)",
    "NeuAc": r"Neup?-?5?N?-?Ac(?!et)|NANA"
             r"|N-?acetyl-?(?:alpha-)?(?:D-)?neuramin(?:osyl|yl|ic acid)",
    "KDN": r"KDN",
    "LacNAc": r"LacNAc",
    "HexNAc": r"HexNAc|Galp?NAc|Glcp?NAc"
              r"|N-?acetyl-?(?:beta-)?(?:D-)?(?:galactos|glucos|hexos)amin(?:yl|e)",
    "dHex": r"dHex|deoxyhexos(?:yl|e)|Fuc(?:osyl(?:ated)?|ose|p(?![a-z]))?",
    "Hex": r"Hexos(?:yl|e)|galactos(?:yl|e)|glucos(?:yl|e)"
           rf"|(?:Hex|(?:Gal|Glc)(?:p(?![a-z]))?){_NO_ACID}",
}  # fmt: skip
_COMMON = (
    *((f"refused_{name}", pattern) for name, (pattern, _) in REFUSED.items()),
    ("asialo", r"asialo(?:ganglioside)?"),
    ("core", _CORE),
    ("label", r"\[2H[0-9]*\][0-9]*|2H[0-9]{1,2}|(?:U-?)?(?:13C|15N|18O)[0-9]*"
              r"|(?<![A-Z0-9])D[0-9](?![0-9:/])"
              r"|(?<![A-Z0-9])D(?:[12][0-9]|3[0-5])(?![0-9:/]|[.,;_][0-9])"),
    ("standard", r"internal[ _-]?standard|standard|ISTD|(?<![A-Z])(?:IS|std)(?![A-Z])"
                 r"|heavy|label+ed|deuterated"),
    ("neu_acetyl", r"Neu5,[1-9](?P<more>(?:,[1-9])*)Ac(?P<groups>[2-4])(?!et)"),
    *((f"sugar_{name}", pattern) for name, pattern in SUGARS.items()),
    ("replaced", r"N-?gl[yu]col+o?yl(?:ated)?(?:-?gangliosides?)?|NGc"
                 r"|(?<![A-Z])Gc(?:(?![A-Z])|(?=-?G[MDTQP][1-4]))"),
    ("stated", r"N-?acetyl(?:ated)?(?:-?gangliosides?)?|NAc(?=-?G[MDTQP][1-4])"),
    ("sialo", r"(?P<number>mono|di|tri|tetra|penta)?sialo(?:tetrahexosyl|tetraosyl)?-?"
              r"(?:gangliosides?)?"),
    ("unknown_sialic", r"Sia(?:lyl)?(?![a-z])|Neu(?![a-z])"),
    ("acetyl", rf"{_POSITIONS}{_MULTIPLE}(?:O|(?<![0-9])0)-?ac(?:etyl(?:ated)?)?"
               r"(?:(?![a-z])|(?=G[MDTQP][1-4]))"
               rf"|Ac-O(?:-[1-9](?:,[1-9])*(?=[- )]))?|{_POSITIONS}(?:(?P<times>di|tri)-?)?"
               r"ac(?:etyl(?:ated)?)?(?P<is_bare>)(?:(?![a-z])|(?=G[MDTQP][1-4]))"),
    ("sulfo", rf"{_POSITIONS}(?:O-)?(?:HSO3|SO3H?|sul(?:f|ph)(?:o(?:-O)?|ated?))(?![a-z])"),
    ("lewis", r"Le\^?x(?![a-z])"),
    ("chain_lac", r"LacCer"),
    ("chain_gg", r"Gg(?:Ose)?(?P<length>[34])-?Cer(?:amide)?"),
    ("cer", r"cer(?:amide)?(?![a-z])"),
    ("word", r"gangliosides?|(?:glyco)?sphingolipids?|glycolipids?|species|light"
             r"|isomers?(?! ?[0-9])"),
    ("link", r"(?:alpha|beta|(?<![A-Z])[ab]|(?<=[A-Z])(?-i:[ab]))-?[12] ?[-,>] ?[1-9]'?(?:-?O-?)?"),
    ("bare_link", r"(?:1-[1-46]|2-[3689]|[12],[1-9])'?"),
    # One before a core is no anomer: alpha-GM1 can be of the alpha series.
    ("anomer", r"(?:alpha|beta)(?!-? ?G[AMDTQP][1-4])(?:-?[DL](?![a-z]))?-?1?'?"
               r"|(?<![A-Z0-9])(?-i:[ab]-[DL])(?=-)|-D(?=-)|(?<=[A-Z])(?-i:[ab])1?(?=-?cer)"),
    ("roman", r"(?<!(?-i:[A-Z]))(?:IV|I{1,3})\^?[1-9]?"
              r"(?=-?[(]?(?:Neu|KDN|Fuc|Gal|Glc|Hex)|-?(?:alpha|beta))"),
    ("number", r"[0-9]{1,2}"),
    ("plus", r"\+"),
    ("open", r"[(\[{]"),
    ("close", r"[)\]}]"),
    ("separator", r"[-_ ,/;.:]"),
)  # fmt: skip
# What may stand after the ceramide alone.
_AFTER = (
    *((f"refused_{name}", pattern) for name, (pattern, _) in REFUSED_AFTER_CERAMIDE.items()),
    ("hydroxyl", rf"\((?P<list>{_OH}(?:, ?{_OH})*)\)(?P<repeat>[2-4]?)|-OH(?![A-Z0-9])"
                 r"|\+OH?(?![A-Z0-9])"),
    ("isotope", r"[\[(]M\+[1-9][\])]|(?<![A-Z])M\+[1-9](?![A-Z0-9])"),
    ("later_isomer", r"[ _-]?\(?(?:isomer[ _-]?)?(?P<later>[abc](?:/[abc])*)\)?$"),
    ("adduct", r"\[[0-9]?M[^\[\]]*\][0-9]*[+-]?[0-9]*"
               rf"|M?(?: ?[+-] ?[0-9]?{_ION}(?![A-Z0-9]))+(?:[0-9]*[+-](?![A-Z0-9]))?"),
    ("charge", r"\((?:[1-9]?[+-]|[+-][1-9])\)|[1-9]?[+-]$"
               r"|[_ ](?:neg|pos)(?:itive|ative)?(?![a-z])|[(\[](?:neg|pos)(?:itive|ative)?[)\]]"
               r"|z ?= ?[+-]?[1-9]"),
    ("index", r"[_.#][0-9]{1,2}$|\([0-9]{1,2}\)$|(?:peak|isomer) ?[0-9]{1,2}"),
)  # fmt: skip


# The names of a table have few glycans, so the words of this many parts of names are remembered.
KNOWN_PARTS = 1_000
_WITH_GROUPS = ("later_isomer", "core", "neu_acetyl", "sialo", "acetyl", "chain_gg", "hydroxyl")


class Token(NamedTuple):
    """A word of a name: its kind, its text and what its pattern found."""

    kind: str
    text: str
    found: dict[str, str | None]


def _compile(kinds: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    return re.compile(
        "|".join(f"(?P<kind_{kind}>{pattern})" for kind, pattern in kinds), re.IGNORECASE | re.ASCII
    )


# Apart, because compiling the common ones twice is a hundredth of the start of the command line.
_ANYWHERE = _compile(_COMMON)
_AFTER_CERAMIDE = _compile(_AFTER)


@lru_cache(KNOWN_PARTS)
def tokens(text: str, *, is_after_ceramide: bool) -> tuple[Token, ...]:
    """The words of the part of a name before or after its ceramide; the last may be ``unknown``."""
    return tuple(_tokens(text, is_after_ceramide=is_after_ceramide))


def _tokens(text: str, *, is_after_ceramide: bool) -> Iterator[Token]:
    position = 0
    while position < len(text):
        match = _AFTER_CERAMIDE.match(text, position) if is_after_ceramide else None
        match = match or _ANYWHERE.match(text, position)
        if match is None:
            yield Token("unknown", text[position:].strip("()[]{} "), {})
            return
        kind = str(match.lastgroup).removeprefix("kind_")
        groups = match.groupdict() if kind in _WITH_GROUPS else {}
        found = {name: value for name, value in groups.items() if value is not None}
        yield Token(kind, match.group(), found)
        position = match.end()
