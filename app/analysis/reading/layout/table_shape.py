"""Refuse tables of a shape that is not read: side by side, turned, or without a header."""

from collections.abc import Sequence

from app.analysis.errors import PeakTableError
from app.analysis.reading.cells.name_cells import is_ganglioside
from app.analysis.reading.headers.columns import known_columns, quoted_list
from app.analysis.reading.layout.header import is_number
from app.analysis.reading.sources.source import SampleColumns
from app.analysis.reading.sources.wide import labels_of_names

# Among more columns names are not searched, since each is parsed.
MOST_SEARCHED = 50


def hint_on_shape(header: Sequence[str]) -> str:
    """What to do with a table that has names or numbers where its header should stand.

    It is empty for a table of another shape.
    """
    names = [name for name in header[:MOST_SEARCHED] if is_ganglioside(name.strip())]
    if len(names) > 1:
        return (
            f"The names {quoted_list(names)} stand side by side. Turn the table (Paste special > "
            "Transpose), so that each peak is a row with its name, RT and area, and try again."
        )
    if names and any(map(is_number, header)):
        return (
            f"The table has no header; its first row, {quoted_list(header)}, is a peak. Write the "
            "names of the columns above it, such as Name, RT and Area, and try again."
        )
    return ""


def check_one_table(header: Sequence[str], wide: Sequence[SampleColumns]) -> None:
    """Refuse tables that stand side by side.

    Raises:
        PeakTableError: the columns of names and of times or areas are repeated.
    """
    present, known = {*header}, known_columns(header)
    again = [each for each in header if each.endswith(" (2)") and each[:-4] in present]
    numbers = {known.get("rt"), known.get("volume"), *(it for one in wide for it in one[1:3])}
    grouped = labels_of_names(header) & {one.sample for one in wide}
    if len(grouped) > 1:
        raise PeakTableError(
            f"A table stands beside another for each of {quoted_list(sorted(grouped))}, with names "
            "of its own. Put the tables below each other, with a column Sample, and try again."
        )
    if f"{known.get('name')} (2)" in again and any(f"{it} (2)" in again for it in numbers if it):
        raise PeakTableError(
            f"Two tables stand side by side: {quoted_list(again)} repeat the columns "
            f"{quoted_list([each[:-4] for each in again])}. Put the tables below each other and "
            "try again."
        )
