"""The expected share of wrong labels among true rows is never far below the real one."""

import numpy as np
import polars as pl
import pytest

from app.analysis.pipeline import analyze
from tests.simulator import Variation, simulate
from tests.unit.analysis.tables import SETTINGS, peaks

# It may promise two points too much, and be four points too careful where times are noisy.
TOO_SURE, TOO_CAREFUL = 0.02, 0.04


@pytest.mark.parametrize(
    "variation",
    [Variation(seed=1), Variation(seed=2, missing_parents=0.25), Variation(seed=3, noise_min=0.08)],
)
def test_it_promises_no_more_than_the_table_holds(variation: Variation) -> None:
    drawn = simulate(variation)
    columns = {"peak_area": drawn.table["Volume"], "anchor": drawn.table["Anchor"] == "T"}
    analysis = analyze(
        peaks(list(drawn.table.select("Name", "RT").iter_rows()), **columns), SETTINGS
    )
    called = analysis.rows.select("row", "call").join(
        drawn.truth.select("row", real="call"), on="row"
    )
    true = called.filter(pl.col("call") == "true")

    wrong = float(np.mean(true["real"].to_numpy() != "true"))
    assert analysis.false_discovery_rate is not None
    assert -TOO_SURE < analysis.false_discovery_rate - wrong < TOO_CAREFUL


def test_without_true_rows_there_is_none() -> None:
    assert analyze(peaks([("GM3(36:1;O2)", 10.6)]), SETTINGS).false_discovery_rate is None
