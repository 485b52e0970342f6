"""Leave out a smaller table that stands beside the peaks, as a list of samples or of settings."""

from collections.abc import Collection, Sequence

import polars as pl

from app.analysis.reading.cells.name_cells import is_ganglioside
from app.analysis.reading.cells.written_cells import any_written
from app.analysis.reading.headers.columns import known_columns, quoted_list
from app.analysis.reading.headers.sample_words import implied_headers
from app.analysis.reading.layout.label_rows import UNNAMED
from app.analysis.reading.raw_table import READ_PROBLEM, RawTable
from app.analysis.reading.sources.wide import samples_of

# One column alone can be remarks on the first rows.
FEWEST_COLUMNS = 2
# Two samples can have a peak each.
FEWEST_SAMPLES = 3
# Enough to find a name.
FIRST_CELLS = 20


def without_side_table(raw: RawTable, wanted: Collection[str]) -> RawTable:
    """The table without the columns of another one beside it, and a note that names them.

    It stands behind an empty column without a header, begins with the first peak, and ends before
    the last one, or names another sample in each row, as a list of samples does. The peaks have
    their names, times and areas before that column, and the other table has no names of
    gangliosides, or it could be one of peaks. ``wanted`` are headers that a person chose.
    """
    header = [name for name in raw.table.columns if name != READ_PROBLEM]
    places = (
        place
        for place, name in enumerate(header)
        if UNNAMED.fullmatch(name) and not any_written(raw.table, [name]).any()
    )
    for place in places:
        own, beside = header[:place], header[place + 1 :]
        if _is_whole(own) and not {*beside} & {*wanted} and _is_shorter(raw.table, own, beside):
            return _without(raw, own, beside)
    return raw


def _without(raw: RawTable, own: Sequence[str], beside: Sequence[str]) -> RawTable:
    """The table without the columns ``beside`` it, and the rows that they alone have."""
    note = (
        f"The columns {quoted_list(beside)} stand beside the table, behind an empty column. They "
        "are another table, such as a list of samples, and are not read."
    )
    table = raw.table.filter(any_written(raw.table, own)).drop(beside)
    return raw._replace(table=table, notes=(*raw.notes, note))


def _is_whole(header: Sequence[str]) -> bool:
    """Whether columns have names, times and areas."""
    known, samples = known_columns(header), samples_of(header)
    has_times = "rt" in known or any(one.rt for one in samples)
    return "name" in known and has_times and bool("volume" in known or samples)


def _is_shorter(table: pl.DataFrame, own: Sequence[str], beside: Sequence[str]) -> bool:
    """Whether columns have cells in the first rows alone, one below the other."""
    filled = [name for name in beside if any_written(table, [name]).any()]
    if len(filled) < FEWEST_COLUMNS or any(_has_names(table[name]) for name in filled):
        return False
    rows, others = (any_written(table, each) for each in (own, filled))
    if not rows.any():
        return False
    end, last = int(others.sum()), rows.arg_true()[-1]
    is_list = bool(others.head(end).all())
    return is_list and (end <= last or _has_other_samples(table, filled))


def _has_other_samples(table: pl.DataFrame, beside: Sequence[str]) -> bool:
    """Whether columns name a sample in each row, and each only once, as no table of peaks does."""
    column = known_columns(beside).get("sample") or next(iter(implied_headers(beside)), "")
    if not column:
        return False
    samples = table[column].cast(pl.String).drop_nulls()
    samples = samples.filter(samples.str.contains(r"\S"))
    return len(samples) >= FEWEST_SAMPLES and bool(samples.is_unique().all())


def _has_names(cells: pl.Series) -> bool:
    """Whether one of the first cells is the name of a ganglioside."""
    if cells.dtype != pl.String:
        return False
    return any(map(is_ganglioside, cells.drop_nulls().head(FIRST_CELLS)))
