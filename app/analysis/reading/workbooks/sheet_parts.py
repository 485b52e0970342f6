"""The sheets of a workbook that hold peak tables, without those that repeat or sum up others."""

from collections.abc import Sequence
from itertools import combinations
from typing import TypeAlias, TypeVar

import msgspec
import polars as pl
from msgspec.structs import replace

from app.analysis.errors import PeakTableError
from app.analysis.reading.headers.columns import quoted_list
from app.analysis.reading.headers.statistics_words import (
    is_of_standard,
    is_other_measure,
    is_processed,
    is_summary,
)
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.samples.sample_columns import is_ion
from app.analysis.reading.workbooks.workbook import Sheet

AnySheet = TypeVar("AnySheet", "Part", Sheet)
Rows: TypeAlias = tuple[tuple[str, ...], set[tuple[object, ...]]]

# The column that marks the rows of a sheet of standards.
STANDARDS = "Isotope label"
ROW = ("name", "rt", "volume", "adduct", "charge", "isotope_label", "sample")
OF_ION = ("name", "adduct", "charge", "isotope_label")
OF_PEAK = ("rt", *OF_ION)


class Part(msgspec.Struct, frozen=True):
    """A sheet with a peak table, and how it is laid out.

    ``class_word`` is the class in the name of the sheet. ``is_prefixed`` if the names of the sheet
    got it, since they are ceramides alone.
    """

    name: str
    table: pl.DataFrame
    layout: Layout
    class_word: str = ""
    is_prefixed: bool = False


def without_summaries(sheets: Sequence[AnySheet]) -> list[AnySheet]:
    """The sheets that are not named after statistics of the others, or all if each of them is."""
    return [each for each in sheets if not is_summary(each.name)] or list(sheets)


def without_copies(parts: Sequence[Part]) -> list[Part]:
    """The sheets without those that repeat another, as they are or with something else than areas.

    Of the latter, such as ``log2`` or ``Height`` beside ``Area``, each has molecules of a sheet
    that is kept. Sheets of nothing else are kept, as long as none says that it was processed.
    """
    kept = [part for part in parts if not is_other_measure(part.name)]
    kept = kept or [part for part in parts if not is_processed(part.name)] or list(parts[:1])
    copied = {name for part in kept for name in molecules(part)}
    others = [part for part in parts if part in kept or not molecules(part) & copied]
    rows = [_rows(part) for part in others]
    return [part for place, part in enumerate(others) if not _is_copy(place, rows)]


def _is_copy(place: int, sheets: Sequence[Rows]) -> bool:
    """Whether another sheet has all rows of one; of two that are equal, the later is the copy."""
    columns, rows = sheets[place]
    return any(
        columns == others and rows <= more and (rows != more or other < place)
        for other, (others, more) in enumerate(sheets)
        if other != place
    )


def _rows(part: Part) -> Rows:
    """What the columns of a sheet hold of a peak, and its different rows of these."""
    areas = {one.area: one.sample for one in part.layout.samples}
    roles = {part.layout.roles[role]: role for role in ROW if role in part.layout.roles}
    columns = dict(sorted((areas | roles).items(), key=lambda each: each[1]))
    return tuple(columns.values()), {*part.table.select(*columns).rows()}


def with_standards(parts: Sequence[Part]) -> list[Part]:
    """The sheets, with the rows of one that is named after standards marked as such."""
    named = [part for part in parts if is_of_standard(part.name)]
    if len(named) == len(parts):
        return list(parts)
    return [_of_standards(part) if part in named else part for part in parts]


def _of_standards(part: Part) -> Part:
    if "isotope_label" in part.layout.roles:
        return part
    label = pl.lit(part.name).alias(STANDARDS)
    layout = part.layout.with_column("isotope_label", STANDARDS, "")
    return replace(part, table=part.table.with_columns(label), layout=layout)


def check_one_area(parts: Sequence[Part]) -> None:
    """Refuse sheets with the same peaks of the same samples, of which one cannot hold the areas.

    Raises:
        PeakTableError: two sheets have most of their peaks or molecules in common.
    """
    for one, other in combinations(parts, 2):
        common = sorted(_samples(one) & _samples(other))
        if common and _are_mostly_common(_peaks(one, OF_PEAK), _peaks(other, OF_PEAK)):
            raise PeakTableError(
                f"The sheets {one.name!r} and {other.name!r} have the same peaks of the same "
                f"samples ({quoted_list(common)}), with other numbers. Choose the sheet "
                "of the peak areas, and try again."
            )
        if common and _are_mostly_common(_peaks(one, OF_ION), _peaks(other, OF_ION)):
            raise PeakTableError(
                f"The sheets {one.name!r} and {other.name!r} have the same molecules of the same "
                f"samples ({quoted_list(common)}), at other times. Choose one of the sheets, or "
                "give the samples of each sheet names of their own, and try again."
            )


def check_ions(parts: Sequence[Part]) -> None:
    """Refuse sheets with molecules in common that are named after ions.

    Raises:
        PeakTableError: they are, such as ``neg`` and ``pos``.
    """
    of_ions = [part for part in parts if is_ion(part.name)]
    if any(molecules(one) & molecules(other) for one, other in combinations(of_ions, 2)):
        raise PeakTableError(
            f"The sheets {quoted_list([part.name for part in of_ions])} hold ions of the same "
            "molecules, not samples. Choose one of the sheets, or put all rows into one, with a "
            "column Adduct."
        )


def _samples(part: Part) -> set[str]:
    """The samples that the headers of a sheet name, or its cells."""
    named = part.layout.roles.get("sample", "")
    cells = {*part.table[named].cast(pl.String).drop_nulls()} if named else set[str]()
    return cells | {each.sample for each in part.layout.samples}


def _peaks(part: Part, roles: Sequence[str]) -> set[tuple[object, ...]]:
    """What the rows of a sheet have in the columns of these roles; nothing without times."""
    columns = [part.layout.roles[role] for role in roles if role in part.layout.roles]
    return {*part.table.select(columns).rows()} if "rt" in part.layout.roles else set()


def _are_mostly_common(one: set[tuple[object, ...]], other: set[tuple[object, ...]]) -> bool:
    return len(one & other) > min(len(one), len(other)) / 2


def molecules(part: Part) -> set[str]:
    """The different names of a sheet, none if it has no column of names."""
    name = part.layout.roles.get("name")
    return {*part.table[name].drop_nulls()} if name else set()
