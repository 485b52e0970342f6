"""The expected share of wrong labels among true rows is close to the real one."""

import numpy as np
import polars as pl
import pytest

from app.analysis.pipeline import analyze, run_rules
from app.analysis.reporting.false_discoveries import LEAST_TRUE, false_discovery_rate
from app.analysis.reporting.result import Analysis
from tests.simulator import Simulated, Variation, simulate
from tests.simulator.isobars import with_isobars
from tests.unit.analysis.tables import SETTINGS, peaks, simulated

# What the estimate may miss the real share by, in the mean of a few tables.
NEAR = 0.02
SEEDS = 4


def analysis_of(drawn: Simulated) -> Analysis:
    columns = {"peak_area": drawn.table["Volume"], "anchor": drawn.table["Anchor"] == "T"}
    names_and_times = list(drawn.table.select("Name", "RT").iter_rows())
    return analyze(peaks(names_and_times, **columns), SETTINGS)


def share_of_wrong(analysis: Analysis, drawn: Simulated) -> float:
    real = drawn.truth.select("row", real="call")
    true = analysis.rows.filter(pl.col("call") == "true").join(real, on="row")
    return float(np.mean(true["real"].to_numpy() != "true"))


@pytest.mark.parametrize(
    "variation",
    [
        Variation(),
        Variation(missing_parents=0.25),
        Variation(noise_min=0.08),
        Variation(warp_min=0.8, warp_width_min=0.3),
        Variation(outliers_anywhere=True),
        Variation(outliers_anywhere=True, noise_min=0.08),
        Variation(outliers_anywhere=True, warp_min=0.8, warp_width_min=0.3),
    ],
)
def test_it_is_near_the_real_share(variation: Variation) -> None:
    expected, wrong = [], []
    for seed in range(SEEDS):
        drawn = simulate(Variation(**{**vars(variation), "seed": seed}))
        analysis = analysis_of(drawn)
        expected.append(analysis.false_discovery_rate or 0.0)
        wrong.append(share_of_wrong(analysis, drawn))

    assert abs(np.mean(expected) - np.mean(wrong)) < NEAR


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_isobars_beside_species_that_are_there_are_not_counted(share: float) -> None:
    """They lie near their species, but another peak is the species."""
    expected, wrong = [], []
    for seed in range(SEEDS):
        table = simulate(Variation(seed=seed))
        drawn = with_isobars(table, share, np.random.default_rng(seed))
        analysis = analysis_of(drawn)
        expected.append(analysis.false_discovery_rate or 0.0)
        wrong.append(share_of_wrong(analysis, drawn))

    assert abs(np.mean(expected) - np.mean(wrong)) < NEAR


def test_labels_that_keep_away_from_their_species_are_not_taken_for_wrong_ones_accepted() -> None:
    """Beside each other, tables whose wrong labels lie anywhere and nowhere near are told apart."""
    away, near = (
        np.mean([estimated(outliers_anywhere=anywhere, seed=seed) for seed in range(6)])
        for anywhere in (False, True)
    )

    assert away < 0.0175 < near


def estimated(*, outliers_anywhere: bool, seed: int) -> float:
    noisy = Variation(seed=seed, noise_min=0.08, outliers_anywhere=outliers_anywhere)
    return analysis_of(simulate(noisy)).false_discovery_rate or 0.0


def test_it_does_not_depend_on_the_order_of_the_rows() -> None:
    table = simulated(Variation(seed=1))
    other = table.sample(fraction=1.0, shuffle=True, seed=2)
    other = other.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))

    one, two = (run_rules(each, SETTINGS).accepted_decoys for each in (table, other))

    assert one is not None
    assert one == two


def test_rejected_rows_tell_how_many_wrong_ones_were_accepted() -> None:
    calls = ["true"] * 200 + ["outlier"] * 90
    rows = pl.DataFrame({"call": calls, "rule": 1, "confidence": 0.9})

    assert false_discovery_rate(rows, 0.1) == pytest.approx(10 / 200)


def test_what_a_person_called_does_not_count() -> None:
    calls = ["true"] * 200 + ["outlier"] * 90
    rows = pl.DataFrame({"call": calls, "rule": [1] * 200 + [0] * 90, "confidence": 0.9})

    assert false_discovery_rate(rows, 0.1) == 0.0


@pytest.mark.parametrize(("true", "decoys"), [(LEAST_TRUE - 1, 0.1), (LEAST_TRUE, None)])
def test_a_smaller_table_is_judged_by_its_confidences(true: int, decoys: float | None) -> None:
    calls = ["true"] * true + ["outlier"] * 50
    rows = pl.DataFrame({"call": calls, "rule": 1, "confidence": 0.97})

    assert false_discovery_rate(rows, decoys) == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("true", "confidence"), [(1, 0.999), (5, 0.98), (20, 0.99), (LEAST_TRUE - 1, 0.95)]
)
def test_with_too_few_true_rows_there_is_no_estimate(true: int, confidence: float) -> None:
    """By chance the share of wrong ones varies by more than two points."""
    rows = pl.DataFrame({"call": ["true"] * true, "rule": 1, "confidence": confidence})

    assert false_discovery_rate(rows, 0.01) is None


def test_without_true_rows_there_is_none() -> None:
    assert analyze(peaks([("GM3(36:1;O2)", 10.6)]), SETTINGS).false_discovery_rate is None
