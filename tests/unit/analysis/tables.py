"""Small peak tables made by hand, as ``read_peak_table`` gives them."""

from collections.abc import Iterable, Sequence

import polars as pl

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import PEAK_SCHEMA
from app.analysis.settings import AnalysisSettings
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.prepare import prepare

SETTINGS = AnalysisSettings()


def peaks(rows: Sequence[tuple[str, float]], **columns: Iterable[object]) -> pl.DataFrame:
    """Peaks by name and retention time; of area 100,000 unless ``peak_area`` is given."""
    table = pl.DataFrame(rows, schema={"name": pl.String, "rt_min": pl.Float64}, orient="row")
    defaults = {"sample": "", "peak_area": 1e5, "log_p": None, "anchor": False, "mz": None}
    table = table.with_columns(
        row=pl.int_range(1, pl.len() + 1),
        **{name: pl.lit(value) for name, value in {**defaults, "adduct": None}.items()},
        problem=pl.lit(None),
    )
    given = [pl.Series(name, values) for name, values in columns.items()]
    return table.with_columns(given).select(*PEAK_SCHEMA).cast(PEAK_SCHEMA)  # type: ignore[arg-type]


def initial_state(rows: Sequence[tuple[str, float]], **columns: Iterable[object]) -> AnalysisState:
    """A study of such peaks before its first rule."""
    return prepare(peaks(rows, **columns), SETTINGS)


def called(rows: Sequence[tuple[str, float]], **columns: Iterable[object]) -> pl.DataFrame:
    """The rows of an analysis of such peaks."""
    return analyze(peaks(rows, **columns), SETTINGS).rows
