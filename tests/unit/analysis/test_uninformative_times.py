"""Times that follow no retention law confirm no label, and the result says so."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reporting.result import Analysis
from tests.simulator import Variation
from tests.unit.analysis.tables import SETTINGS, simulated

MostTimes = Callable[[pl.DataFrame], pl.Series]


def with_times(times_of: MostTimes, seed: int = 0) -> Analysis:
    """The analysis of a simulated table with 39 anchors and other times."""
    table = simulated(Variation(seed=seed))
    return analyze(table.with_columns(rt_min=times_of(table)), SETTINGS)


def shuffled(table: pl.DataFrame) -> pl.Series:
    return table["rt_min"].shuffle(seed=1)


def constant(table: pl.DataFrame) -> pl.Series:
    return pl.Series([8.07] * table.height)


def of_five(table: pl.DataFrame) -> pl.Series:
    return pl.Series(np.random.default_rng(1).choice([3.1, 5.2, 8.4, 9.9, 12.7], table.height))


def infused(table: pl.DataFrame) -> pl.Series:
    """All at one time, with the jitter of the middle of a long plateau."""
    return pl.Series(np.random.default_rng(1).normal(5, 0.01, table.height))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("times_of", [shuffled, constant, of_five, infused])
def test_times_that_do_not_follow_the_labels_confirm_none(times_of: MostTimes, seed: int) -> None:
    found = with_times(times_of, seed)
    (message,) = [one.message for one in found.warnings if one.code == "no_retention_law"]
    assert "they confirm no label" in message
    assert set(found.rows["call"]) <= {"ambiguous", "outlier", "invalid"}
    assert (found.rows["confidence"].drop_nulls() <= 0.5).all()
    ambiguous = found.rows.filter(pl.col("call") == "ambiguous")["reason"]
    assert ambiguous.str.contains("do not show whether a label is right", literal=True).all()


@pytest.mark.parametrize("step_min", [1.0, 1 / 30, -0.1])
def test_a_count_of_rows_confirms_no_label(step_min: float) -> None:
    table = simulated(Variation()).sort("name").drop("row").with_row_index("row", offset=1)
    counted = table.with_columns(rt_min=(40 + step_min * pl.col("row")).round(3))
    found = analyze(counted, SETTINGS)
    assert [one.code for one in found.warnings if "time" in one.code] == ["counted_times"]
    assert "true" not in found.rows["call"]


@pytest.mark.parametrize(("counted_samples", "is_warned"), [(6, True), (3, False)])
def test_the_times_of_a_cohort_in_blocks_are_a_count_if_those_of_all_samples_are(
    counted_samples: int, is_warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.analysis.evidence.peaks.peak_arrays.BLOCK", 1_000)
    table = simulated(Variation(samples=6))
    last = table["sample"].unique(maintain_order=True)[counted_samples - 1]
    is_counted = pl.col("row") <= table.filter(sample=last)["row"].max()
    times = pl.when(is_counted).then(pl.col("row") / 60).otherwise("rt_min")
    found = analyze(table.with_columns(rt_min=times), SETTINGS)
    assert ("counted_times" in {one.code for one in found.warnings}) == is_warned


@pytest.mark.parametrize("rows", [8, 12, 25])
@pytest.mark.parametrize("step_min", [1.0, 1 / 60, 0.25, -0.5])
def test_a_count_of_few_rows_confirms_no_label(rows: int, step_min: float) -> None:
    table = simulated(Variation())[:rows]
    found = analyze(table.with_columns(rt_min=40 + step_min * pl.col("row")), SETTINGS)
    assert "counted_times" in {one.code for one in found.warnings}
    assert "true" not in found.rows["call"]


@pytest.mark.parametrize("step_min", [1.0, 1 / 60])
def test_a_homologous_series_with_steps_of_one_minute_or_second_is_a_count(step_min: float) -> None:
    names = [f"GM3({carbons}:1;O2)" for carbons in range(34, 42)]
    series = simulated(Variation())[:8].with_columns(
        name=pl.Series(names), rt_min=step_min * pl.col("row"), log_p=None
    )
    assert "counted_times" in {one.code for one in analyze(series, SETTINGS).warnings}


def test_a_homologous_series_with_one_step_is_no_count() -> None:
    names = [f"GM3({carbons}:1;O2)" for carbons in range(30, 46)]
    table = simulated(Variation())[: len(names)]
    series = table.with_columns(name=pl.Series(names), rt_min=5 + 0.5 * pl.col("row"), log_p=None)
    found = analyze(series, SETTINGS)
    assert not {"counted_times", "no_retention_law"} & {one.code for one in found.warnings}
    assert "true" in found.rows["call"]


@pytest.mark.parametrize(
    "variation",
    [
        Variation(),
        Variation(noise_min=0.08, missing_parents=0.25),
        Variation(warp_min=0.8, warp_width_min=0.3, wrong_anchors=3),
    ],
)
def test_the_times_of_a_run_are_not_warned_of(variation: Variation) -> None:
    codes = {one.code for one in analyze(simulated(variation), SETTINGS).warnings}
    assert not {"counted_times", "no_retention_law"} & codes
