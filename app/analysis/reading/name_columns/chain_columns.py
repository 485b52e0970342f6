"""Find the ceramides that stand beside a column of classes: in one column, or as base and acyl.

A base that is left out, or a count of hydroxyl groups that is passed over, would give each name
another composition.
"""

from collections.abc import Sequence

import polars as pl

from app.analysis.errors import PeakTableError
from app.analysis.names.grammar import SpeciesNameError, read_name
from app.analysis.reading.headers.columns import fold, quoted_list
from app.analysis.reading.name_columns.ceramide_numbers import (
    HYDROXYLS,
    OXYGENS,
    USUAL_HYDROXYLS,
    whole_numbers,
)
from app.analysis.reading.name_columns.name_column import MOST, share_of_names

# A class and chains that make a name of what is looked at.
CLASS, ACYL, BASE = "GM3", "16:0", "d18:1"
BASES = frozenset(
    (
        *(
            "base",
            "lcb",
            "longchainbase",
            "sphingoidbase",
            "sphingoid",
            "spb",
            "sph",
            "sphingosine",
        ),
        *("backbone", "fa1", "chain1", "sn1"),
    )
)
SUM = r"^\s*\d{2}:\d{1,2}\s*$"
UNCLEAR = (
    "The column {!r} can count all hydroxyl groups of a ceramide, or those beyond the usual two. "
    "Write the oxygens after each ceramide, such as 42:1;O3, and try again."
)

UNKNOWN_BASE = (
    "The columns {} hold chains, and it is not known which are the bases. Call the columns Base "
    "and Acyl, or write the letter of the base, as in d18:1, and try again."
)
UNREAD_BASE = (
    "The column {!r} has bases such as {!r}, which are not read. Write them as in d18:1 and try "
    "again."
)


def ceramides_in(table: pl.DataFrame, texts: Sequence[str]) -> tuple[pl.Series, list[str]] | None:
    """The ceramide of each row, and the columns it is made of; None if no column has one.

    ``texts`` are the columns that can hold chains.

    Raises:
        PeakTableError: a column beside the ceramides counts hydroxyl groups in an unknown way, or
            it is not known which of several chains is the base.
    """
    whole = [name for name in texts if share_of_names(table[name], f"{CLASS} ") > MOST]
    first = next((name for name in whole if not _are_acyls(table[name])), "")
    if first:
        return _with_oxygens(table, first)
    if chains := _base_and_acyl(table, texts):
        base, acyl = (table[name].str.strip_chars() for name in chains)
        joined = pl.select(pl.format("{}/{}", base, acyl)).to_series()
        return joined, list(chains)
    for name in texts if whole else ():
        if fold(name) in BASES and name not in whole and table[name].drop_nulls().len():
            raise PeakTableError(UNREAD_BASE.format(name, table[name].drop_nulls()[0]))
    different = [name for name in whole[1:] if (table[name] != table[whole[0]]).any()]
    if different:
        raise PeakTableError(UNKNOWN_BASE.format(quoted_list([whole[0], *different])))
    return (table[whole[0]], whole[:1]) if whole else None


def _are_acyls(cells: pl.Series) -> bool:
    """Whether the first cell that makes a name is an acyl chain, whose base is left out."""
    for text in cells.drop_nulls().unique(maintain_order=True):
        try:
            reading = read_name(f"{CLASS} {text}")
        except SpeciesNameError:
            continue
        return bool(reading.warnings) and reading.chains is not None
    return False


def _base_and_acyl(table: pl.DataFrame, texts: Sequence[str]) -> tuple[str, str] | None:
    """The columns of the bases and of the acyl chains; None unless both are known.

    The base is known by its header, or by its letter or oxygens, as in d18:1 or 18:1;O2.
    """
    acyls = [name for name in texts if share_of_names(table[name], f"{CLASS} {BASE}/") > MOST]
    for base in texts:
        is_base = fold(base) in BASES or share_of_names(table[base], f"{CLASS} ") <= MOST
        rest = [name for name in acyls if name != base]
        with_acyl = table[base].str.strip_chars() + f"/{ACYL}"
        if is_base and rest and share_of_names(with_acyl, f"{CLASS} ") > MOST:
            return base, rest[0]
    return None


def _with_oxygens(table: pl.DataFrame, column: str) -> tuple[pl.Series, list[str]]:
    """Sum compositions with the oxygens that a column of its own gives, else as they are.

    Raises:
        PeakTableError: it can count the hydroxyl groups beyond the usual two.
    """
    cells = table[column]
    counts = next((name for name in table.columns if fold(name) in OXYGENS | HYDROXYLS), "")
    numbers = whole_numbers(table[counts]) if counts else None
    if numbers is None or not cells.drop_nulls().str.contains(SUM).all():
        return cells, [column]
    if fold(counts) in HYDROXYLS and not (numbers >= USUAL_HYDROXYLS).all():
        raise PeakTableError(UNCLEAR.format(counts))
    with_count = pl.format("{};O{}", cells.str.strip_chars(), numbers)
    return pl.select(pl.coalesce(with_count, cells)).to_series(), [column, counts]
