"""Combine the sheets of a workbook that hold peak tables; a sheet's name can be class or sample."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations

import polars as pl
from msgspec.structs import replace

from app.analysis.errors import PeakTableError
from app.analysis.names.cells.sample_roles import role_by_name
from app.analysis.reading.decisions import SHEET_SEPARATOR, Decision
from app.analysis.reading.headers.columns import quoted_list
from app.analysis.reading.headers.statistics_words import is_of_standard
from app.analysis.reading.layout.layout import Layout, layout_of
from app.analysis.reading.name_columns.name_above import with_name_above
from app.analysis.reading.raw_table import RawTable
from app.analysis.reading.samples.unnamed_areas import with_unnamed_areas
from app.analysis.reading.sources import source_of
from app.analysis.reading.table_size import check_table_size
from app.analysis.reading.workbooks.sheet_class import with_class
from app.analysis.reading.workbooks.sheet_parts import (
    STANDARDS,
    Part,
    check_ions,
    check_one_area,
    molecules,
    with_standards,
    without_copies,
    without_summaries,
)
from app.analysis.reading.workbooks.sheet_units import check_same_size, in_unit, unit_of
from app.analysis.reading.workbooks.workbook import Sheet

SHEET = "Sheet"


def combine_sheets(
    sheets: Sequence[Sheet], mapping: Mapping[str, str], chosen: Collection[str] = ()
) -> RawTable:
    """Stack the sheets that hold a peak table, or those that a person chose, and say which.

    Without any, the first sheet is given, so that the user sees its header.

    Raises:
        PeakTableError: the workbook has no visible sheet with a chosen name, or the retention times
            of its sheets have different units.
    """
    names = [each.name for each in sheets]
    _check_chosen(names, chosen)
    sheets = [_completed(each) for each in sheets if not chosen or each.name in chosen]
    parts = _parts(sheets, mapping, are_chosen=bool(chosen))
    if not parts:
        return without_summaries(sheets)[0].raw if sheets else RawTable(pl.DataFrame())
    if are_samples := _are_samples(parts):
        parts = [_with_sample(part) for part in parts]
    stacked = _stacked(parts)
    check_table_size(stacked.height, stacked.width)
    first = next(each.raw for each in sheets if each.name == parts[0].name)
    decisions = (_decision(names, parts),) if len(names) > 1 else ()
    read = {part.name for part in parts}
    own = dict.fromkeys(note for each in sheets if each.name in read for note in each.raw.notes)
    notes = (*own, *_notes(parts, are_samples))
    return first._replace(table=stacked, notes=notes, decisions=decisions)


def _parts(sheets: Sequence[Sheet], mapping: Mapping[str, str], *, are_chosen: bool) -> list[Part]:
    """The sheets that hold a peak table, with times of one unit."""
    laid_out = (Part(each.name, each.raw.table, _layout(each, mapping)) for each in sheets)
    parts = [with_class(part) for part in laid_out]
    parts = [part for part in parts if not part.layout.missing and part.table.height]
    parts = parts if are_chosen else without_copies(without_summaries(parts))
    parts = with_standards(parts)
    if len(parts) > 1:
        check_ions(parts)
        check_one_area(parts)
        parts = _in_one_unit(parts, {each.name: each.raw for each in sheets})
    return parts


def _completed(sheet: Sheet) -> Sheet:
    """The sheet with the columns that its program leaves to be made of others."""
    table = sheet.raw.table
    completed = source_of(table.columns).complete(table)
    return replace(sheet, raw=with_name_above(sheet.raw._replace(table=completed)))


def _in_one_unit(parts: Sequence[Part], raw: Mapping[str, RawTable]) -> list[Part]:
    """The sheets with their retention times in the unit of the first.

    A sheet without a unit is taken to have that of the others, if its times are as long.

    Raises:
        PeakTableError: they cannot be.
    """
    headers = [part.layout.rt_header for part in parts]
    units = [
        unit_of(header, raw[part.name].units.get(header, ""))
        for part, header in zip(parts, headers, strict=True)
    ]
    if len({*units} - {""}) > 1:
        parts = [_with_times(part, unit, units[0]) for part, unit in zip(parts, units, strict=True)]
    check_same_size([(part.name, part.table[part.layout.rt_header]) for part in parts])
    return list(parts)


def _with_times(part: Part, unit: str, wanted: str) -> Part:
    """The sheet with all its retention times in another unit."""
    times = [name for name, role in part.layout.number_roles.items() if role == "rt"]
    in_wanted = [in_unit(part.name, part.table[name], unit, wanted) for name in times]
    return replace(part, table=part.table.with_columns(in_wanted))


def _check_chosen(names: Sequence[str], chosen: Collection[str]) -> None:
    absent = sorted({*chosen} - {*names})
    if absent:
        raise PeakTableError(
            f"The workbook has no visible sheet {quoted_list(absent)}. It has: "
            f"{quoted_list(names)}. Choose among these; hidden sheets are not read."
        )


def _layout(sheet: Sheet, mapping: Mapping[str, str]) -> Layout:
    header = sheet.raw.table.columns
    own = {role: name for role, name in mapping.items() if name in (*header, "")}
    layout = layout_of(header, own, sheet.raw.above)
    return with_unnamed_areas(sheet.raw.table, layout, own)


def _are_samples(parts: Sequence[Part]) -> bool:
    """Whether each sheet is a sample: the same molecules stand in several, or one is a blank."""
    has_samples = any("sample" in part.layout.roles or part.layout.samples for part in parts)
    if has_samples or any(part.class_word for part in parts):
        return False
    if len(parts) > 1 and any(role_by_name(part.name) for part in parts):
        return True
    names = [molecules(part) for part in parts]
    return any(one & other for one, other in combinations(names, 2))


def _with_sample(part: Part) -> Part:
    table = part.table.with_columns(pl.lit(part.name).alias(SHEET))
    return Part(part.name, table, part.layout, part.class_word, part.is_prefixed)


def _stacked(parts: Sequence[Part]) -> pl.DataFrame:
    """The rows of all sheets, with the headers of the first for each role."""
    roles = parts[0].layout.roles
    tables = []
    for part in parts:
        own = part.layout.roles
        names = {own[role]: name for role, name in roles.items() if role in own}
        names |= _of_samples(part.layout, parts[0].layout)
        others = [name for name in part.table.columns if name not in names]
        taken = {name: f"{name} ({part.name})" for name in others if name in names.values()}
        tables.append(part.table.rename(names | taken))
    if len({tuple(table.schema.items()) for table in tables}) > 1:
        tables = [table.cast(pl.String) if table.width else table for table in tables]
    return pl.concat(tables, how="diagonal_relaxed", rechunk=True)


def _of_samples(own: Layout, first: Layout) -> dict[str, str]:
    """The columns of the samples of a sheet, and those of the same samples in the first one."""
    known = {one.sample: one for one in first.samples}
    same = [(one, known[one.sample]) for one in own.samples if one.sample in known]
    areas = {one.area: other.area for one, other in same}
    return areas | {one.rt: other.rt for one, other in same if one.rt and other.rt}


def _decision(sheets: Sequence[str], parts: Sequence[Part]) -> Decision:
    """Which sheets are read, and which have no peak table or were not chosen."""
    read = [part.name for part in parts]
    left_out = [name for name in sheets if name not in read]
    evidence = f"Read {_sheets(read)}: {quoted_list(read)}."
    if left_out:
        evidence += (
            " Not read, without a peak table, a summary or copy of another, or not chosen: "
            f"{quoted_list(left_out)}."
        )
    return Decision(
        subject="sheets",
        value=SHEET_SEPARATOR.join(read),
        evidence=evidence,
        alternatives=(SHEET_SEPARATOR.join(sheets), *sheets) if left_out else tuple(sheets),
        is_noted=True,
    )


def _notes(parts: Sequence[Part], are_samples: bool) -> Iterator[str]:
    if are_samples:
        yield (
            "The same molecules stand in several sheets, or one is named as a blank, a QC or a "
            "standard, so each sheet is taken for a sample."
        )
    standards = [part.name for part in parts if part.layout.roles.get("isotope_label") == STANDARDS]
    standards = [name for name in standards if is_of_standard(name)]
    if standards:
        yield f"Rows of these sheets are read as standards: {quoted_list(standards)}."
    prefixed = [part.class_word for part in parts if part.is_prefixed]
    if prefixed:
        yield f"Names without a class get that of their sheet: {quoted_list(prefixed)}."


def _sheets(names: Sequence[str]) -> str:
    return f"{len(names):,} sheet{'s'[: len(names) != 1]}"
