"""Split a cell with several names: the first is taken, the others are kept beside it.

MS-DIAL writes the sum composition and the chains, ``GM3 36:1;O2|GM3 18:1;O2/18:0``. Other programs
list all candidates for a peak, divided by ``|``, a semicolon with a space, ``or`` or a line break.
"""

import re
from collections.abc import Callable, Sequence

import polars as pl

from app.analysis.names.name_table import parse_names

# Marks that divide candidates; without a space ; , and / belong to names.
DIVIDER = re.compile(r"\s*(?:\||\n|;\s+|,\s+(?=[A-Z])|\s//\s|\s+or\s+|\s+OR\s+)\s*")
DIVIDERS = r"\||\n|; |, [A-Z]| // | or | OR "
SHOWN = 3
OnNote = Callable[[str], None]


def candidates_in(cell: str) -> list[str]:
    """The candidates in a cell, each once; a cell that is no list is its only candidate."""
    parts = [part for part in DIVIDER.split(cell.strip()) if part]
    return list(dict.fromkeys(parts)) or [cell]


def is_ganglioside(cell: str) -> bool:
    """Whether the first candidate in a cell is read as a ganglioside."""
    return parse_names(candidates_in(cell)[:1])["species"][0] is not None


def split_candidates(peaks: pl.DataFrame, on_note: OnNote) -> pl.DataFrame:
    """The peaks with the first candidate of each name, its chains and the other candidates.

    ``molecular_name`` gets a candidate of the same composition, which has the chains.
    ``alternatives`` gets the candidates that are other molecules, and a note counts them.
    """
    names = peaks["name"].drop_nulls().unique()
    listed = names.filter(names.str.contains(DIVIDERS)).to_list()
    found = {name: parts for name in listed if (parts := _read(name))}
    if not found:
        return peaks
    columns = zip(*found.values(), strict=True)
    name, molecular, others = (dict(zip(found, column, strict=True)) for column in columns)
    is_listed = pl.col("name").is_in(list(found))
    split = peaks.with_columns(
        name=pl.col("name").replace(name),
        molecular_name=pl.col("name").replace_strict(molecular, default=None),
        alternatives=pl.col("name").replace_strict(others, default=None),
    ).cast(dict(peaks.schema))  # type: ignore[arg-type]
    count = split.filter(pl.col("alternatives").is_not_null()).height
    if count:
        first = peaks.filter(is_listed & split["alternatives"].is_not_null())["name"][0]
        on_note(_note(count, first))
    return split


def _read(cell: str) -> tuple[str, str | None, str | None] | None:
    """The name, its chains and the other candidates of a cell; None if it is no list of names."""
    parts = candidates_in(cell)
    parsed = parse_names([cell, *parts])
    species = parsed["species"].to_list()
    if species[0] is not None or len(parts) < 2 or species[1] is None:
        return None
    same = [part for part, found in zip(parts[1:], species[2:], strict=True) if found == species[1]]
    others = [part for part in parts[1:] if part not in same]
    return parts[0], same[0] if same else None, "|".join(others) or None


def _note(count: int, example: str) -> str:
    rows = "row has" if count == 1 else "rows have"
    return (
        f"{count:,} {rows} several names, such as {example!r}; the first is judged, the others "
        "are kept as alternatives."
    )


def joined_columns(table: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """The first cell of each row that is a name, else the first that is not empty."""
    cells = [table[name].cast(pl.String).str.strip_chars() for name in columns]
    texts = pl.concat(cells).drop_nulls().unique().to_list()
    parsed = parse_names([candidates_in(text)[0] for text in texts])["species"].is_not_null()
    names = [text for text, is_name in zip(texts, parsed, strict=True) if is_name]
    frame = pl.DataFrame({str(place): each for place, each in enumerate(cells)})
    is_name = [pl.when(pl.col(each).is_in(names)).then(each) for each in frame.columns]
    filled = [pl.when(pl.col(each) != "").then(each) for each in frame.columns]
    return frame.select(pl.coalesce(*is_name, *filled).alias(columns[0])).to_series()
