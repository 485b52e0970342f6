"""A table as it was found in a file: its cells, and what stands above and below its header."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from app.analysis.reading.decisions import Decision
from app.analysis.reading.sources.source import Above, Source

# The column with the problem of a row as it was read; it exists if some row has one.
READ_PROBLEM = "__problem__"
NOTHING: Mapping[str, str] = MappingProxyType({})


class RawTable(NamedTuple):
    """The cells of a table, those of the lines above its header, and the unit of each column.

    ``decisions`` are what was decided on how it is read, ``notes`` are sentences on what else the
    file holds. ``source`` is its program, if the file tells it besides the header.
    """

    table: pl.DataFrame
    above: Above = ()
    units: Mapping[str, str] = NOTHING
    notes: tuple[str, ...] = ()
    source: Source | None = None
    decisions: tuple[Decision, ...] = ()


def with_problems(table: pl.DataFrame, problems: pl.Series | pl.Expr) -> pl.DataFrame:
    """The table with the problem of each row, null for none; a row keeps one that it has."""
    earlier = [READ_PROBLEM] if READ_PROBLEM in table.columns else []
    return table.with_columns(pl.coalesce(*earlier, problems).alias(READ_PROBLEM))
