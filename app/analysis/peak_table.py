"""Reading a peak table: any common format in, one row for every input row out.

A row that cannot be used stays, with its ``problem`` in a sentence. Only a file without any table
in it is refused.
"""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from app.analysis import cells
from app.analysis.columns import recognise_columns
from app.analysis.errors import PeakTableError
from app.analysis.text_table import EXTRA, read_text_table

PEAK_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.UInt32(),
    "sample": pl.String(),
    "name": pl.String(),
    "rt_min": pl.Float64(),
    "peak_area": pl.Float64(),
    "log_p": pl.Float64(),
    "anchor": pl.Boolean(),
    "mz": pl.Float64(),
    "adduct": pl.String(),
    "problem": pl.String(),
}
XLSX_MARK = b"PK\x03\x04"
PARQUET_MARK = b"PAR1"


def read_peak_table(path: Path, *, mapping: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Read CSV, TSV, XLSX or Parquet into a frame of ``PEAK_SCHEMA``, in input order.

    ``row`` counts the data rows from 1, ``rt_min`` is in minutes, ``peak_area`` in arbitrary units.
    Missing optional columns are null, a missing Anchor is false and a missing sample is ``""``.
    The format is told by the file's first bytes. ``mapping`` gives the header of a role (name, rt,
    volume, log_p, anchor, sample, mz, adduct).

    Raises:
        PeakTableError: there is no table with names, retention times and areas.
    """
    table = _read(path)
    roles = recognise_columns([name for name in table.columns if name != EXTRA], mapping)
    if not table.height:
        raise PeakTableError(
            "The table has a header but no rows. Choose one with at least one row."
        )
    return _mark_repeats(_to_peaks(table, roles))


def _read(path: Path) -> pl.DataFrame:
    with path.open("rb") as file:
        mark = file.read(4)
    try:
        if mark == PARQUET_MARK:
            return pl.read_parquet(path)
        if mark == XLSX_MARK:
            return pl.read_excel(path, infer_schema_length=None)
    except (PolarsError, ValueError, OSError) as error:
        raise PeakTableError(
            f"The file cannot be read ({error}). Save it anew as CSV, XLSX or Parquet."
        ) from None
    return read_text_table(path)


def _to_peaks(table: pl.DataFrame, roles: dict[str, str]) -> pl.DataFrame:
    decimal_comma = cells.has_decimal_comma(table[roles["rt"]])

    def numbers(role: str) -> pl.Expr:
        if role not in roles:
            return pl.lit(None, dtype=pl.Float64)
        column = roles[role]
        return cells.number(column, table.schema[column], decimal_comma=decimal_comma)

    def texts(role: str) -> pl.Expr:
        return cells.text(roles[role]) if role in roles else pl.lit(None, dtype=pl.String)

    rt, volume = (table.schema[roles[role]] for role in ("rt", "volume"))
    problems = [
        *_extra_cells(table),
        *cells.name_problems(table[roles["name"]], texts("name")),
        *cells.number_problems(table, roles["rt"], numbers("rt"), rt, "RT"),
        *cells.number_problems(table, roles["volume"], numbers("volume"), volume, "Volume"),
        pl.lit(None, dtype=pl.String),
    ]
    peaks = table.select(
        row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32),
        sample=texts("sample").fill_null(""),
        name=texts("name"),
        rt_min=_usable(numbers("rt")),
        peak_area=_usable(numbers("volume")),
        log_p=_finite(numbers("log_p")),
        anchor=cells.yes(table[roles["anchor"]]) if "anchor" in roles else pl.lit(value=False),
        mz=_finite(numbers("mz")),
        adduct=texts("adduct"),
        problem=pl.coalesce(problems),
    )
    return peaks.cast(PEAK_SCHEMA)  # type: ignore[arg-type]  # a plain mapping of dtypes


def _mark_repeats(peaks: pl.DataFrame) -> pl.DataFrame:
    """Give the later of two equal peaks a problem that names the first."""
    usable = peaks.filter(_looks_repeated() & pl.col("problem").is_null())
    first = pl.col("row").first().over("sample", "name", "rt_min", "peak_area")
    repeats = usable.select("row", first=first).filter(pl.col("row") != pl.col("first"))
    if repeats.is_empty():
        return peaks
    sentence = pl.format("This row repeats row {}; it is counted once.", "first")
    marked = peaks.join(repeats, on="row", how="left", maintain_order="left")
    return marked.with_columns(problem=pl.coalesce("problem", sentence)).drop("first")


def _looks_repeated() -> pl.Expr:
    """A cheap first look, by hashes of the two numbers; few rows pass it."""
    return (pl.col("rt_min").hash(seed=1) ^ pl.col("peak_area").hash(seed=2)).is_duplicated()


def _extra_cells(table: pl.DataFrame) -> list[pl.Expr]:
    if EXTRA not in table.columns:
        return []
    too_long = "The row has more cells than the header ({}); check its separators and quotes."
    return [pl.when(pl.col(EXTRA).is_not_null()).then(pl.format(too_long, pl.col(EXTRA)))]


def _usable(value: pl.Expr) -> pl.Expr:
    return pl.when(value.is_finite() & (value > 0)).then(value)


def _finite(value: pl.Expr) -> pl.Expr:
    return pl.when(value.is_finite()).then(value)
