"""A table gets the same calls in any unit of time and on any gradient that stretches it."""

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.analysis.model.law import time_scale as time_scale_module
from app.analysis.model.law.time_scale import time_scale, usable_tolerance
from app.analysis.pipeline import analyze
from app.analysis.state.preparation.ion_groups import IonColumns, main_ions
from app.analysis.state.preparation.prepare import prepare
from tests.simulator import Variation
from tests.unit.analysis.tables import SETTINGS, peaks, simulated, warnings_by_code

# The same examples in every run: sums in another order move a row that lies on a threshold.
full = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)
cuts = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
seeds = st.integers(0, 10_000)
factors = st.floats(np.log(0.05), np.log(60)).map(lambda power: float(np.exp(power)))
shifts_min = st.floats(-30, 300)
COMPARED = ("call", "parent_row", "isomer", "rule")


def assert_same_calls(table: pl.DataFrame, factor: float, shift_min: float) -> None:
    """The calls of a table with other times, and a tolerance that is stretched as they are."""
    moved = table.with_columns(pl.col("rt_min") * factor + shift_min)
    stretched = replace(SETTINGS, rt_tolerance_min=SETTINGS.rt_tolerance_min * factor)
    expected, found = analyze(table, SETTINGS).rows, analyze(moved, stretched).rows
    assert found.select(COMPARED).equals(expected.select(COMPARED))
    assert found["confidence"].to_numpy() == pytest.approx(
        expected["confidence"].to_numpy(), abs=0.05
    )


@full
@example(seed=0, factor=0.05, shift_min=0.0, samples=1)
@example(seed=0, factor=60.0, shift_min=0.0, samples=3)
@given(seed=seeds, factor=factors, shift_min=shifts_min, samples=st.integers(1, 3))
def test_stretched_and_shifted_times_change_no_call(
    seed: int, factor: float, shift_min: float, samples: int
) -> None:
    table = simulated(Variation(seed=seed, wrong_anchors=2, missing_parents=0.2, samples=samples))

    assert_same_calls(table, factor, shift_min)


@cuts
@given(seed=seeds, size=st.integers(3, 40), factor=factors, shift_min=shifts_min)
def test_stretched_and_shifted_times_change_no_call_of_a_few_rows(
    seed: int, size: int, factor: float, shift_min: float
) -> None:
    table = simulated(Variation(seed=seed % 20)).sample(size, seed=seed)
    table = table.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))

    assert_same_calls(table, factor, shift_min)


@pytest.mark.parametrize("slope_min", [0.4, 1.0])
def test_the_scale_follows_the_slope_per_carbon(slope_min: float) -> None:
    usual, other = (
        prepare(simulated(variation), SETTINGS).arrays.time_scale
        for variation in (Variation(), Variation(slope_min=slope_min))
    )

    assert usual == pytest.approx(1.0, abs=0.15)
    assert (other < usual) is (slope_min < 0.7)


def test_peaks_that_all_elute_together_show_the_scale_of_the_tolerance() -> None:
    table = peaks([("GM3(36:1;O2)", 10.0), ("GM3(36:1;O2)", 10.0)])

    for tolerance in (0.1, 6.0):
        scale = time_scale(prepare(table, SETTINGS).arrays, tolerance)
        assert 0 < usable_tolerance(tolerance, scale) == tolerance


@pytest.mark.parametrize("factor", [60.0, 0.02])
def test_a_tolerance_of_another_scale_is_replaced_with_a_warning(factor: float) -> None:
    table = simulated(Variation())
    stretched = table.with_columns(pl.col("rt_min") * factor)

    assert "rt_tolerance_scale" not in warnings_by_code(table)
    assert "rt_tolerance_scale" in warnings_by_code(stretched)
    before, after = (analyze(one, SETTINGS).rows["call"].to_list() for one in (table, stretched))
    changed = sum(one != other for one, other in zip(before, after, strict=True))
    assert changed <= 0.02 * table.height


@pytest.mark.parametrize("factor", [1.0, 2 / 3, 1 / 7, 60.0])
def test_ions_exactly_the_tolerance_apart_are_one_species_at_any_scale(factor: float) -> None:
    cell, ion, isotope = np.array([0, 0]), np.array([1, 2]), np.array([0, 0])
    times, area = np.array([10.0, 10.1]) * factor, np.array([100.0, 50.0])
    columns = IonColumns(cell, ion, isotope, times, area, np.array([False, False]))

    assert main_ions(columns, 0.1 * factor).tolist() == [0, 0]


def test_chosen_peaks_of_a_cohort_show_the_scale_that_sorting_all_peaks_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arrays = prepare(simulated(Variation(samples=4)), SETTINGS).arrays
    monkeypatch.setattr(time_scale_module, "LEAST_PEAKS", 200)
    scales = []
    for many_peaks in (2, 10**9):
        monkeypatch.setattr(time_scale_module, "MANY_PEAKS", many_peaks)
        scales.append(time_scale(arrays, SETTINGS.rt_tolerance_min))
    assert scales[0] == scales[1]
