"""Tell a row of units below a header apart from the peaks."""

import polars as pl

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.layout.header import is_number
from app.analysis.reading.raw_table import RawTable

UNITS = frozenset(
    (
        *("min", "mins", "minute", "minutes", "s", "sec", "secs", "second", "seconds", "ms", "h"),
        *("au", "counts", "count", "cps", "areacounts", "mz", "da", "th", "ppm", "mda", "amu"),
        *("countsmin", "countss", "ausec", "aumin", "text", "string", "number", "float", "int"),
    )
)
# A unit can stand in brackets, as in a header.
BRACKETS = "[](){}<> "


def without_units_row(raw: RawTable) -> RawTable:
    """The table without a row of units below its header; the units are kept by column."""
    table = raw.table
    if not table.height:
        return raw
    first = table.row(0, named=True)
    if any(cell is not None and table[name].dtype != pl.String for name, cell in first.items()):
        return raw
    cells = {name: (cell or "").strip() for name, cell in first.items()}
    units = {name: cell for name, cell in cells.items() if fold(cell) in UNITS}
    others = [cell for name, cell in cells.items() if cell and name not in units]
    is_units = any(fold(cell) not in ("text", "string") for cell in units.values())
    if not is_units or any(is_number(cell) or ":" in cell for cell in others):
        return raw
    note = f"The row below the header holds units ({', '.join(units.values())}) and is no peak."
    bare = {name: cell.strip(BRACKETS) for name, cell in units.items()}
    return raw._replace(table=table[1:], units=bare, notes=(*raw.notes, note))
