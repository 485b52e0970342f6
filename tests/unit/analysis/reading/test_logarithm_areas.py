"""Areas that are logarithms or centred values are noticed when a table is read."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.peaks.logarithm_areas import LEAST_ROWS, logarithm_note
from tests.simulator import Variation, simulate

AREAS = pl.Series(10 ** np.random.default_rng(1).normal(5.4, 0.8, 200))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (AREAS.log(2), "as logarithms do"),
        (AREAS.log10(), "as logarithms do"),
        (AREAS.log(), "as logarithms do"),
        (AREAS.log(2) - 18.0, "below 0"),
        ((AREAS - AREAS.mean()) / AREAS.std(), "below 0"),
    ],
)
def test_what_is_no_area_is_said(values: pl.Series, said: str) -> None:
    assert said in logarithm_note(values)


@pytest.mark.parametrize(
    "values",
    [
        AREAS,
        AREAS / AREAS.sum(),
        AREAS / 1e4,
        100 * AREAS / AREAS.sum(),
        AREAS.head(LEAST_ROWS - 1).log(2),
        pl.Series([12.5] * 200),
        pl.Series([2.5, 4.5, 6.5] * 70),
        pl.Series(range(2, 10), dtype=pl.Float64).sample(200, with_replacement=True, seed=1),
        AREAS.scatter(3, -4.0),
        pl.Series([None] * 200, dtype=pl.Float64),
        pl.Series([0.0] * 200),
    ],
)
def test_areas_are_not_taken_for_logarithms(values: pl.Series) -> None:
    assert logarithm_note(values) == ""


def notes_of(table: pl.DataFrame, path: Path) -> list[str]:
    found: list[str] = []
    table.write_csv(path)
    read_peak_table(path, on_note=found.append)
    return found


def test_a_table_of_log2_areas_is_read_with_a_note(tmp_path: Path) -> None:
    table = simulate(Variation(seed=2)).table
    of_log2 = table.with_columns(Volume=table["Volume"].log(2).round(3))

    notes, of_areas = (notes_of(one, tmp_path / "peaks.csv") for one in (of_log2, table))

    assert [note for note in notes if note not in of_areas] == [
        note for note in notes if "as logarithms do" in note
    ]
    assert len(notes) == len(of_areas) + 1
