"""The sheets of a workbook that hold peak tables, without those that repeat or sum up others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from app.analysis.reading.headers.statistics_words import is_processed, is_summary
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.workbooks.workbook import Sheet

AnySheet = TypeVar("AnySheet", "Part", Sheet)


@dataclass(frozen=True)
class Part:
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
    """The sheets without those that repeat another, as they are or with processed areas.

    Of the latter, such as ``log2`` beside ``Raw data``, each has molecules of a sheet that is kept.
    """
    kept = [part for part in parts if not is_processed(part.name)] or list(parts[:1])
    copied = {name for part in kept for name in molecules(part)}
    return [
        part
        for place, part in enumerate(parts)
        if (part in kept or not molecules(part) & copied)
        and not any(part.table.equals(other.table) for other in parts[:place])
    ]


def molecules(part: Part) -> set[str]:
    """The different names of a sheet, none if it has no column of names."""
    name = part.layout.roles.get("name")
    return {*part.table[name].drop_nulls()} if name else set()
