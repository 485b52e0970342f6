"""What a gradient bends moves all classes alike, and the law learns it where the peaks show it."""

import dataclasses

import numpy as np
import pytest
from msgspec.structs import replace

from app.analysis.example.example_table import example_table
from app.analysis.library.law_of_run import law_of
from app.analysis.model.law.bend import Bend
from app.analysis.model.law.spline_basis import SplineBasis
from app.analysis.pipeline import analyze, run_rules
from app.analysis.reporting.kept_model import decode_model, encode_model
from app.analysis.reporting.models import OF_GRADIENT
from app.analysis.settings import AnalysisSettings
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.targets.standards import standards
from app.analysis.targets.targets import targets
from tests.perf.accuracy import read_table
from tests.simulator import Variation
from tests.unit.analysis.tables import SETTINGS, simulated

PLATEAU = Variation(warp_min=0.8, warp_width_min=0.3)


def fitted(variation: Variation) -> AnalysisState:
    return run_rules(simulated(variation), SETTINGS)


@pytest.mark.parametrize("seed", [0, 1])
def test_about_the_plateau_of_a_gradient_peaks_scatter_no_more_than_elsewhere(seed: int) -> None:
    plain, bent = (
        fitted(dataclasses.replace(each, seed=seed)).model for each in (Variation(), PLATEAU)
    )

    assert plain is not None
    assert bent is not None
    assert bent.bend is not None
    assert bent.peak_sd_min < 1.5 * plain.peak_sd_min


def test_its_intervals_hold_as_many_species_as_they_say() -> None:
    inside, species = 0, 0
    for seed in range(4):
        model = fitted(dataclasses.replace(PLATEAU, seed=seed)).model
        assert model is not None
        predicted, sd_min = model.predict_left_out()
        off = np.abs(model.training["rt_min"] - predicted)
        inside += int((off <= 1.96 * sd_min).sum())
        species += len(off)

    assert 0.93 <= inside / species <= 0.98


@pytest.mark.parametrize("variation", [Variation(), Variation(warp_min=0.6), Variation(seed=1)])
def test_a_gradient_that_hardly_bends_keeps_the_straight_law(variation: Variation) -> None:
    model = fitted(variation).model

    assert model is not None
    assert model.bend is None


def test_the_example_keeps_the_straight_law() -> None:
    model = run_rules(read_table(example_table()), AnalysisSettings()).model

    assert model is not None
    assert model.bend is None


@pytest.mark.parametrize("factor", [0.05, 60.0])
def test_stretched_times_change_no_call(factor: float) -> None:
    table = simulated(PLATEAU)
    moved = table.with_columns(rt_min=table["rt_min"] * factor + 3)
    stretched = replace(SETTINGS, rt_tolerance_min=SETTINGS.rt_tolerance_min * factor)

    expected, found = analyze(table, SETTINGS).rows, analyze(moved, stretched).rows

    assert found["call"].equals(expected["call"])


def test_the_order_of_the_rows_changes_no_call() -> None:
    table = simulated(PLATEAU).with_row_index("place")
    other = table.sample(fraction=1.0, shuffle=True, seed=1)

    expected, found = (
        analyze(each.drop("place").with_columns(row=table["row"]), SETTINGS).rows["call"]
        for each in (table, other)
    )

    assert found.equals(expected.gather(other["place"]))


def test_the_report_says_what_the_equation_leaves_out() -> None:
    plain, bent = (analyze(simulated(each), SETTINGS).models for each in (Variation(), PLATEAU))

    assert not plain["equation"].str.contains(OF_GRADIENT, literal=True).any()
    assert bent["equation"].str.contains(OF_GRADIENT, literal=True).all()


def test_what_is_kept_of_the_model_predicts_the_same_to_the_last_bit() -> None:
    analysis = analyze(simulated(PLATEAU), SETTINGS)
    assert analysis.kept_model is not None
    assert analysis.kept_model.model.bend is not None
    content = encode_model(analysis.kept_model)

    kept = decode_model(content)

    assert encode_model(kept) == content
    for made in (targets, standards):
        assert made(kept, analysis.stored).equals(made(analysis.kept_model, analysis.stored))


def test_a_library_keeps_the_straight_law() -> None:
    state = fitted(PLATEAU)
    assert state.model is not None
    law, training = law_of(state.model, state.arrays.time_scale), state.model.training

    predicted = law.predict(training, state.model.levels)

    straight = state.model.straight_mean(state.model.design(training))
    assert np.allclose(predicted, straight, atol=1e-6)
    bent = state.model.mean(state.model.design(training))
    assert np.allclose(state.model.bent_times(straight), bent, atol=0.01)


def test_bent_times_are_straightened_again_within_the_run_and_beyond() -> None:
    bend = Bend(np.ones(1), 0.0, SplineBasis(2.0, 9.0, 8))
    bends, times_min = 0.2 * np.sin(np.arange(bend.size)), np.linspace(0.0, 11.0, 50)

    straightened = bend.straight(bend.bent(times_min, bends), bends)

    assert bend.rises(bends)
    assert straightened == pytest.approx(times_min, abs=0.002)


def test_times_that_would_be_swapped_are_no_bend() -> None:
    bend = Bend(np.ones(1), 0.0, SplineBasis(2.0, 9.0, 8))

    assert not bend.rises(np.where(np.arange(bend.size) == 4, -3.0, 0.0))
