"""Ask what tells rows apart that have one name and nearly one time, but different areas.

Two peaks of a name do not elute so close together in one sample. If most names have such rows,
a column that is not read says what they are: samples, transitions, or areas in another unit.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from app.analysis.reading.decisions import COLUMN_SUFFIX, Answer, Question
from app.analysis.reading.headers.columns import quoted_list
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.samples.written_times import written_times
from app.analysis.reading.sources import SOURCES

SAMPLE = "sample"
# Of the columns of a peak, those that tell it from others of its sample.
OF_PEAK = ("name", "rt", "sample", "adduct", "charge", "isotope_label", "mz")
MOST_ROWS = 20_000
# At least so many peaks, and more than this share of all, have several rows.
FEWEST_PEAKS, LEAST_SHARE = 2, 0.5
# What tells rows apart has few values, unlike an area, a number of the row or a remark.
MOST_VALUES = 0.5
LONGEST_CELL = 40
AREAS, TIMES = "\0areas", "\0times"
# Of one peak in several samples; 0.05 min at 10 min.
LARGEST_SHIFT = 0.005


def questions_on_repeats(
    table: pl.DataFrame, layout: Layout, mapping: Mapping[str, str]
) -> list[Question]:
    """A question which column names the samples, if rows of most peaks are told apart by some."""
    needed = {"name", "rt", "volume"}
    if SAMPLE in mapping or layout.source is not SOURCES[-1] or not needed <= {*layout.roles}:
        return []
    area = layout.roles["volume"]
    rows = _rows(table, layout, area)
    own = list(dict.fromkeys(layout.roles[role] for role in OF_PEAK if role in layout.roles))
    unread = [name for name in layout.header if name not in layout.used and _is_plain(table[name])]
    if not unread:
        return []
    for same in (own, [name for name in own if name != layout.roles["rt"]]):
        if _are_repeated(rows, same, area):
            found = [name for name in unread if _tells_apart(rows, same, name)]
            return [_question(rows, found)] if found else []
    return []


def _rows(table: pl.DataFrame, layout: Layout, area: str) -> pl.DataFrame:
    """The first rows with a name, a time and an area."""
    needed = [layout.roles["name"], layout.roles["rt"], area]
    rows = table.head(MOST_ROWS).filter(pl.all_horizontal(pl.col(*needed).is_not_null()))
    return rows.with_columns(written_times(rows[layout.roles["rt"]]).alias(TIMES))


def _are_repeated(rows: pl.DataFrame, own: Sequence[str], area: str) -> bool:
    """Whether most peaks have rows with different areas and nearly one time."""
    time = pl.col(TIMES)
    peaks = rows.group_by(own).agg(
        pl.col(area).n_unique().alias(AREAS),
        (time.max() - time.min() <= LARGEST_SHIFT * time.max()).fill_null(value=True).alias(TIMES),
    )
    several = int(((peaks[AREAS] > 1) & peaks[TIMES]).sum())
    return several >= FEWEST_PEAKS and several > LEAST_SHARE * len(peaks)


def _is_plain(cells: pl.Series) -> bool:
    return cells.dtype == pl.String or cells.dtype.is_numeric()


def _tells_apart(rows: pl.DataFrame, own: Sequence[str], column: str) -> bool:
    """Whether each row of a peak has a value of its own in a column with few values."""
    if rows[column].n_unique() > MOST_VALUES * rows.height or rows[column].null_count():
        return False
    return rows.select(*own, column).n_unique() == rows.height


def _question(rows: pl.DataFrame, columns: Sequence[str]) -> Question:
    return Question(
        subject=SAMPLE + COLUMN_SUFFIX,
        sentence=(
            "Most names stand several times at one retention time with different areas, and "
            f"{quoted_list(columns)} tells these rows apart. If it does not name samples, leave "
            "one row for each peak."
        ),
        answers=tuple(_answer(name, str(rows[name][0])[:LONGEST_CELL]) for name in columns),
    )


def _answer(column: str, cell: str) -> Answer:
    return Answer(value=column, meaning=f"the samples are those of {column!r}, such as {cell}")
