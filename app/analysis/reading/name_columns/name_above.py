"""Read the name of a molecule above a table whose rows are its peaks, one for each sample.

It stands below or beside a header of names, as ``Component Name`` of Quan Browser, or alone.
"""

from collections.abc import Iterator, Sequence

import polars as pl

from app.analysis.reading.cells.name_cells import is_ganglioside
from app.analysis.reading.headers.columns import RECOGNISED, fold, known_columns
from app.analysis.reading.layout.header import roles_named
from app.analysis.reading.raw_table import READ_PROBLEM, RawTable
from app.analysis.reading.sources import SOURCES, source_of

NAME = "Component Name"
LABELS = frozenset((*RECOGNISED["name"], "component", "componentname", "analyte", "molecule"))
FEWEST_ROLES = 2


def with_name_above(raw: RawTable) -> RawTable:
    """The table with a column of the one ganglioside above it, if it has none of names."""
    header = [name for name in raw.table.columns if name != READ_PROBLEM]
    is_plain = raw.source is None and source_of(header) is SOURCES[-1]
    lacks_names = is_plain and raw.above and "name" not in known_columns(header)
    if not lacks_names or NAME in header or roles_named(header) < FEWEST_ROLES:
        return raw
    names = {name.strip() for name in _names_in(raw.above) if is_ganglioside(name.strip())}
    if len(names) != 1:
        return raw
    name = names.pop()
    note = f"The name above the table, {name!r}, is read as that of each of its rows."
    table = raw.table.with_columns(pl.lit(name).alias(NAME))
    return raw._replace(table=table, notes=(*raw.notes, note))


def _names_in(above: Sequence[Sequence[str]]) -> Iterator[str]:
    """What stands alone in a line, or beside or below a header of names."""
    for place, line in enumerate(above):
        written = [cell for cell in line if cell.strip()]
        if len(written) == 1:
            label, colon, rest = written[0].partition(":")
            yield rest if colon and fold(label) in LABELS else written[0]
        for column, cell in enumerate(line):
            if fold(cell) in LABELS:
                yield from line[column + 1 : column + 2]
                yield from (
                    below[column] for below in above[place + 1 :][:1] if column < len(below)
                )
