"""A fragment elutes where its parent is expected, even if no peak of the table is that parent."""

import numpy as np
import polars as pl
import pytest

from app.analysis.evidence.explaining.unpicked_parents import UnpickedParents
from app.analysis.pipeline import analyze
from tests.simulator import Variation, simulate
from tests.simulator.logistic import Gradient, draw
from tests.unit.analysis.tables import SETTINGS, initial_state, peaks, simulated

SEEDS = range(6)


def test_a_species_that_a_peak_is_already_has_no_fragments_elsewhere() -> None:
    arrays = initial_state([("GD1(36:1;O2)", 9.2), ("GM3(36:1;O2)", 9.1)]).arrays
    names = arrays.names["species"].to_list()
    # The first species is the parent that is expected where the second peak elutes.
    parent_of = np.array([0 if name.startswith("GD1") else -1 for name in names])
    place = np.array([1])
    parents = UnpickedParents(place, np.array([0]), np.array([3.0]), parent_of, kinds=1)

    found = parents.without(arrays, arrays.species, np.array([0.8, 0.9]))

    assert parents.by_time(2).tolist() == [0.0, 3.0]
    assert found.by_time(2) == pytest.approx([0.0, 3.0 * 0.2])


def test_a_peak_is_a_fragment_of_what_was_not_picked_only_if_no_peak_is_that() -> None:
    table = simulated(Variation(seed=1, missing_parents=0.4))
    rows = analyze(table, SETTINGS).rows
    is_parent = (pl.col("species") == "GT1(42:1;O2)") & (pl.col("call") == "true")
    parent = rows.filter(is_parent).row(0, named=True)
    # Two standard deviations off: it is the species, and nothing elutes with it at the gate.
    assert parent["residual_min"] > 0.06
    stray = peaks([("GM1(42:1;O2)", parent["predicted_rt_min"])], peak_area=[1e4])

    assert _call_of_first(stray, table.filter(pl.col("row") != parent["row"])) == "fragment"
    assert _call_of_first(stray, table) == "outlier"


def test_two_fragments_that_elute_together_speak_for_the_parent_that_was_not_picked() -> None:
    table = simulated(Variation(seed=1, missing_parents=0.4))
    others = table.filter(pl.col("name") != "GD1(41:1;O2)")
    rows = analyze(table, SETTINGS).rows.filter(pl.col("isomer") == "late")
    at = rows.filter(pl.col("species") == "GD1(41:1;O2)")["predicted_rt_min"].item() + 0.02

    assert _calls(others, GM1=at) == ["outlier"]
    assert _calls(others, GD3=at + 0.004) == ["outlier"]
    assert _calls(others, GM1=at, GD3=at + 0.004) == ["fragment", "fragment"]
    # They are fragments of one parent only if they elute with it, and so with each other.
    assert _calls(others, GM1=at, GD3=at - 0.09) == ["outlier", "outlier"]


def test_the_reason_names_the_parent_that_was_not_picked_where_one_is_likely() -> None:
    table = simulated(Variation(seed=1, missing_parents=0.4))
    rows = analyze(table, SETTINGS).rows
    is_parent = (pl.col("species") == "GD1(37:1;O2)") & (pl.col("isomer") == "early")
    parent = rows.filter(is_parent).row(0, named=True)
    stray = peaks([("GM1(37:1;O2)", parent["predicted_rt_min"])], peak_area=[3e4])

    found = _with(stray, table.filter(pl.col("row") != parent["row"]))

    assert found["call"][0] == "fragment"
    assert (
        "at the time expected of the early isomer of GD1(37:1;O2), which can give it by loss of "
        "sugars and was not picked." in found["reason"][0]
    )
    is_of_unpicked = (pl.col("call") == "fragment") & pl.col("parent_row").is_null()
    named = rows.filter(is_of_unpicked)["reason"].str.contains(
        "which can give it by loss of sugars"
    )
    assert named.any()
    # Where several parents may be the one, none is named.
    assert not named.all()


@pytest.mark.parametrize("law", ["porcine brain", "logistic"])
def test_fragments_are_found_though_many_parents_were_not_picked(law: str) -> None:
    found = [_recalls(*(_brain if law == "porcine brain" else _logistic)(seed)) for seed in SEEDS]
    of_fragments, of_outliers = np.mean(found, axis=0)
    assert of_fragments >= 0.905
    assert of_outliers >= 0.955


def _call_of_first(*parts: pl.DataFrame) -> str:
    """The call of the first row of some tables, one after another."""
    return str(_with(*parts)["call"][0])


def _calls(table: pl.DataFrame, **time_of_prefix: float) -> list[str]:
    """The calls of small peaks of the ceramide 41:1 beside those of a table."""
    labels = [(f"{prefix}(41:1;O2)", time_min) for prefix, time_min in time_of_prefix.items()]
    rows = _with(peaks(labels, peak_area=[3e4] * len(labels)), table)
    return rows["call"].head(len(labels)).to_list()


def _with(*parts: pl.DataFrame) -> pl.DataFrame:
    """The analysed rows of some tables, one after another."""
    table = pl.concat(parts).with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))
    return analyze(table, SETTINGS).rows


def _brain(seed: int) -> tuple[pl.DataFrame, pl.Series]:
    variation = Variation(seed=seed, missing_parents=0.4)
    return simulated(variation), simulate(variation).truth["call"]


def _logistic(seed: int) -> tuple[pl.DataFrame, pl.Series]:
    table, truth = draw(Gradient(seed=seed, missing_parents=0.4))
    columns = {"peak_area": table["Volume"], "anchor": table["Anchor"] == "T"}
    return peaks(list(table.select("Name", "RT").iter_rows()), **columns), truth["call"]


def _recalls(table: pl.DataFrame, truth: pl.Series) -> tuple[float, float]:
    """The shares of fragments and of outliers that are called so."""
    called = analyze(table, SETTINGS).rows["call"].to_numpy()
    of_fragments, of_outliers = (
        float(np.mean(called[truth.to_numpy() == one] == one)) for one in ("fragment", "outlier")
    )
    return of_fragments, of_outliers
