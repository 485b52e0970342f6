"""Rule 10, on tables small enough to check by hand."""

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from tests.simulator import Variation, simulate
from tests.unit.analysis.tables import LADDER, SETTINGS, called, noise_free, peaks, prefix_rows


def test_two_peaks_of_a_name_with_one_isomer_are_not_both_true() -> None:
    rows = [*noise_free(LADDER), ("GM1(36:1;O2)", 10.12)]

    doubled = called(rows).filter(pl.col("name") == "GM1(36:1;O2)")

    assert (doubled["call"] == "true").sum() <= 1


def test_rule_10_adds_a_fragments_volume_to_its_root_parent_once() -> None:
    rows = [*noise_free(LADDER), ("GM3(36:1;O2)", 8.702), ("GM1(36:1;O2)", 8.699)]
    areas = [1e6] * len(rows)
    areas[-2:] = [2e4, 3e4]

    found = called(rows, peak_area=areas)

    parent = found.filter(pl.col("name") == "GT1(36:1;O2)").row(0, named=True)
    fragments = found.tail(2)
    assert fragments["call"].to_list() == ["fragment", "fragment"]
    assert fragments["parent_row"].to_list() == [parent["row"]] * 2
    assert parent["consolidated_volume"] == pytest.approx(1.05e6)
    assert fragments["consolidated_volume"].null_count() == 2


def test_rule_10_is_confident_of_right_rows_and_rejects_wrong_ones() -> None:
    simulated = simulate(Variation(seed=3))
    table = simulated.table
    columns = {"peak_area": table["Volume"], "anchor": table["Anchor"] == "T"}

    rows = called(list(table.select("Name", "RT").iter_rows()), **columns)

    joined = rows.join(simulated.truth.select("row", truth="call"), on="row")
    means = dict(joined.group_by("truth").agg(pl.col("confidence").mean()).iter_rows())
    assert means["true"] > 0.9
    assert means["outlier"] < 0.1


def test_each_sample_is_called_on_its_own() -> None:
    rows = prefix_rows("GM3", 10.6) + prefix_rows("GM1", 10.1) + prefix_rows("GT1", 8.7)
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
