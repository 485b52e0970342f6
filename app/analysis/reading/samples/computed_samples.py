"""Set rows apart of a sample whose areas are the sum or mean of those of others, as of ``Total``.

In a table with a row for each peak such a sample stands below the others, whatever it is called.
"""

from collections.abc import Sequence

import polars as pl

from app.analysis.counted import counted
from app.analysis.reading.cells.cells import parse_numbers
from app.analysis.reading.headers.columns import quoted_list
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.raw_table import with_problems
from app.analysis.reading.samples.computed_columns import MOST_COLUMNS, computed_columns

PROBLEM = "The areas of {!r} are the sum, mean or bound of those of other samples in each row."
# Of more rows, the first tell.
MOST_ROWS = 20_000
NAME, SAMPLE, AREA, AGAIN = "name", "sample", "area", "again"
FEWEST_SAMPLES = 3


def with_computed_samples_apart(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with a problem for each row of a sample that is computed of others, and a note."""
    if layout.samples or not {"name", "sample", "volume"} <= {*layout.roles}:
        return table, layout
    areas = _areas(table, layout)
    found = _computed(areas, areas.columns[2:]) if areas.width else []
    if not found:
        return table, layout
    cells = table[layout.roles["sample"]].cast(pl.String)
    sentences = {name: PROBLEM.format(name) for name in found}
    problems = cells.replace_strict(sentences, default=None, return_dtype=pl.String)
    number = len(problems) - problems.null_count()
    note = f"{counted(number, 'row is', 'rows are')} of samples that are the sum, mean or bound of "
    note += f"others, {quoted_list(found)}, and kept as invalid."
    return with_problems(table, problems), layout.with_notes(note)


def _computed(areas: pl.DataFrame, samples: Sequence[str]) -> list[str]:
    """The samples that are computed of others; one that repeats another is the largest of none."""
    found = computed_columns(areas, samples, with_copies=False)
    same = {name: [it for it in samples if areas[it].equals(areas[name])] for name in found}
    return [name for name in samples if len(same.get(name, ())) == 1]


def _areas(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The areas of each name, and of its repeats, with a column for each sample; else empty."""
    roles = {NAME: "name", SAMPLE: "sample", AREA: "volume"}
    rows = table.head(MOST_ROWS).select(
        pl.col(layout.roles[role]).alias(key) for key, role in roles.items()
    )
    has_numbers = rows[AREA].dtype.is_numeric() or rows[AREA].dtype == pl.String
    if not has_numbers or not FEWEST_SAMPLES <= rows[SAMPLE].n_unique() <= MOST_COLUMNS:
        return pl.DataFrame()
    rows = rows.with_columns(
        parse_numbers(rows[AREA]).alias(AREA),
        pl.col(SAMPLE).cast(pl.String),
        pl.int_range(pl.len()).over(NAME, SAMPLE).alias(AGAIN),
    )
    return rows.drop_nulls(SAMPLE).pivot(SAMPLE, index=[NAME, AGAIN], values=AREA)
