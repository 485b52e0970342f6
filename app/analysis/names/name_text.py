"""Clean the text of a name, so that each sign is one character whatever program wrote it."""

import html
import re
import unicodedata
from functools import lru_cache

# Names of more characters are no names of lipids, and would only cost time.
LONGEST_NAME = 200

# By their code points, for many of them look alike.
_SAME = {
    **dict.fromkeys(
        (*range(0x2010, 0x2016), 0x2212, 0xFE63, 0xFF0D), "-"
    ),  # hyphens, dashes, minus
    **dict.fromkeys((0x2192, 0x27F6, 0x2194, 0x21D2, 0xB7, 0x2022), "-"),  # arrows, middle dots
    **dict.fromkeys((0x2032, 0x2018, 0x2019, 0x201B, 0x60, 0xB4, 0x2B9), "'"),
    **dict.fromkeys((0x2236, 0x2D0, 0xA789), ":"),
    **dict.fromkeys((0x2215, 0x2044), "/"),
    **dict.fromkeys((0xA6, 0x2223), "|"),
    **dict.fromkeys((0x3B1, 0x251), "alpha"),
    **dict.fromkeys((0x3B2, 0xDF), "beta"),
    **dict.fromkeys((0x394, 0x2206, 0x3B4), "delta"),
    0x3C9: "w",
}
_OPENING, _CLOSING = "([{", ")]}"
# A raised number after a digit: of 36:1\u00b2 the 2 is a footnote, which NFKC would add to the 1.
_RAISED = re.compile("(?<=[0-9])[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]+")
# LIPID MAPS lists KDN)GD1a for (Neu5Ac, KDN)GD1a, cut at the comma.
_CUT = re.compile(r"^(?:KDN|Neu5?[AG]c)\)(?=-?G[MDTQPHSO][1-4])", re.IGNORECASE)
# Subscripts of web pages and of LaTeX: G<sub>M1</sub> and G_{M1}. A superscript can be a footnote.
_TAG = re.compile(r"</?(?:sub|i|b|em|strong|small|span)>", re.IGNORECASE)
_RAISED_CHARGE = re.compile(r"(?<=\])<sup>([0-9]{0,2}[^0-9<>])</sup>", re.IGNORECASE)
_SUBSCRIPT = re.compile(r"(?<![A-Za-z])G_\{?(?P<class>[MDTQP][1-4][a-d]?)\}?(?![A-Za-z{}])")
# Isomers in brackets after a core that has some: GD1(a/b).
_ISOMERS = re.compile(r"(?<![A-Za-z])(G[MDTQP]1)\(([abc](?:/[abc])*)\)(?=[\s(-])")
# Blanks around the colon of a chain: d18: 1/16: 0.
_LOOSE_COLON = re.compile(
    r"(?<![A-Za-z0-9:])([dtm]?\d{1,2})(?: : ?| ?: )(?=\d(?![\d:]))", re.IGNORECASE
)
# Quotation marks around a name, also of other languages.
QUOTES = "\"'\u201c\u201d\u201e\u00ab\u00bb"


@lru_cache(10_000)  # several readers ask for each name of a table
def clean_name(name: str) -> str:
    """The name in NFKC without invisible characters, with plain dashes, quotes and Greek words."""
    name = without_markup(name)
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name.translate(_SAME)).translate(_SAME)
        name = "".join(each for each in name if unicodedata.category(each) != "Cf")
    name = re.sub(r"\s+", " ", name).strip().replace("<->", "-").replace("->", "-")
    name = _ISOMERS.sub(r"\1\2", _SUBSCRIPT.sub(r"G\g<class>", name))
    return _LOOSE_COLON.sub(r"\1:", name)


def without_markup(name: str) -> str:
    """The name without the markup of a web page, whose superscripts stay but after an adduct."""
    if "<" not in name and "&" not in name:
        return name
    return html.unescape(_TAG.sub("", _RAISED_CHARGE.sub(r"\1", name)))


def raised_number(name: str) -> str:
    """The raised number that stands after a digit, as in ``36:1\u00b2``; empty without one."""
    name = without_markup(name)
    found = None if name.isascii() else _RAISED.search(name)
    return found.group() if found else ""


def with_opened_bracket(name: str) -> tuple[str, str]:
    """The name with the bracket that was cut from its start, and a warning; else as it is."""
    if _CUT.match(name) is None:
        return name, ""
    return f"({name}", "The name begins within a bracket, so some of it may be missing."


def has_matching_brackets(name: str) -> bool:
    """Whether each bracket of a name is closed by one of its kind."""
    opened: list[str] = []
    for each in name:
        if each in _OPENING:
            opened.append(_CLOSING[_OPENING.index(each)])
        elif each in _CLOSING and (not opened or opened.pop() != each):
            return False
    return not opened
