"""Unexplained peaks that lie near the species of their label are learnt from the table."""

import numpy as np
import polars as pl

from app.analysis.evidence.explaining.near_misses import USUAL_SHARE, log_nearness, near_share
from app.analysis.pipeline import analyze, run_rules
from app.analysis.state.analysis_state import AnalysisState
from tests.perf.accuracy import read_table
from tests.simulator import Simulated, Variation, simulate
from tests.simulator.isobars import with_isobars
from tests.unit.analysis.tables import SETTINGS

RUN_MIN = 10.0


def test_the_density_of_unexplained_peaks_stays_a_density() -> None:
    off_min = np.linspace(-RUN_MIN / 2, RUN_MIN / 2, 10_001)

    density = np.exp(log_nearness(off_min, 0.3, RUN_MIN, 1.0)) / RUN_MIN

    assert np.isclose(np.trapezoid(density, off_min), 1, atol=1e-3)


def test_without_a_share_peaks_lie_anywhere() -> None:
    assert (log_nearness(np.array([0.0, 0.2, 4.0]), 0.0, RUN_MIN, 1.0) == 0).all()


def test_the_share_is_that_of_the_table() -> None:
    random = np.random.default_rng(1)
    anywhere, near = random.uniform(-5, 5, 4_000), random.normal(0, 0.3, 1_000)
    both = np.concatenate([anywhere, near])

    found = [near_share(off, np.ones(len(off)), RUN_MIN, 1.0) for off in (anywhere, both)]

    assert found[0] < USUAL_SHARE
    assert np.isclose(found[1], 0.2, atol=0.03)


def test_a_table_in_another_unit_of_time_has_the_same_share() -> None:
    off_min = np.random.default_rng(2).normal(0, 1, 200)

    minutes, seconds = (near_share(off_min * x, np.ones(200), RUN_MIN * x, x) for x in (1.0, 60.0))

    assert np.isclose(minutes, seconds)


def test_no_peak_shows_the_usual_share() -> None:
    assert np.isclose(near_share(np.zeros(0), np.zeros(0), RUN_MIN, 1.0), USUAL_SHARE)


def judged(drawn: Simulated) -> AnalysisState:
    return run_rules(read_table(drawn.table), SETTINGS)


def test_isobars_beside_their_species_are_seldom_taken_for_it() -> None:
    wrong = confirmed = 0
    for seed in range(4):
        plain = simulate(Variation(seed=seed))
        drawn = with_isobars(plain, 0.5, np.random.default_rng(seed))
        truth = drawn.truth.select("row", call_right="call")
        rows = analyze(read_table(drawn.table), SETTINGS).stored.select("row", "call")
        true = rows.filter(pl.col("call") == "true").join(truth, on="row")
        wrong += true.filter(pl.col("call_right") != "true").height
        confirmed += true.height

    assert wrong < 0.03 * confirmed


def test_isobars_show_in_the_share_of_the_table() -> None:
    plain = simulate(Variation(seed=5))
    beside = with_isobars(plain, 0.5, np.random.default_rng(5))

    shares = [judged(one).mixture for one in (plain, beside)]

    assert [one is not None for one in shares] == [True, True]
    low, high = (one.near_share for one in shares if one is not None)
    assert low < 0.1 < high


def test_an_isobar_has_a_row_of_its_own() -> None:
    plain = simulate(Variation(seed=6))
    beside = with_isobars(plain, 1.0, np.random.default_rng(6))

    added = beside.truth[plain.truth.height :]

    assert added.height == plain.truth.filter(pl.col("call") == "true").height
    assert set(added["call"]) == {"outlier"}
    assert beside.truth["row"].to_list() == list(range(1, beside.table.height + 1))
