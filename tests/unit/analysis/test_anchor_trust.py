"""A mark that nearly every row of a table has says nothing about any of them."""

import math

import numpy as np
import polars as pl
import pytest

from app.analysis.evidence.explaining.anchor_trust import anchor_log_odds
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.pipeline import analyze
from tests.simulator import Variation
from tests.unit.analysis.tables import SETTINGS, initial_state, simulated


def marked(anchors: int, rows: int) -> PeakArrays:
    """The peaks of a table of one class, the first of which are anchors."""
    names = [(f"GM3({30 + number % 20}:1;O2)", 5 + 0.1 * number) for number in range(rows)]
    return initial_state(names, anchor=[number < anchors for number in range(rows)]).arrays


@pytest.mark.parametrize(("anchors", "rows"), [(3, 20), (1, 3), (2, 8), (49, 323)])
def test_a_few_anchors_are_trusted_as_those_of_porcine_brain(anchors: int, rows: int) -> None:
    assert anchor_log_odds(marked(anchors, rows)) == pytest.approx(math.log(19), abs=0.2)


@pytest.mark.parametrize("rows", [3, 5, 8, 40, 300])
def test_marks_on_all_rows_add_almost_nothing(rows: int) -> None:
    assert 0 <= anchor_log_odds(marked(rows, rows)) < math.log(1.5)


def test_marks_on_nearly_all_rows_add_little() -> None:
    assert anchor_log_odds(marked(19, 20)) < math.log(1.5)


def test_what_the_labels_show_outweighs_the_usual_shares() -> None:
    arrays = marked(30, 100)
    right, wrong = np.arange(100) < 60, np.arange(100) >= 30
    assert anchor_log_odds(arrays, right.astype(float)) > math.log(19)
    assert anchor_log_odds(arrays, wrong.astype(float)) < 0


@pytest.mark.parametrize("rows", [3, 8])
def test_small_tables_of_anchors_alone_are_rarely_confirmed_wrongly(rows: int) -> None:
    """Cuts of simulated tables: half of their rows have a wrong label, and all are marked."""
    sure = []
    for seed in range(6):
        table = simulated(Variation(seed=seed)).sample(rows, seed=seed, shuffle=True)
        cut = table.with_columns(
            anchor=pl.lit(True),
            row=pl.int_range(1, rows + 1, dtype=pl.UInt32),
        )
        sure += (analyze(cut, SETTINGS).rows["confidence"] >= 0.9).to_list()
    assert np.mean(sure) < 0.2
