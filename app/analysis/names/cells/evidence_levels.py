"""The level of evidence of an annotation: by MS/MS, with a low score, or by mass alone.

Programs write it before the name (MS-DIAL's ``w/o MS2:`` and ``low score:``), as a grade
(LipidSearch's A to D), as a level (MSI by Sumner et al. 2007, Metabolomics 3:211; Schymanski et al.
2014, Environ Sci Technol 48:2097), as yes or no, or as a dot product (LipiDex, of 1,000).
"""

import math
import re
import unicodedata
from functools import lru_cache

MSMS, LOW_SCORE, MASS_ALONE = "MS/MS", "low score", "mass alone"
EVIDENCE_LEVELS = (MSMS, LOW_SCORE, MASS_ALONE)
# LipiDex and LipidBlast keep a match from a dot product of 500 on.
LEAST_DOT_PRODUCT = 500
# Levels go from 1 to 5; a greater number is a dot product of 1,000, a fraction one of 1.
HIGHEST_LEVEL = 5

_BEFORE_NAME = re.compile(
    r"^\s*(?:(?P<mass>(?:w/o|no|without)\s*MS/?(?:MS|2))|(?P<low>low\s*score))\s*:\s*",
    re.IGNORECASE,
)
_WORDS = {
    MSMS: (
        *(
            "msms",
            "ms2",
            "msn",
            "ms3",
            "bymsms",
            "byms2",
            "true",
            "yes",
            "y",
            "matched",
            "spectrum",
        ),
        *("1", "2", "2a", "2b", "l1", "l2", "a", "b", "confirmed", "library", "full", "reference"),
    ),
    LOW_SCORE: (
        "lowscore",
        "low",
        "weak",
        "3",
        "l3",
        "c",
        "d",
        "tentative",
        "putative",
        "suggested",
    ),
    MASS_ALONE: (
        *("massalone", "mass", "massonly", "bymass", "bymassalone", "ms1", "ms1only", "mzonly"),
        *("womsms", "woms2", "noms2", "nomsms", "withoutms2", "withoutmsms", "accuratemass"),
        *("false", "no", "n", "4", "5", "l4", "l5", "formula", "mz", "precursor"),
    ),
}
_LEVEL_OF = {word: level for level, words in _WORDS.items() for word in words}
_FILLER = re.compile(
    r"^(?:msi|level|grade|confidence|evidence|annotation|id|match|matchedby|by|l(?=\d))+"
)


@lru_cache(10_000)
def evidence_level(text: str) -> str | None:
    """The level that a cell gives, such as ``MSI level 2``; None if it is not known."""
    number = _number(text)
    if number is not None and (number > HIGHEST_LEVEL or number != int(number)):
        return MSMS if number >= LEAST_DOT_PRODUCT / (1 if number > 1 else 1000) else LOW_SCORE
    if number == 0:
        return MASS_ALONE
    if match := _BEFORE_NAME.match(f"{text}:"):
        return _level_before_name(match)
    folded = str(int(number)) if number else fold_text(text)
    return _LEVEL_OF.get(folded) or _LEVEL_OF.get(_FILLER.sub("", folded))


@lru_cache(10_000)
def split_evidence(name: str) -> tuple[str | None, str]:
    """The level before a name such as ``w/o MS2: GM3 36:1;O2``, if any, and the name."""
    match = _BEFORE_NAME.match(name)
    if match is None:
        return None, name
    return _level_before_name(match), name[match.end() :]


def _level_before_name(match: re.Match[str]) -> str:
    return MASS_ALONE if match["mass"] else LOW_SCORE


def fold_text(text: str) -> str:
    """A cell as it is compared with known words: its letters, in lower case, and digits."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in plain if each.isalnum())


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
