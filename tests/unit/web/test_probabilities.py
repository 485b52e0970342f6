"""The three probabilities of a row, in whole percent."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.probabilities import (
    IN_DOUBT,
    Probabilities,
    probabilities,
    rows_in_doubt,
)
from tests.perf.accuracy import read_table

NAMES = ("p_true", "p_fragment", "p_virtual", "p_ion", "p_unpicked_ion", "p_other")


def _notes(*shares: float | None) -> pl.LazyFrame:
    return pl.LazyFrame(
        {"row": [3], **{name: [it] for name, it in zip(NAMES, shares, strict=True)}}
    )


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((0.0, 0.7, 0.3, 0.0, 0.0, 0.0), (0, 100, 0)),
        ((1 / 3, 1 / 3, 0.0, 0.0, 0.0, 1 / 3), (34, 33, 33)),
        ((0.005, 0.0, 0.0, 0.4, 0.59, 0.005), (1, 99, 0)),
        ((0.996, 0.001, 0.001, 0.001, 0.0, 0.001), (100, 0, 0)),
    ],
)
def test_they_add_up_to_100(shares: tuple[float, ...], expected: tuple[int, int, int]) -> None:
    found = probabilities(_notes(*shares), [3])
    assert found == {3: Probabilities(*expected)}
    assert sum(found[3]) == 100


def test_a_row_that_was_not_judged_has_none() -> None:
    assert probabilities(_notes(*[None] * 6), [3]) == {}


def test_notes_of_an_earlier_version_lack_other_ions() -> None:
    notes = _notes(0.2, 0.5, 0.1, 0.0, 0.0, 0.2).drop("p_ion", "p_unpicked_ion")
    assert probabilities(notes, [3]) == {3: Probabilities(20, 60, 20)}
    assert probabilities(notes.drop("p_other"), [3]) == {3: Probabilities(25, 75, 0)}


def test_rows_in_doubt_are_those_of_the_filter_and_are_counted_by_the_notes_alone(
    tmp_path: Path,
) -> None:
    table = analyze(read_table(example_table()), AnalysisSettings())
    table.notes.write_parquet(tmp_path / "notes.parquet")
    which = RowFilter(ranges=IN_DOUBT)
    expected = which.apply(table.rows.lazy(), table.notes.lazy).select(pl.len()).collect().item()

    assert expected > 0
    assert rows_in_doubt(tmp_path / "notes.parquet") == expected
