"""What repeats in every sample at the same place is one observation about the place."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from tests.simulator import Variation
from tests.simulator.cuts import jittered_copies
from tests.unit.analysis.tables import SETTINGS, simulated

COPIES = 3
# A peak whose single table misses its threshold by so little may change sides by the jitter.
CLEARLY_OFF = 3.0


def copies(table: pl.DataFrame, jitter_min: float, seed: int = 0) -> pl.DataFrame:
    """The same table as several samples, whose times differ a little."""
    return jittered_copies(table, COPIES, jitter_min, np.random.default_rng(seed))


def test_copies_of_a_table_get_its_calls() -> None:
    table = simulated(Variation(seed=3, missing_parents=0.2, wrong_anchors=2))

    one, several = (analyze(each, SETTINGS).rows["call"] for each in (table, copies(table, 0.0)))

    assert several.to_list() == COPIES * one.to_list()


@pytest.mark.parametrize("seed", range(3))
def test_an_outlier_that_repeats_in_every_sample_stays_one(porcine_brain: Path, seed: int) -> None:
    table = read_peak_table(porcine_brain)
    one = analyze(table, SETTINGS).rows

    rows = analyze(copies(table, 0.005, seed), SETTINGS).rows

    wrong = pl.concat([one.select(once="call", off="studentised_residual")] * COPIES)
    gained = rows.hstack(wrong).filter(pl.col("call") == "true", pl.col("once") != "true")
    assert gained.filter(pl.col("off").abs() > CLEARLY_OFF).is_empty()
