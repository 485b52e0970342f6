"""Find the samples of a wide table whose headers are the names of the samples alone.

Such a header says nothing of areas, so the numbers have to look like areas: none is below 0, and
they differ as peaks do, while masses, years and carbons do not. A note says how they were read, and
a person can choose another column of areas.
"""

import re
from collections.abc import Collection, Mapping, Sequence

import polars as pl
from msgspec.structs import replace

from app.analysis.names.cells.sample_roles import role_by_name
from app.analysis.reading.cells.cells import parse_numbers
from app.analysis.reading.cells.number_columns import are_numbers, without_deviations
from app.analysis.reading.headers.columns import HEIGHTS, fold, quoted_list
from app.analysis.reading.headers.description_words import descriptions_in, stem_of
from app.analysis.reading.headers.statistics_words import (
    is_computed,
    processed_copies,
    statistics_in,
)
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.samples.computed_columns import (
    MOST_LOOKED_AT,
    computed_columns,
    scaled_copies,
)
from app.analysis.reading.samples.repeated_columns import is_of_others, repeats_of
from app.analysis.reading.samples.sample_columns import check_ions
from app.analysis.reading.sources import SOURCES
from app.analysis.reading.sources.source import SampleColumns
from app.analysis.reading.sources.wide import AREAS, labelled

COMPUTES = re.compile(r"[/:\u00f7\u2212-]")
# One column of numbers could be anything.
FEWEST_SAMPLES = 2
# Numbers up to 1 are shares or probabilities beside areas of so much.
USUAL_AREA = 1_000
# The largest peak of a sample is more than so many times the smallest.
LEAST_RANGE = 2.0


def with_unnamed_areas(table: pl.DataFrame, layout: Layout, mapping: Mapping[str, str]) -> Layout:
    """The layout with the columns of numbers that nothing else explains as samples, and a note.

    So is one whose column of areas is the sum, mean or maximum of these columns, or of heights.

    Raises:
        PeakTableError: the columns hold areas of ions.
    """
    if "volume" in mapping or not _may_lack_areas(layout):
        return layout
    rows = table if layout.missing else table.head(MOST_LOOKED_AT)
    free = [name for name in rows.columns if name not in layout.used]
    numbers = [name for name in free if are_numbers(rows[name])]
    samples = columns_of_areas(rows, numbers, layout)
    own = layout.roles.get("volume") or next((one.area for one in layout.samples), "")
    if len(samples) < FEWEST_SAMPLES:
        return layout
    is_height = fold(own) in HEIGHTS
    if own and not is_height and not is_of_others(rows, own, samples):
        return layout.with_notes(_note_on_unread(own, samples))
    check_ions(samples, samples)
    roles = {role: name for role, name in layout.roles.items() if role != "volume"}
    columns = tuple(SampleColumns(name.strip(), name) for name in samples)
    others = [each for each in numbers if each not in samples]
    note = _note(samples, others, own, is_height=is_height)
    return replace(layout, roles=roles, samples=columns).with_notes(note)


def _may_lack_areas(layout: Layout) -> bool:
    """Whether a table has no areas, or one column of them that can be computed from others."""
    has_one = len(layout.samples) == 1 or ("volume" in layout.roles and not layout.samples)
    is_long = layout.has_molecules or "sample" in layout.roles
    is_plain = layout.source is SOURCES[-1] and not is_long
    return layout.lacks_only_areas or (has_one and is_plain and not layout.missing)


def _note_on_unread(own: str, samples: Sequence[str]) -> str:
    """What is not read beside a column of areas, and could be samples."""
    return (
        f"Only the areas in {own!r} are read. The numbers in {quoted_list(samples)} are not; if "
        f"these are areas of samples, leave out the column {own!r}."
    )


def _note(samples: Sequence[str], others: Sequence[str], computed: str, *, is_height: bool) -> str:
    """How samples were found; ``computed`` is the column of areas that they give, or empty."""
    why = "No header names areas"
    if is_height:
        others = [computed, *others]
    elif computed:
        why = f"The areas in {computed!r} are the largest, the sum or the mean of those of others"
        others = [computed, *others]
    note = (
        f"{why}, so the numbers in these columns are read as the areas of a sample each: "
        f"{quoted_list(samples)}."
    )
    note += f" These are not read: {quoted_list(others)}." if others else ""
    return note + " Choose the column of areas where this is wrong."


def columns_of_areas(table: pl.DataFrame, numbers: Sequence[str], layout: Layout) -> list[str]:
    """The columns of numbers that can be areas of samples, and that no other column explains."""
    statistics = statistics_in(numbers) | processed_copies(numbers)
    statistics |= set(filter(is_computed, numbers)) | descriptions_in(numbers)
    samples = _areas_among(table, [name for name in numbers if name not in statistics])
    samples = [name for name in samples if not is_computed_of(name, samples)]
    masses = [name for name in numbers if fold(name).startswith("mz")]
    masses += [layout.roles["mz"]] if "mz" in layout.roles else []
    explained = repeats_of(table, samples, layout.roles.get("rt", ""), masses)
    samples = [name for name in samples if name not in explained]
    computed = computed_columns(table, samples) | _shares(table, samples)
    computed |= scaled_copies(table, samples)
    computed |= {*labelled(layout.header, AREAS).values()}  # of statistics, or they would be read
    return [name for name in samples if name not in computed]


def is_computed_of(header: str, samples: Collection[str]) -> bool:
    """Whether a header, such as ``KO/WT`` or ``KO1-WT1``, computes with others or their groups."""
    parts = {part.strip().casefold() for part in COMPUTES.split(header)}
    names = {name.strip().casefold() for name in samples if name != header}
    groups = {name.rstrip("0123456789_-. ") for name in names}
    return len(parts) > 1 and parts <= names | groups


def _areas_among(table: pl.DataFrame, names: Sequence[str]) -> list[str]:
    """The columns whose numbers are above 0, or 0 for no peak, and differ as areas of peaks do.

    Columns that count or rank the rows do not. Beside others, blanks and those whose header has
    only another number, as s1 and s2, can have areas that differ less.
    """
    ranges = {name: _range_of(table[name]) for name in names}
    wide = {name for name, width in ranges.items() if width >= LEAST_RANGE}
    stems = {stem_of(name) for name in wide} - {""}
    is_known = {name for name in names if wide and (role_by_name(name) or stem_of(name) in stems)}
    return [name for name, width in ranges.items() if name in wide or (width and name in is_known)]


def _range_of(cells: pl.Series) -> float:
    """How many times the smallest area the largest is; 0 if the numbers are no areas."""
    numbers = parse_numbers(without_deviations(cells)).drop_nulls().drop_nans()
    peaks = numbers.filter(numbers > 0)
    if (numbers < 0).any() or peaks.is_empty() or _are_ranks(numbers):
        return 0.0
    return float(peaks.max()) / float(peaks.min())  # type: ignore[arg-type]


def _are_ranks(numbers: pl.Series) -> bool:
    """Whether numbers follow each other by 1, in any order if they begin at 1."""
    in_order = numbers.sort()
    follow = len(numbers) > 1 and bool((in_order.diff() == 1).all())
    return follow and (in_order[0] == 1 or (numbers.diff() == 1).all())


def _shares(table: pl.DataFrame, samples: Collection[str]) -> set[str]:
    """The columns whose numbers are too small beside those of others to be areas."""
    numbers = {name: parse_numbers(without_deviations(table[name])) for name in samples}
    largest = {name: each.max() or 0 for name, each in numbers.items()}
    if not any(float(area) >= USUAL_AREA for area in largest.values()):  # type: ignore[arg-type]
        return set()
    return {name for name, area in largest.items() if float(area) <= 1}  # type: ignore[arg-type]
