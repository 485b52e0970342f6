"""What a header says of its areas besides their sample: their unit, and a factor such as x10^6."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from app.analysis.computing.late_pattern import LatePattern

PREFIXES = {"k": 3, "m": 6, "g": 9}
COUNTED = (
    r"(?:(?:(?P<{0}>[kMG])[\s-]?)?(?:counts?|cts|cps)|m?a\.?\s?u\.?|arb(?:itrary|\.)?\s?u(?:nits?|\.)?)"
    r"(?:\s?[*x.\u00b7\u00d7 ]\s?(?:s|secs?|min)\b)?"
)
# The letter of a thousand counts, where what stands before it is an area.
LETTER = "k"
WORDS = {"thousand": 3, "million": 6, "mio": 6, "billion": 9, "mrd": 9}
# 1000, 1e3 or x103 can be a sample, and 10e6 can be 10^6 or 10^7, so it is a unit without a factor.
FACTOR = (
    r"[x\u00d7*/]?\s*10\s*(?:\^|\*\*)\s*(?P<power>-?\d{1,2})"
    r"|[x\u00d7*/]\s*1(?:(?P<zeros>0{2,12})|[eE](?P<exponent>\d{1,2}))"
    r"|10[eE]\d{1,2}"
    rf"|(?:in\s)?(?P<word>{'|'.join(WORDS)})(?:s|en)?\.?"
)
UNIT = LatePattern(
    rf"(?P<bare>.*\S)\s*[\[({{]\s*(?:(?:{COUNTED.format('first')})[\s,]*)?(?:{FACTOR})?"
    rf"(?:[\s,]*(?:{COUNTED.format('last')}))?(?P<letter>{LETTER})?\s*[\])}}]",
    re.IGNORECASE,
)
# Without brackets a sign is needed, and 1x10^6 is a number of cells.
BARE_FACTOR = re.compile(
    r"(?P<bare>.*[^\s,;])[\s,;]*(?:in\s(?P<word>thousand|million|billion)s"
    r"|[x\u00d7*/]\s*(?:10\s*(?:\^|\*\*)\s*(?P<power>-?\d{1,2})|1[eE](?P<exponent>\d{1,2})))"
    rf"(?:[\s,]*{COUNTED.format('last')})?",
    re.IGNORECASE,
)
LETTERED = re.compile(r"(?P<bare>.*\S)\s*[\[(]\s*(?P<letter>[^\W\d_])\s*[\])]")
NUMBER_AT_END = re.compile(r"(?:^|[\s_])\d[\d.,]*$")
IS_AREA = re.compile(r"area|fl.che|volume|intensity|abundance|signal|response", re.IGNORECASE)
RAISED = re.compile("10([\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,2})")
# A longer header is no name of a column.
LONGEST_HEADER = 300


def split_area_unit(header: str, beside: Iterable[str] = ()) -> tuple[str, float]:
    """A header of areas without the unit after it, and the factor of its areas.

    ``Area 101 (x10^6)`` is ``Area 101`` and a million: an area of 1.2 means 1,200,000. The k of
    ``Area (k)`` is no factor if other headers ``beside`` it have other letters: ``Area (w)``.
    """
    text = header.strip()
    if len(text) > LONGEST_HEADER:
        return text, 1.0
    plain = RAISED.sub(lambda found: f"10^{unicodedata.normalize('NFKC', found[1])}", text)
    is_bracketed = text[-1:] in (")", "]", "}")
    found = UNIT.compiled.fullmatch(plain) if is_bracketed else _unit_without_brackets(plain)
    if found is None or (found.groupdict().get("letter") and not IS_AREA.search(found["bare"])):
        return text, 1.0
    if found.groupdict().get("letter") and _are_lettered(found["bare"], beside):
        return text, 1.0
    return found["bare"], float(f"1e{_power_of(found.groupdict())}")


def _are_lettered(bare: str, headers: Iterable[str]) -> bool:
    """Whether several headers are this one with different letters in brackets."""
    letters = (LETTERED.fullmatch(header.strip()) for header in headers)
    return len({each["letter"] for each in letters if each and each["bare"] == bare}) > 1


def _unit_without_brackets(text: str) -> re.Match[str] | None:
    """The factor at the end of a header that names an area and no number before it."""
    found = BARE_FACTOR.fullmatch(text)
    is_unit = found and IS_AREA.search(found["bare"]) and not NUMBER_AT_END.search(found["bare"])
    return found if is_unit else None


def _power_of(found: Mapping[str, str | None]) -> int:
    """The power of ten of a unit: that of its factor and that of a prefix, as in kcounts."""
    prefix = found.get("first") or found.get("last") or found.get("letter") or ""
    power = found.get("power") or found.get("exponent") or len(found.get("zeros") or "")
    of_word = WORDS.get((found.get("word") or "").lower(), 0)
    return int(power or of_word) + PREFIXES.get(prefix.lower(), 0)
