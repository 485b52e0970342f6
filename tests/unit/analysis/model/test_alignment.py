"""The drift of samples."""

import numpy as np
import polars as pl
import pytest

from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.state.preparation.prepare import prepare
from tests.simulator import Simulated, Variation, simulate
from tests.unit.analysis.tables import SETTINGS, initial_state, peaks, prefix_rows


def test_the_drift_of_a_sample_is_removed() -> None:
    rows = prefix_rows("GM3", 10.6) + prefix_rows("GM1", 10.1)
    shifts = {"A": 0.0, "B": 0.3, "C": -0.1}
    table = [(name, rt + shift) for shift in shifts.values() for name, rt in rows]
    samples = np.repeat(list(shifts), len(rows))

    arrays = initial_state(table, sample=samples).arrays

    drift = arrays.rt_min - arrays.time_min
    a, b, c = (drift[arrays.sample == number] for number in range(3))
    assert b - a == pytest.approx(0.3)
    assert c - a == pytest.approx(-0.1)


def aligned(table: pl.DataFrame) -> PeakArrays:
    rows = list(table.select("Name", "RT").iter_rows())
    return prepare(peaks(rows, peak_area=table["Volume"], sample=table["sample"]), SETTINGS).arrays


def scatter_of_species(simulated: Simulated) -> float:
    """How far nine in ten true peaks are at most from the mean of their species and isomer."""
    arrays = aligned(simulated.table)
    truth = simulated.truth.sort("row")[arrays.row.astype(np.int64) - 1]
    times = truth.with_columns(
        time=pl.Series(arrays.time_min), species=pl.Series(arrays.species)
    ).filter(pl.col("call") == "true")
    mean = pl.col("time").mean().over("species", "expected_rt_min")
    shared = pl.len().over("species", "expected_rt_min") > 1
    return float(times.filter(shared).select((pl.col("time") - mean).abs().quantile(0.9)).item())


@pytest.mark.parametrize("samples", [2, 5, 20])
@pytest.mark.parametrize("bend_min", [0.15, 0.4])
def test_a_drift_that_changes_along_the_gradient_is_removed(samples: int, bend_min: float) -> None:
    straight, bent = (
        scatter_of_species(simulate(Variation(seed=1, samples=samples, drift_bend_min=each)))
        for each in (0.0, bend_min)
    )
    assert bent < 2 * straight
    assert bent < bend_min / 2


@pytest.mark.parametrize("scale", [8.0, 60.0])
def test_a_curve_is_as_long_as_the_gradient(scale: float) -> None:
    usual, scaled = (
        aligned(simulate(Variation(seed=2, samples=5, drift_bend_min=0.3, time_scale=each)).table)
        for each in (1.0, scale)
    )
    drift, as_scaled = (each.rt_min - each.time_min for each in (usual, scaled))
    assert np.ptp(drift[usual.sample == 0]) > 0.1
    # Times are rounded to four digits.
    np.testing.assert_allclose(as_scaled / scale, drift, atol=0.01)


@pytest.mark.parametrize("samples", [2, 5, 20])
def test_a_drift_that_does_not_change_has_no_curve(samples: int) -> None:
    for seed in range(5):
        arrays = aligned(simulate(Variation(seed=seed, samples=samples)).table)
        drift = arrays.rt_min - arrays.time_min
        assert all(np.ptp(drift[arrays.sample == each]) < 1e-9 for each in range(samples))


def test_samples_that_share_few_species_have_no_curve() -> None:
    drawn = simulate(Variation(seed=5, samples=30)).table
    arrays = aligned(drawn.filter(pl.int_range(pl.len()).over("sample") < 20))

    drift = arrays.rt_min - arrays.time_min
    assert all(np.ptp(drift[arrays.sample == each]) < 1e-9 for each in range(arrays.samples))


def test_copies_of_a_table_have_no_drift() -> None:
    table = simulate(Variation(seed=4)).table
    copies = pl.concat([table.with_columns(sample=pl.lit(name)) for name in ("A", "B", "C")])

    arrays = aligned(copies)

    np.testing.assert_array_equal(arrays.time_min, arrays.rt_min)
