"""Fill names that are written once, above the rows of the replicates of one peak, as merged cells.

Features that were not named have empty cells too, so a column of samples has to tell the rows of
each name apart, and their times have to agree.
"""

import polars as pl

from app.analysis.reading.headers.sample_words import implied_headers
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.raw_table import READ_PROBLEM
from app.analysis.reading.samples.written_times import written_times
from app.analysis.reading.sources import SOURCES

FEWEST_NAMES = 2
# The times of one peak differ by less than this part of them.
LARGEST_DIFFERENCE = 0.03


def with_filled_names(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with the name above in each empty cell of its names, and a note.

    Each name begins with the same sample, has each sample once at most, and one time.
    """
    name, rt = layout.roles.get("name", ""), layout.roles.get("rt", "")
    is_plain = layout.source is SOURCES[-1] and not layout.samples
    if not is_plain or not name or not rt or table[name].dtype != pl.String:
        return table, layout
    are_empty = table[name].is_null() | (table[name] == "").fill_null(value=True)
    if not are_empty.any() or are_empty[0] or READ_PROBLEM in table.columns:
        return table, layout
    rows = pl.DataFrame({"name": (~are_empty).cum_sum(), "rt": written_times(table[rt])})
    own = [layout.roles["sample"]] if "sample" in layout.roles else implied_headers(layout.header)
    found = next((each for each in own if _tells_apart(rows, table[each], are_empty)), None)
    if found is None:
        return table, layout
    note = f"An empty cell of {name!r} is read as the name above it, as in merged cells, since "
    note += f"{found!r} tells the rows of each name apart."
    filled = pl.select(pl.when(~are_empty).then(table[name]).forward_fill()).to_series()
    return table.with_columns(filled.alias(name)), layout.with_notes(note)


def _tells_apart(rows: pl.DataFrame, samples: pl.Series, are_empty: pl.Series) -> bool:
    """Whether ``samples`` are the replicates of each name in ``rows``, the first one first."""
    if samples.null_count() or samples.filter(~are_empty).n_unique() != 1:
        return False
    labelled = rows.with_columns(samples.cast(pl.String).str.strip_chars().alias("sample"))
    names = labelled.group_by("name").agg(
        is_one=(pl.col("rt").max() <= pl.col("rt").min() * (1 + LARGEST_DIFFERENCE)).fill_null(
            value=False
        ),
        is_apart=pl.col("sample").is_duplicated().any().not_(),
        size=pl.len(),
    )
    is_whole = bool((names["is_one"] & names["is_apart"]).all())
    return is_whole and int((names["size"] > 1).sum()) >= FEWEST_NAMES
