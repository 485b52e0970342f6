"""Tell a second line of the header, with the names of the samples, apart from the peaks.

Where a cell such as ``Peak area`` is merged over several samples, the cells beside it are empty,
and the names of the samples stand below.
"""

import re

import polars as pl

from app.analysis.reading.raw_table import READ_PROBLEM, RawTable

UNNAMED = re.compile(r"column [A-Z]+(?: \(\d+\))?")


def without_label_row(raw: RawTable) -> RawTable:
    """The table with the names of samples that stand below its header as part of the header."""
    table = raw.table
    groups = _groups([name for name in table.columns if _can_have_label(table[name])])
    if not table.height or not groups or len(groups) == len({*groups.values()}):
        return raw
    first = {name: _label(cell) for name, cell in table.row(0, named=True).items()}
    before = table.columns[: table.columns.index(next(iter(groups)))]  # a name, and times
    has_peak = any(first[name] for name in before) or bool(first.get(READ_PROBLEM))
    are_labels = bool(before) and all(first[name] for name in groups) and not has_peak
    names = {name: f"{group} {first[name]}" for name, group in groups.items()}
    others = {*table.columns} - {*names}
    if not are_labels or len({*names.values()} | others) < table.width:
        return raw
    labels = ", ".join(first[name] for name in groups)
    note = f"The row below the header holds the names of samples ({labels}) and is no peak."
    return raw._replace(table=table[1:].rename(names), notes=(*raw.notes, note))


def _can_have_label(cells: pl.Series) -> bool:
    return cells.dtype == pl.String or cells.dtype.is_numeric()


def _label(cell: object) -> str:
    """A cell as a label; the number 1 of a sample is 1.0 in a workbook, and other numbers none."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else ""
    return str(cell if cell is not None else "").strip()


def _groups(header: list[str]) -> dict[str, str]:
    """The header over each column without one, as if it were merged over it, and over itself."""
    over: dict[str, str] = {}
    last = ""
    for place, name in enumerate(header):
        following = header[place + 1] if place + 1 < len(header) else ""
        if not UNNAMED.fullmatch(name):
            last = name if UNNAMED.fullmatch(following) else ""
        if last:
            over[name] = last
    return over
