"""What a cell on isotopes says: a natural isotope such as ``M+1``, a label such as ``heavy``.

MS-DIAL writes the number of the isotope, CAMERA ``[12][M+1]-``, El-MAVEN ``C12 PARENT`` and
``C13-label-2``, Skyline ``light`` and ``heavy``.
"""

import re
from functools import lru_cache

from app.analysis.computing.late_pattern import LatePattern
from app.analysis.names.cells.evidence_levels import fold_text
from app.analysis.names.name_text import LONGEST_NAME, clean_name

NATURAL = "M+"
# More heavy atoms than this are no isotope of a natural molecule that is picked.
MOST_HEAVY = 12

_LIGHT = frozenset(
    (
        *("", "light", "none", "no", "n", "false", "natural", "unlabeled", "unlabelled", "null"),
        *("na", "nan", "m", "m0", "a0", "0", "mono", "monoisotopic", "c12", "12c", "c12parent"),
        *("parent", "nolabel", "quantifier", "quantifiers", "qualifier", "qualifiers", "analyte"),
        *("target", "targetcompound", "targetpeak"),
    )
)
_ISOTOPE = LatePattern(
    r"(?:\[\d+\])?\[?[ma]\+?(?P<m>\d+)\]?\d*[+-]?|\+?(?P<alone>\d+)(?:\.0+)?"
    r"|iso(?:tope)?\+?(?P<word>\d+)|(?:c13|13c|n15|d2|h2)-label-(?P<label>\d+)",
    re.IGNORECASE,
)
# What tells a label: a word for it, or heavy atoms as in d5, 13C6 or M3H2; -2H is an adduct.
_LABEL = LatePattern(
    r"heavy|medium|label|standard|istd|(?<![a-z])is(?![a-z])|deuter|(?<![a-z])d\d"
    r"|13c|15n|18o|(?<![-+])2h|c13|n15|o18",
    re.IGNORECASE,
)
# What says that there is no label: label-free, not labelled, unlabelled (12C), d0.
_NO_LABEL = LatePattern(
    r"(?:un|non|not|no|without|w/o)-?(?:isotop[a-z]*-?)?"
    r"(?:labell?(?:ed|ing|s)?|deuter(?:ated|ium)?|heavy|an?-?standards?|standards?|istd|is(?![a-z]))"
    r"|label-?free|labell?(?:ed|ing|s)?[:=]?(?:none|no|false|0)(?![a-z0-9])"
    r"|(?:13c|15n|18o|2h|c13-|n15-|o18-|(?<![a-z])d)0(?![0-9])",
    re.IGNORECASE,
)
# An isotope after a name: GM3 36:1 [M+1], [M+1-H]-, M+1 -H or [M-H+1]-; [M+2H]2+ is an adduct.
_AFTER_NAME = re.compile(
    r"(?<![A-Z])M\+(?P<number>1[0-2]|[1-9])(?![A-Z0-9])"
    r"|[\[(]M(?:[+-][0-9]?[A-Z]\w*)+\+(?P<last>[1-9])[\])][0-9]?[+-]",
    re.IGNORECASE,
)
_MONOISOTOPIC = re.compile(r"(?:\[\d+\])?\[m\]\d*[+-]?", re.IGNORECASE)


@lru_cache(10_000)
def isotope_label(text: str) -> str | None:
    """``M+1`` and so on for an isotope, the label as written of a labelled molecule, else None."""
    return isotope_cell(text) or None


@lru_cache(10_000)
def isotope_cell(text: str) -> str | None:
    """The same, but empty for a molecule without label; None for a text with another meaning."""
    plain = "".join(text.split())
    if len(plain) > LONGEST_NAME:
        return None
    if fold_text(plain) in _LIGHT or _MONOISOTOPIC.fullmatch(plain):
        return ""
    match = _ISOTOPE.compiled.fullmatch(plain)
    number = int(next(each for each in match.groups() if each)) if match else MOST_HEAVY + 1
    if number <= MOST_HEAVY:
        return f"{NATURAL}{number}" if number else ""
    rest = _NO_LABEL.compiled.sub(" ", plain)
    if _LABEL.compiled.search(rest):
        return text.strip()
    return "" if rest != plain else None


@lru_cache(10_000)
def isotope_after_name(name: str) -> str | None:
    """The natural isotope that stands after a name, ``M+1`` for ``GM3 36:1 [M+1]``; else None."""
    if len(name) > LONGEST_NAME:
        return None
    match = _AFTER_NAME.search(clean_name(name))
    return f"{NATURAL}{match['number'] or match['last']}" if match else None


def is_natural_isotope(label: str | None) -> bool:
    """Whether a label of ``isotope_label`` is that of a natural isotope such as ``M+1``."""
    return bool(label) and str(label).startswith(NATURAL)
