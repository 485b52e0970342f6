"""Small peak tables made by hand, as ``read_peak_table`` gives them."""

from collections.abc import Iterable, Sequence

import polars as pl

from app.analysis.example import porcine_brain as brain
from app.analysis.pipeline import analyze
from app.analysis.reading.peaks.peak_frame import PEAK_SCHEMA
from app.analysis.rules.rule import Rule
from app.analysis.settings import AnalysisSettings
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.data_warning import DataWarning
from app.analysis.state.preparation.prepare import prepare
from tests.simulator import Variation, simulate
from tests.simulator.logistic import Gradient, draw

SETTINGS = AnalysisSettings()
# Retention times at 36:1 of prefixes that follow each other by their sugars.
LADDER = {"GM3": 10.6, "GM1": 10.1, "GD1": 9.3, "GT1": 8.7}


def peaks(rows: Sequence[tuple[str, float]], **columns: Iterable[object]) -> pl.DataFrame:
    """Peaks by name and retention time; of area 100,000 unless ``peak_area`` is given."""
    table = pl.DataFrame(rows, schema={"name": pl.String, "rt_min": pl.Float64}, orient="row")
    defaults = {"sample": "", "peak_area": 1e5, "anchor": False}
    absent = [name for name in PEAK_SCHEMA if name not in (*table.columns, *defaults, "row")]
    table = table.with_columns(
        row=pl.int_range(1, pl.len() + 1),
        **{name: pl.lit(value) for name, value in defaults.items()},
        **dict.fromkeys(absent, pl.lit(None)),
    )
    given = [pl.Series(name, values) for name, values in columns.items()]
    return table.with_columns(given).select(*PEAK_SCHEMA).cast(PEAK_SCHEMA)  # type: ignore[arg-type]


def initial_state(rows: Sequence[tuple[str, float]], **columns: Iterable[object]) -> AnalysisState:
    """The state of the analysis of such peaks before its first rule."""
    return prepare(peaks(rows, **columns), SETTINGS)


def simulated(variation: Variation) -> pl.DataFrame:
    """The peaks of a simulated table, as they are read."""
    table = simulate(variation).table
    columns = {"peak_area": table["Volume"]}
    if "Anchor" in table.columns:
        columns["anchor"] = table["Anchor"] == "T"
    if "sample" in table.columns:
        columns["sample"] = table["sample"]
    return peaks(list(table.select("Name", "RT").iter_rows()), **columns)


def called(rows: Sequence[tuple[str, float]], **columns: Iterable[object]) -> pl.DataFrame:
    """The rows of an analysis of such peaks."""
    return analyze(peaks(rows, **columns), SETTINGS).rows


def after_rules(*rules: Rule, of: AnalysisState) -> AnalysisState:
    """The state after some rules."""
    for rule in rules:
        of = rule.apply(of)
    return of


def warnings_by_code(table: pl.DataFrame) -> dict[str, DataWarning]:
    """The warnings of an analysis of such peaks."""
    return {warning.code: warning for warning in analyze(table, SETTINGS).warnings}


def noise_free(prefixes: dict[str, float]) -> list[tuple[str, float]]:
    """Names and noise-free times of some prefixes, by their time at 36:1, with five ceramides."""
    ceramides = ((34, 1, 2), (36, 1, 2), (36, 2, 2), (38, 1, 2), (40, 1, 2))
    frame = pl.DataFrame(ceramides, schema=["carbons", "double_bonds", "hydroxyls"], orient="row")
    shift = frame.select(shift=brain.ceramide_shift_min())["shift"].to_list()
    return [
        (f"{prefix}({c}:{d};O{o})", round(at + s, 3))
        for prefix, at in prefixes.items()
        for (c, d, o), s in zip(ceramides, shift, strict=True)
    ]


def prefix_rows(prefix: str, at_36: float, count: int = 17) -> list[tuple[str, float]]:
    """Names and noise-free times of a prefix with its first ceramides, by its time at 36:1."""
    names = brain.species_table({prefix: at_36}).head(count)
    return list(names.select("name", "rt_min").iter_rows())


def logistic(seed: int) -> pl.DataFrame:
    """The peaks of a table by another law than that of the model."""
    table, _ = draw(Gradient(seed=seed))
    columns = {"peak_area": table["Volume"], "anchor": table["Anchor"] == "T"}
    return peaks(list(table.select("Name", "RT").iter_rows()), **columns)


def numbered(table: pl.DataFrame) -> pl.DataFrame:
    """Some rows of a table with the numbers of a table of their own."""
    return table.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))
