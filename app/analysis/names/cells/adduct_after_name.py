"""Find the adduct that stands after a name, as in ``GD1a(d36:1)-2H``."""

import re
from functools import lru_cache

from app.analysis.names.cells.adducts import normal_adduct
from app.analysis.names.name_text import LONGEST_NAME, clean_name

_AFTER_NAME = re.compile(
    r"(?:[;,]?\s*(\[\d*M[^\]]*\]\S*)|(?<=[)\d])[ _]?(M?(?:[+-]\d?"
    r"(?:NH4|HCOOH?|HCO2|CHO2|CH3COOH?|FA|HAc|H2O|Na|K|Li|Cl|H))+(?:\d?[+-])?))$"
)
# An isotope may stand after the adduct: [M-H]- M+1.
_ISOTOPE_LAST = re.compile(
    r"\s*(?:[\[(]M\+[1-9][\])]\d?[+-]?|(?<![A-Za-z])M\+[1-9])$", re.IGNORECASE
)


@lru_cache(10_000)  # tables repeat the same names
def adduct_after_name(name: str) -> str | None:
    """The adduct that stands after a name, as in ``GD1a(d36:1)-2H``; None without one."""
    if len(name) > LONGEST_NAME:
        return None
    match = _AFTER_NAME.search(_ISOTOPE_LAST.sub("", clean_name(name)))
    return normal_adduct(match[1] or match[2]) if match else None
