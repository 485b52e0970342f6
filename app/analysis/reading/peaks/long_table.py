"""One row per peak: melt wide tables, and sum the transitions of a precursor."""

import polars as pl

from app.analysis.counted import counted
from app.analysis.reading.cells import cells
from app.analysis.reading.decisions import OnNote
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.name_columns.annotations import NAME, with_joined_names
from app.analysis.reading.raw_table import READ_PROBLEM
from app.analysis.reading.sources.source import SampleColumns

SAMPLE, AREA, RT, ROLE = "__sample__", "__area__", "__rt__", "__role__"
NO_AREA = "The feature has no area in any sample."


def one_row_per_peak(
    table: pl.DataFrame, layout: Layout, on_note: OnNote, *, decimal: str = "point"
) -> tuple[pl.DataFrame, dict[str, str]]:
    """Reshape a table to one row for each peak.

    ``on_note`` receives sentences about rows and cells that were changed or left out. ``decimal``
    is the decimal mark of the table.

    Returns:
        The table, and the column of each role in it.
    """
    if layout.joined_names:
        table, layout = with_joined_names(table, layout)
    if layout.samples:
        return _melted(table, layout, on_note)
    if layout.has_transitions:
        return _summed(table, layout, on_note, decimal), layout.roles
    return table, layout.roles


def _melted(
    table: pl.DataFrame, layout: Layout, on_note: OnNote
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The features with an area in each sample, sample by sample; last those without any area.

    A row that was misread is kept once, since its cells can stand in the wrong columns.
    """
    if READ_PROBLEM not in table.columns:
        table = table.with_columns(pl.lit(None, dtype=pl.String).alias(READ_PROBLEM))
    was_read = pl.col(READ_PROBLEM).is_null()
    whole, misread = table.filter(was_read), table.filter(~was_read)
    rt = layout.roles.get("rt") or layout.samples[0].rt
    others = list(dict.fromkeys(name for role, name in layout.roles.items() if role != "rt"))
    label = NAME if layout.has_molecules else SAMPLE
    has_rt = "rt" in layout.roles
    parts = [_of_sample(whole, one, rt, others, label, has_rt=has_rt) for one in layout.samples]
    nowhere = _nowhere(whole, layout)
    once = [_kept_once(part, rt, others, label) for part in (nowhere, misread)]
    # In one chunk: Polars 2.1 panics where chunked texts meet in a condition.
    melted = pl.concat([*parts, *once], how="diagonal_relaxed", rechunk=True)
    _note_absent_areas(whole, layout, sum(one.height for one in parts), nowhere.height, on_note)
    return melted, _roles_of_melted(layout)


def _roles_of_melted(layout: Layout) -> dict[str, str]:
    """The column of each role in the rows of a wide table."""
    label = {"name": NAME} if layout.has_molecules else {"sample": SAMPLE}
    has_roles = any(one.role for one in layout.samples)
    role = {"sample_role": ROLE} if has_roles else {}
    return {**layout.roles, "volume": AREA, "rt": RT, **label, **role}


def _of_sample(
    table: pl.DataFrame, one: SampleColumns, rt: str, others: list[str], label: str, *, has_rt: bool
) -> pl.DataFrame:
    """The features with an area in one sample.

    Where it has no time of its own, it gets that of the feature, if there is one (``has_rt``).
    """
    # Only its own columns: with those of all samples the time would grow with their square.
    names = dict.fromkeys([*others, rt, one.area, one.rt or rt])
    own = pl.DataFrame([table[name] for name in names])
    present = own.filter(~_is_absent(table, one.area))
    time = pl.col(one.rt or rt)
    if one.rt and has_rt:
        time = pl.when(_is_absent(table, one.rt)).then(pl.col(rt)).otherwise(time)
    return present.select(
        *others,
        pl.lit(one.sample).alias(label),
        pl.col(one.area).alias(AREA),
        time.alias(RT),
        pl.lit(one.role).alias(ROLE),
    )


def _nowhere(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The features without an area in any sample."""
    is_nowhere = pl.all_horizontal(_is_absent(table, one.area) for one in layout.samples)
    without = table.filter(is_nowhere)
    return without.with_columns(pl.lit(NO_AREA).alias(READ_PROBLEM))


def _kept_once(table: pl.DataFrame, rt: str, others: list[str], label: str) -> pl.DataFrame:
    """Rows that have a problem instead of an area in a sample."""
    return table.select(
        *others,
        pl.lit("").alias(label),
        pl.lit(None).alias(AREA),
        pl.col(rt).alias(RT),
        READ_PROBLEM,
    )


def _note_absent_areas(
    table: pl.DataFrame, layout: Layout, present: int, nowhere: int, on_note: OnNote
) -> None:
    samples = len(layout.samples)
    columns = "molecule" if layout.has_molecules else "sample"
    rows = "sample" if layout.has_molecules else "feature"
    on_note(
        f"Read {table.height:,} {rows}{'s'[: table.height != 1]} of {layout.source.title} in "
        f"{samples:,} {columns}{'s'[: samples != 1]}: {counted(present, 'peak')}, one row each."
    )
    absent = (table.height - nowhere) * samples - present
    if absent:
        on_note(
            f"{absent:,} time{'s'[: absent != 1]} a feature has no area in a sample; that is no "
            "peak and no row."
        )
    if nowhere:
        on_note(
            f"{nowhere:,} feature{'s have' if nowhere != 1 else ' has'} no area in any sample; "
            "each is kept as one row."
        )


def _is_absent(table: pl.DataFrame, name: str) -> pl.Expr:
    column = pl.col(name)
    if table[name].dtype.is_numeric():
        return column.is_null() | (column == 0) | column.cast(pl.Float64).is_nan()
    return column.is_null() | column.cast(pl.String).str.contains(cells.ABSENT)


def _summed(table: pl.DataFrame, layout: Layout, on_note: OnNote, decimal: str) -> pl.DataFrame:
    """One row for each precursor and sample: the sum of areas, at the time of the largest."""
    area = layout.roles["volume"]
    numbers = cells.parse_numbers(table[area], decimal=decimal)
    keys = [layout.roles[role] for role in ("name", "sample") if role in layout.roles]
    keys += [*layout.precursor, *([READ_PROBLEM] if READ_PROBLEM in table.columns else [])]
    keys = list(dict.fromkeys(keys))
    is_number = pl.col(area).is_not_null().any()
    summed = (
        table.with_columns(numbers.alias(area))
        .group_by(keys, maintain_order=True)
        .agg(
            pl.all().exclude(area).sort_by(area, descending=True, nulls_last=True).first(),
            pl.when(is_number).then(pl.col(area).sum()).alias(area),
        )
    )
    if summed.height < table.height:
        on_note(
            f"{table.height:,} transitions are parts of {counted(summed.height, 'peak')}; the "
            "areas of each precursor in a sample are summed."
        )
    return summed
