"""Which columns of a result have values, and which different values there are to choose from.

A result does not change, so this is read once for each, not for each page of its rows.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl

from app.analysis.reporting.result import ROW_SCHEMA, as_read
from app.web.features.results.rows import Result

# Of these columns a value is chosen, not typed.
CHOSEN = (
    *("prefix", "category", "isomer", "sample", "sample_role", "evidence_level"),
    *("rule", "adduct", "charge", "isotope_label", "ion", "set_apart"),
)
# Every row has a reason, and none is written to find that out.
EVERYWHERE = "reason"


class ColumnFacts(NamedTuple):
    """The columns that have a value in any row, and the different values of some, sorted."""

    used: frozenset[str]
    values: dict[str, list[Any]]


def column_facts(result: Result) -> ColumnFacts:
    """The facts of a result; an empty text is no value."""
    path = result.file("rows.parquet")
    return _read(str(path), path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: str, _changed_ns: int) -> ColumnFacts:
    rows = as_read(pl.scan_parquet(path))
    return ColumnFacts(_with_values(rows), _values(rows, CHOSEN))


def _with_values(rows: pl.LazyFrame) -> frozenset[str]:
    has_value = [
        (pl.col(name) != "" if kind == pl.String else pl.col(name).is_not_null()).any().alias(name)
        for name, kind in ROW_SCHEMA.items()
        if name != EVERYWHERE
    ]
    found = rows.select(has_value).collect().row(0, named=True)
    return frozenset({EVERYWHERE, *(name for name, is_used in found.items() if is_used)})


def _values(rows: pl.LazyFrame, columns: Iterable[str]) -> dict[str, list[Any]]:
    different = [pl.col(name).drop_nulls().unique().sort().implode() for name in columns]
    found = rows.select(different).collect().row(0, named=True)
    return {name: [it for it in values if it != ""] for name, values in found.items()}
