"""Refuse names such as ``GM3-Ac`` where the table has ``GM3-Gc``: Ac can be NeuAc there.

Alone, ``GD3-Ac`` is an O-acetyl form; beside its NeuGc form it can be the one with NeuAc.
"""

import re

import polars as pl

from app.analysis.names.name_text import LONGEST_NAME

ACETYL, GLYCOLYL = (
    re.compile(rf"^(?P<class>G[MDTQP][1-4][abc]?)[ _-]?[(\[]?N?{word}(?![A-Za-z])", re.IGNORECASE)
    for word in ("Ac", "Gc")
)
PROBLEM = (
    "The Ac in {} can be NeuAc, since the table has {} with Gc too, or an O-acetyl group; write "
    "NeuAc or OAc."
)


def mark_unclear_acetyls(peaks: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """The peaks, with these different names, with a problem for each name whose Ac is unclear."""
    acetyls, glycolyls = (_classes(names, pattern) for pattern in (ACETYL, GLYCOLYL))
    unclear = {name: word for name, word in acetyls.items() if word in glycolyls.values()}
    if not unclear:
        return peaks
    word = pl.col("name").replace_strict(unclear, default=None, return_dtype=pl.String)
    return peaks.with_columns(problem=pl.coalesce("problem", pl.format(PROBLEM, "name", word)))


def _classes(names: list[str], pattern: re.Pattern[str]) -> dict[str, str]:
    """The class of each name in which the word of the pattern follows it."""
    found = {name: pattern.match(name) for name in names if len(name) <= LONGEST_NAME}
    return {name: match["class"] for name, match in found.items() if match}
