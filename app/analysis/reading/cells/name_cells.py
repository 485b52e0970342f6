"""Split a cell with several names: the first is taken, the others are kept beside it.

Programs list all candidates for a peak, divided by ``|``, a semicolon with a space, ``or`` or a
line break.
"""

import re

import polars as pl

from app.analysis.names.name_table import is_read, parse_names
from app.analysis.reading.decisions import OnNote

# Marks that divide candidates; without a space ; , and / belong to names.
DIVIDER = re.compile(r"\s*(?:\||\n|;\s+|,\s+(?=[A-Z])|\s//\s|\s+or\s+|\s+OR\s+)\s*")
DIVIDERS = r"\||\n|; |, [A-Z]| // | or | OR "
LETTER = re.compile(r"[^\W\d_]")
SHOWN = 3


def candidates_in(cell: str) -> list[str]:
    """The candidates in a cell, each once; a cell that is no list is its only candidate."""
    parts = [part for part in DIVIDER.split(cell.strip()) if part]
    return list(dict.fromkeys(parts)) or [cell]


def is_ganglioside(cell: str) -> bool:
    """Whether a cell, or the first candidate in it, is read as a ganglioside."""
    if not LETTER.search(cell):  # a number, as in most cells of a wide table
        return False
    return is_read(cell) or is_read(candidates_in(cell)[0])


def may_list_candidates(names: pl.Series) -> bool:
    """Whether one of the names, as they are written, has a mark that divides candidates."""
    return names.str.contains(DIVIDERS).any()


def split_candidates(peaks: pl.DataFrame, on_note: OnNote) -> pl.DataFrame:
    """The peaks with the first candidate of each name, and the other molecules beside it.

    ``alternatives`` gets the candidates that are other molecules, and a note counts them. A name
    with its chains, ``GM3 36:1;O2|GM3 18:1;O2/18:0``, is one molecule and stays.
    """
    names = peaks["name"].drop_nulls().unique()
    listed = names.filter(names.str.contains(DIVIDERS)).to_list()
    found = {name: parts for name in listed if (parts := _read(name))}
    if not found:
        return peaks
    first, others = (
        dict(zip(found, each, strict=True)) for each in zip(*found.values(), strict=True)
    )
    is_listed = pl.col("name").is_in(list(found))
    example = peaks.filter(is_listed)
    on_note(_note(example.height, example["name"][0]))
    other = pl.col("name").replace_strict(others, default=None, return_dtype=pl.String)
    return peaks.with_columns(name=pl.col("name").replace(first), alternatives=other)


def _read(cell: str) -> tuple[str, str] | None:
    """The first name and the other candidates of a cell; None if it is one molecule or none."""
    parts = candidates_in(cell)
    whole, *species = parse_names([cell, *parts])["species"].to_list()
    if whole is not None or len(parts) < 2 or species[0] is None:
        return None
    same = [part for part, found in zip(parts, species, strict=True) if found == species[0]]
    others = [part for part in parts if part not in same]
    name = "|".join(same)
    return (name if is_ganglioside(name) else parts[0]), "|".join(others or same[1:])


def _note(count: int, example: str) -> str:
    rows = "row has" if count == 1 else "rows have"
    return (
        f"{count:,} {rows} several names, such as {example!r}; the first is judged, the others "
        "are kept as alternatives."
    )
