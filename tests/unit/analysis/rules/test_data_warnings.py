"""What is said of the data beside the calls, and how samples are aligned."""

import numpy as np
import polars as pl
import pytest

from app.analysis.example import porcine_brain as brain
from app.analysis.pipeline import analyze
from app.analysis.state.data_warning import DataWarning
from tests.simulator import Variation, simulate
from tests.unit.analysis.tables import SETTINGS, initial_state, peaks


def law(prefix: str, at_36: float, count: int = 17) -> list[tuple[str, float]]:
    """A prefix with its first ceramides, as the law has it."""
    names = brain.species_table({prefix: at_36}).head(count)
    return list(names.select("name", "rt_min").iter_rows())


def warnings(table: pl.DataFrame) -> dict[str, DataWarning]:
    return {warning.code: warning for warning in analyze(table, SETTINGS).warnings}


def test_log_p_off_the_trend_of_its_composition_is_reported_and_changes_no_call() -> None:
    table = simulate(Variation(seed=4)).table
    columns = {"peak_area": table["Volume"], "anchor": table["Anchor"] == "T"}
    rows = list(table.select("Name", "RT").iter_rows())
    right = peaks(rows, log_p=table["Log P"], **columns)
    wrong = right.with_columns(
        log_p=pl.when(pl.col("row").is_in([5, 9])).then(pl.col("log_p") + 0.5).otherwise("log_p")
    )

    assert "log_p_off_trend" not in warnings(right)
    assert warnings(wrong)["log_p_off_trend"].rows == (5, 9)
    calls = [analyze(t, SETTINGS).rows["call"] for t in (right, wrong)]
    assert calls[0].equals(calls[1])


def test_disialo_fragments_of_the_early_gd1_speak_against_the_labels() -> None:
    early, late = ([("GD1" + n[3:], t) for n, t in law("GT1", at)] for at in (9.14, 9.65))
    others = law("GM3", 10.6) + law("GM1", 10.1) + law("GD3", 10.13)

    def fragments_of(rows: list[tuple[str, float]]) -> list[tuple[str, float]]:
        return [("GD3" + name[3:], rt + 0.002) for name, rt in rows[:12]]

    right = warnings(peaks([*early, *late, *others, *fragments_of(late)]))
    wrong = warnings(peaks([*early, *late, *others, *fragments_of(early)]))

    assert "isomer_order" not in right
    assert "12 disialo fragments" in wrong["isomer_order"].message


def test_a_samples_drift_is_taken_out() -> None:
    rows = law("GM3", 10.6) + law("GM1", 10.1)
    shifts = {"A": 0.0, "B": 0.3, "C": -0.1}
    table = [(name, rt + shift) for shift in shifts.values() for name, rt in rows]
    samples = np.repeat(list(shifts), len(rows))

    arrays = initial_state(table, sample=samples).arrays

    drift = arrays.rt_min - arrays.time_min
    a, b, c = (drift[arrays.sample == number] for number in range(3))
    assert b - a == pytest.approx(0.3)
    assert c - a == pytest.approx(-0.1)


def test_each_sample_is_called_on_its_own() -> None:
    rows = law("GM3", 10.6) + law("GM1", 10.1) + law("GT1", 8.7)
    fragment = ("GM3(36:1;O2)", 8.702)
    table = peaks(
        [*rows, *rows, fragment, fragment],
        sample=["A"] * len(rows) + ["B"] * len(rows) + ["A", "B"],
        peak_area=[1e6] * (2 * len(rows)) + [2e4] * 2,
    )

    called = analyze(table, SETTINGS).rows

    parents = called.tail(2)["parent_row"]
    assert called.tail(2)["call"].to_list() == ["fragment", "fragment"]
    assert [called["sample"][row - 1] for row in parents] == ["A", "B"]
