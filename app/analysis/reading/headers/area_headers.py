"""What a header says of its areas besides their sample: their unit, and a factor such as x10^6."""

import re
import unicodedata

COUNTED = (
    r"(?:counts?|cps|m?a\.?\s?u\.?|arb(?:itrary|\.)?\s?u(?:nits?|\.)?)"
    r"(?:\s?[*x.\u00b7\u00d7 ]\s?(?:s|secs?|min)\b)?"
)
WORDS = {"thousand": 3, "million": 6, "mio": 6, "billion": 9, "mrd": 9}
# 1000, 1e3 or x103 can be a sample, and 10e6 can be 10^6 or 10^7, so it is a unit without a factor.
FACTOR = (
    r"[x\u00d7*/]?\s*10\s*(?:\^|\*\*)\s*(?P<power>-?\d{1,2})"
    r"|[x\u00d7*/]\s*1(?:(?P<zeros>0{2,12})|[eE](?P<exponent>\d{1,2}))"
    r"|10[eE]\d{1,2}"
    rf"|(?:in\s)?(?P<word>{'|'.join(WORDS)})(?:s|en)?\.?"
)
UNIT = re.compile(
    rf"(?P<bare>.*\S)\s*[\[(]\s*(?:(?:{COUNTED})[\s,]*)?(?:{FACTOR})?"
    rf"(?:[\s,]*(?:{COUNTED}))?\s*[\])]",
    re.IGNORECASE,
)
RAISED = re.compile("10([\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,2})")
# A longer header is no name of a column.
LONGEST_HEADER = 300


def split_area_unit(header: str) -> tuple[str, float]:
    """A header of areas without the unit in brackets after it, and the factor of its areas.

    ``Area 101 (x10^6)`` is ``Area 101`` and a million: an area of 1.2 means 1,200,000.
    """
    text = header.strip()
    if len(text) > LONGEST_HEADER or text[-1:] not in (")", "]"):
        return text, 1.0
    plain = RAISED.sub(lambda found: f"10^{unicodedata.normalize('NFKC', found[1])}", text)
    found = UNIT.fullmatch(plain)
    if found is None:
        return text, 1.0
    of_word = WORDS.get((found["word"] or "").lower(), 0)
    power = found["power"] or found["exponent"] or len(found["zeros"] or "") or of_word
    return found["bare"], float(f"1e{power}")
