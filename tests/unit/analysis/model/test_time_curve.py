"""An isocratic run is judged in straightened times, and its results are in measured ones."""

import numpy as np
import pytest
from msgspec.structs import replace

from app.analysis.evidence.peaks.time_curve import TimeCurve
from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze, run_rules
from app.analysis.reporting.kept_model import decode_model, encode_model
from app.analysis.reporting.result import Analysis
from app.analysis.settings import AnalysisSettings
from app.analysis.state.curve_warnings import CODE
from app.analysis.targets.standards import standards
from app.analysis.targets.targets import targets
from tests.perf.accuracy import analyzed, read_table
from tests.simulator import Simulated, Variation, simulate
from tests.simulator.isocratic import isocratic
from tests.unit.analysis.tables import SETTINGS, simulated

PLATEAU = Variation(warp_min=0.8, warp_width_min=0.3)


@pytest.fixture(scope="module")
def drawn() -> Simulated:
    return isocratic(simulate(Variation(seed=301)), 20)


@pytest.fixture(scope="module")
def analysis(drawn: Simulated) -> Analysis:
    return analyzed(drawn.table)


def test_its_calls_are_nearly_those_of_the_straight_run(
    drawn: Simulated, analysis: Analysis
) -> None:
    right = (analysis.rows["call"] == drawn.truth["call"]).to_numpy()

    assert right.mean() > 0.95


def test_its_intervals_hold_in_measured_times_and_are_wider_late_in_the_run(
    drawn: Simulated, analysis: Analysis
) -> None:
    rows = analysis.rows.filter(drawn.truth["call"] == "true")
    is_inside = rows["rt_min"].is_between(rows["interval_low_min"], rows["interval_high_min"])
    width_min = (rows["interval_high_min"] - rows["interval_low_min"]).to_numpy()
    early, late = np.quantile(rows["rt_min"].to_numpy(), [0.2, 0.9])

    assert is_inside.to_numpy().mean() >= 0.93
    is_late, is_early = (rows["rt_min"] > late).to_numpy(), (rows["rt_min"] < early).to_numpy()
    assert np.median(width_min[is_late]) > 3 * np.median(width_min[is_early])


def test_the_residual_is_the_difference_from_the_prediction(analysis: Analysis) -> None:
    rows = analysis.rows.filter(analysis.rows["residual_min"].is_not_null())

    off_min = (rows["rt_min"] - rows["predicted_rt_min"] - rows["residual_min"]).to_numpy()

    assert np.abs(off_min).max() < 1e-9


def test_a_warning_says_so_and_no_library_is_made(analysis: Analysis) -> None:
    assert [one.code for one in analysis.warnings].count(CODE) == 1
    assert analysis.make_law() is None


@pytest.mark.parametrize("variation", [Variation(), Variation(seed=1), PLATEAU])
def test_a_run_with_a_gradient_has_no_curve(variation: Variation) -> None:
    assert run_rules(simulated(variation), SETTINGS).curve is None


def test_the_example_has_no_curve() -> None:
    assert run_rules(read_table(example_table()), AnalysisSettings()).curve is None


@pytest.mark.parametrize("factor", [0.05, 60.0])
def test_stretched_times_change_no_call(
    drawn: Simulated, analysis: Analysis, factor: float
) -> None:
    peaks = read_table(drawn.table)
    moved = peaks.with_columns(rt_min=peaks["rt_min"] * factor)
    stretched = replace(SETTINGS, rt_tolerance_min=SETTINGS.rt_tolerance_min * factor)

    found = analyze(moved, stretched).rows["call"]

    assert found.equals(analysis.rows["call"])


def test_targets_are_predicted_in_measured_times(drawn: Simulated, analysis: Analysis) -> None:
    kept = analysis.kept_model
    assert kept is not None
    found = targets(kept, analysis.stored)["predicted_rt_min"]
    first, last = drawn.table["RT"].min(), drawn.table["RT"].max()

    assert kept.model.curve is not None
    assert found.is_between(first, last).to_numpy().mean() > 0.9
    again = decode_model(encode_model(kept))
    for made in (targets, standards):
        assert made(again, analysis.stored).equals(made(kept, analysis.stored))


@pytest.mark.parametrize("log_rise", [-2.0, 0.5, 3.0])
def test_straight_times_are_measured_again(log_rise: float) -> None:
    curve, times_min = TimeCurve(2.0, 9.0, log_rise), np.linspace(1.9, 9.1, 50)

    measured, sd_min = curve.measured_with_sd(times_min, np.full(50, 1e-4))

    assert curve.straight(measured) == pytest.approx(times_min)
    assert sd_min == pytest.approx(1e-4 * np.gradient(measured, times_min), rel=0.1)


def test_times_far_beyond_the_run_stay_numbers() -> None:
    curve = TimeCurve(2.0, 2.1, 4.5)

    assert np.isfinite(curve.measured(np.array([-1e6, 1e6]))).all()


def test_peaks_that_all_elute_together_show_no_curve() -> None:
    table = simulated(Variation())

    state = run_rules(table.with_columns(rt_min=0.0 * table["rt_min"] + 5.0), SETTINGS)

    assert state.curve is None
