"""Choose the column of names by its cells: a header such as ``Species`` can hold organisms."""

from collections.abc import Mapping

import polars as pl
from msgspec.structs import replace

from app.analysis.errors import PeakTableError
from app.analysis.names.name_table import parse_names
from app.analysis.reading.cells.name_cells import is_ganglioside
from app.analysis.reading.layout.layout import Layout

MOST_NAMES, MOST_ROWS = 200, 20_000
# Most columns of names have one among these, which are read without a query.
FIRST_CELLS = 20
# Among more columns names are not searched, since each is looked through.
MOST_COLUMNS = 200
# A column whose header is not known holds the names if so many of its cells are read as such.
MOST = 0.5


def with_names_that_parse(
    table: pl.DataFrame, layout: Layout, mapping: Mapping[str, str]
) -> Layout:
    """The layout with the column of names whose cells are read as names.

    Among columns with a known header that with names in the most rows is taken, else any other
    column that has mostly names. An export of our own has ``name`` and ``species``, which is
    empty where the name cannot be read, so ``name`` is kept. A note names a column that was taken
    instead. A column that a person chose is kept.

    Raises:
        PeakTableError: gangliosides stand in a column and in the headers.
    """
    given = layout.name_columns
    if layout.source.joins_names and "name" not in mapping and len(given) > 1:
        return replace(layout, joined_names=tuple(given))
    if layout.has_molecules:
        _check_samples(table, layout)
        return layout
    if "name" in mapping or (len(given) == 1 and has_names(table[given[0]])):
        return layout
    return _with_best_column(table, layout)


def _with_best_column(table: pl.DataFrame, layout: Layout) -> Layout:
    """The layout with the column that has names in the most rows, with a note if it is another."""
    shares = _shares_of_names(table, layout)
    first = layout.roles.get("name")
    rows = {name: _rows_with_names(table[name]) for name in shares}
    best = max(
        shares,
        key=lambda name: (rows[name], shares[name] > 0, name == first, shares[name]),
        default=first,
    )
    if best is None or best == first:
        return layout
    note = f"Names are read from the column {best!r}, whose cells are names of gangliosides"
    note += f"; those of {first!r} are not." if first and not shares[first] else "."
    return layout.with_column("name", best, note)


def _shares_of_names(table: pl.DataFrame, layout: Layout) -> dict[str, float]:
    """The share of names (0 to 1) in each column with a known header.

    If none of them has a name, the other columns that have mostly names are added.
    """
    shares = {name: share_of_names(table[name]) for name in layout.name_columns}
    if any(shares.values()):
        return shares
    unused = {*table.columns[:MOST_COLUMNS]} - {*layout.used}
    others = [name for name in layout.header[:MOST_COLUMNS] if name in unused]
    return shares | {
        name: share
        for name in others
        if (share := share_of_names(table[name])) > MOST and _has_species(table[name])
    }


def _check_samples(table: pl.DataFrame, layout: Layout) -> None:
    """Refuse a table whose headers are gangliosides, if what should be its samples are too.

    Raises:
        PeakTableError: they are.
    """
    samples = layout.roles.get("sample", "")
    if samples and share_of_names(table[samples]) > MOST:
        raise PeakTableError(
            f"Names of gangliosides stand in the column {samples!r} and in headers such as "
            f"{layout.samples[0].area!r}, so it is not clear which of them are samples. Rename "
            "these headers, for example to Sample 1 Area, and try again."
        )


def has_names(cells: pl.Series) -> bool:
    """Whether one of the first different cells is read as a ganglioside."""
    if cells.dtype != pl.String:
        return False
    first = (cell.strip(" ") for cell in cells.head(FIRST_CELLS).to_list() if cell)
    return any(map(is_ganglioside, first)) or any(map(is_ganglioside, _first_texts(cells)))


def share_of_names(cells: pl.Series, before: str = "") -> float:
    """The share of the first different cells that are read as gangliosides, with a text before."""
    names = [before + text for text in _first_texts(cells)]
    return sum(map(is_ganglioside, names)) / len(names) if names else 0.0


def _has_species(cells: pl.Series) -> bool:
    """Whether one of the first different cells is a species, and no standard as in ``IS 1``."""
    return parse_names(_first_texts(cells).to_list())["species"].is_not_null().any()


def _rows_with_names(cells: pl.Series) -> int:
    """How many of the first rows have a ganglioside."""
    if cells.dtype != pl.String:
        return 0
    return sum(map(is_ganglioside, cells.head(MOST_NAMES).drop_nulls().str.strip_chars()))


def _first_texts(cells: pl.Series) -> pl.Series:
    """The first different texts of a column; none of a column of numbers."""
    if cells.dtype != pl.String:
        return pl.Series([], dtype=pl.String)
    first = cells.drop_nulls().head(MOST_ROWS)
    texts = first.str.strip_chars().unique(maintain_order=True)
    return texts.filter(texts != "").head(MOST_NAMES)
