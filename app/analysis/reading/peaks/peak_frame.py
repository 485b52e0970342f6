"""Which columns every peak has, whatever its table has."""

from collections.abc import Mapping

import polars as pl

from app.analysis.reading.cells import cells
from app.analysis.reading.headers.columns import AS_WRITTEN
from app.analysis.reading.peaks.measured_columns import MEASURED_SCHEMA

PEAK_SCHEMA: dict[str, pl.DataType] = {
    **MEASURED_SCHEMA,
    "mz": pl.Float64(),
    "adduct": pl.String(),
    "charge": pl.String(),
    "isotope_label": pl.String(),
    "evidence": pl.String(),
    "sample_role": pl.String(),
    "alternatives": pl.String(),
    "problem": pl.String(),
}


def to_peaks(table: pl.DataFrame, roles: dict[str, str], decimal: str) -> pl.DataFrame:
    """Convert a table to ``PEAK_SCHEMA``, without its names, unchecked, its times as written."""
    found = _found(table, roles, decimal)
    absent: dict[str, str | bool] = {"sample": "", "anchor": False}
    return pl.DataFrame(
        [
            pl.Series(name, [absent.get(name)], dtype=dtype).new_from_index(0, table.height)
            if (cells_of_role := found.get(name)) is None
            else cells_of_role.alias(name)
            for name, dtype in PEAK_SCHEMA.items()
        ]
    )


def with_column(peaks: pl.DataFrame, name: str, column: pl.Series) -> pl.DataFrame:
    """The peaks with another column in place of one, which takes no query."""
    place = peaks.get_column_index(name)
    return peaks.clone().replace_column(place, column.alias(name))


def _found(
    table: pl.DataFrame, roles: Mapping[str, str], decimal: str
) -> dict[str, pl.Series | None]:
    """The column of each role that the table has, parsed; None for others."""

    def number(role: str) -> pl.Series | None:
        return cells.parse_numbers(table[roles[role]], decimal=decimal) if role in roles else None

    def text(role: str) -> pl.Series | None:
        return cells.text(table[roles[role]]) if role in roles else None

    return {
        "row": pl.int_range(1, table.height + 1, dtype=pl.UInt32, eager=True),
        "sample": text("sample"),
        "rt_min": number("rt"),
        "peak_area": number("volume"),
        **{role: _finite_or_null(number(role)) for role in ("log_p", "mz")},
        **{role: _text_or_null(text(role)) for role in ("adduct", *AS_WRITTEN)},
    }


def _finite_or_null(numbers: pl.Series | None) -> pl.Series | None:
    if numbers is None or numbers.is_finite().all():
        return numbers
    return pl.select(pl.when(numbers.is_finite()).then(numbers)).to_series()


def _text_or_null(texts: pl.Series | None) -> pl.Series | None:
    return None if texts is None else pl.select(pl.when(texts != "").then(texts)).to_series()
