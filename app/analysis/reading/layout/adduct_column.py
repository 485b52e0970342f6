"""Find the column of adducts by its cells, whatever its header is: ``Ion`` or ``Detected as``."""

import re
from collections.abc import Mapping

import polars as pl

from app.analysis.names.cells.adducts import parse_adduct
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.sources import SOURCES

ADDUCT = "adduct"
MOST_ROWS, MOST_COLUMNS = 1_000, 200
# An adduct with its molecule, unlike a modification such as -H.
OF_MOLECULE = re.compile(r"\s*[\[(]?\d?M")


def with_adducts_by_cells(
    table: pl.DataFrame, layout: Layout, mapping: Mapping[str, str]
) -> Layout:
    """The layout with the only column whose cells are adducts, and a note."""
    if ADDUCT in layout.roles or ADDUCT in mapping or layout.source is not SOURCES[-1]:
        return layout
    unread = [name for name in layout.header[:MOST_COLUMNS] if name not in layout.used]
    found = [name for name in unread if _are_adducts(table[name])]
    if len(found) != 1:
        return layout
    return layout.with_column(ADDUCT, found[0], f"The cells of {found[0]!r} are read as adducts.")


def _are_adducts(cells: pl.Series) -> bool:
    """Whether all of the first cells that have a text are adducts."""
    if cells.dtype != pl.String:
        return False
    texts = cells.head(MOST_ROWS).str.strip_chars().unique().drop_nulls()
    written = [text for text in texts.to_list() if text]
    return bool(written) and all(OF_MOLECULE.match(it) and parse_adduct(it) for it in written)
