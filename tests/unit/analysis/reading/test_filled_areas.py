"""An area that many rows have is noticed when a table is read."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.peaks import filled_areas
from app.analysis.reading.peaks.filled_areas import LEAST_ROWS, filled_note
from tests.simulator import Variation, simulate

AREAS = pl.Series(np.round(10 ** np.random.default_rng(1).normal(5.4, 0.8, 100)))
IS_FILLED = pl.Series(np.arange(100) % 3 == 0)


def with_one(areas: pl.Series, value: float | None) -> pl.Series:
    return areas.zip_with(~IS_FILLED, pl.Series([value], dtype=areas.dtype))


def test_areas_that_were_filled_in_are_said() -> None:
    note = filled_note(with_one(AREAS, 35_542.0))

    assert note.startswith(
        "34 % of the areas are 35,542, so it seems that missing areas were filled"
    )


def test_a_long_table_is_looked_at_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filled_areas, "MOST_ROWS", 50)

    assert filled_note(with_one(AREAS, 35_542.0)).startswith("34 %")


def test_a_full_detector_is_said() -> None:
    limit = AREAS.quantile(0.7)

    assert "the detector was full" in filled_note(AREAS.clip(upper_bound=limit))


@pytest.mark.parametrize(
    "areas",
    [
        AREAS,
        with_one(AREAS, None),
        with_one(AREAS, 0.0),
        pl.Series([1e5] * 100),
        pl.concat([AREAS.head(90), pl.Series([5e4] * 10)]),
        pl.Series([3.0, 5.0, 8.0, 13.0] * 25),
        with_one(AREAS, 35_542.0).head(LEAST_ROWS - 1),
        pl.Series([], dtype=pl.Float64),
    ],
)
def test_usual_areas_are_not_said_to_be_filled_in(areas: pl.Series) -> None:
    assert filled_note(areas) == ""


def test_a_table_with_filled_areas_is_read_with_a_note(tmp_path: Path) -> None:
    table, path = simulate(Variation(seed=2)).table, tmp_path / "peaks.csv"
    notes: list[str] = []
    is_small = pl.col("Volume") < pl.col("Volume").quantile(0.3)
    table.with_columns(pl.when(is_small).then(1_000).otherwise("Volume").alias("Volume")).write_csv(
        path
    )

    read_peak_table(path, on_note=notes.append)

    assert any("missing areas were filled in" in note for note in notes)
