"""The simulator is held to the figures it claims; accuracy on it is worth no more than they are."""

import polars as pl
import pytest

from app.analysis.example import porcine_brain as brain
from app.analysis.names.grammar import parse_species
from app.analysis.names.sugar_losses import LOSABLE_SUGARS
from tests.simulator import Simulated, Variation, simulate


@pytest.fixture(scope="module")
def cohort() -> Simulated:
    return simulate(Variation(samples=100, drift_min=0.0))


def test_a_seed_gives_one_table() -> None:
    first, again, other = (simulate(Variation(seed=seed)) for seed in (1, 1, 2))
    assert first.table.equals(again.table)
    assert first.truth.equals(again.truth)
    assert not first.table.equals(other.table)


def test_the_mix_of_rows_is_that_of_porcine_brain(cohort: Simulated) -> None:
    mix = dict(cohort.truth["call"].value_counts(normalize=True).iter_rows())
    assert mix == pytest.approx({"true": 0.50, "fragment": 0.21, "outlier": 0.29}, abs=0.03)
    assert 250 < cohort.table.height / 100 < 350
    assert (cohort.table["Anchor"] == "T").sum() / cohort.table.height == pytest.approx(
        0.15, abs=0.02
    )


def test_true_rows_scatter_about_the_model_by_the_given_noise(cohort: Simulated) -> None:
    rows = pl.concat([cohort.table, cohort.truth], how="horizontal")
    off = rows.filter(pl.col("call") == "true").select(pl.col("RT") - pl.col("expected_rt_min"))
    assert off.to_series().std() == pytest.approx(brain.RT_SD_MIN, rel=0.05)
    assert set(rows.filter(pl.col("Anchor") == "T")["call"]) == {"true"}


def test_a_fragment_lost_sugars_of_its_parent_and_elutes_with_it(cohort: Simulated) -> None:
    rows = pl.concat([cohort.table, cohort.truth], how="horizontal")
    fragments = rows.filter(pl.col("parent_row").is_not_null())
    pairs = fragments.join(rows, left_on="parent_row", right_on="row", suffix="_parent")
    assert pairs.height == rows.filter(pl.col("call") == "fragment").height
    assert (pairs["sample"] == pairs["sample_parent"]).all()
    assert (pairs["Volume"] < pairs["Volume_parent"]).all()
    assert (pairs["RT"] - pairs["RT_parent"]).std() == pytest.approx(0.009, rel=0.05)
    for child, parent in pairs.select("Name", "Name_parent").unique().iter_rows():
        losses = [
            getattr(parse_species(parent), sugar) - getattr(parse_species(child), sugar)
            for sugar in LOSABLE_SUGARS
        ]
        assert min(losses) >= 0 < sum(losses)


def test_an_outlier_is_far_from_every_isomer_of_its_label(cohort: Simulated) -> None:
    rows = pl.concat([cohort.table, cohort.truth], how="horizontal")
    outliers = rows.filter(pl.col("call") == "outlier")
    assert ((outliers["RT"] - outliers["expected_rt_min"]).abs() > 5 * brain.RT_SD_MIN).all()


def test_a_missing_parent_leaves_its_fragments() -> None:
    truth = simulate(Variation(samples=100, missing_parents=0.25)).truth
    fragments = truth.filter(pl.col("call") == "fragment")
    assert fragments["parent_row"].null_count() / fragments.height == pytest.approx(0.25, abs=0.03)


def test_each_sample_has_the_given_number_of_wrong_anchors() -> None:
    simulated = simulate(Variation(samples=5, wrong_anchors=3))
    rows = pl.concat([simulated.table, simulated.truth], how="horizontal")
    wrong = rows.filter((pl.col("Anchor") == "T") & (pl.col("call") == "outlier"))
    assert wrong.group_by("sample").len()["len"].to_list() == [3] * 5


def test_a_share_of_names_cannot_be_parsed() -> None:
    truth = simulate(Variation(samples=20, unparsable=0.1)).truth
    assert (truth["call"] == "invalid").mean() == pytest.approx(0.1, abs=0.01)


def test_columns_can_be_missing() -> None:
    table = simulate(Variation(has_anchors=False, has_log_p=False)).table
    assert table.columns == ["Name", "RT", "Volume"]


def test_samples_drift_apart() -> None:
    simulated = simulate(Variation(samples=200, drift_min=0.2))
    rows = pl.concat([simulated.table, simulated.truth], how="horizontal")
    true = rows.filter(pl.col("call") == "true")
    drift = true.group_by("sample").agg((pl.col("RT") - pl.col("expected_rt_min")).mean())
    assert drift["RT"].std() == pytest.approx(0.2, rel=0.2)


@pytest.mark.parametrize(("slope_min", "gap_min", "warp_min"), [(0.4, 0.15, 0.0), (1.0, 0.6, 1.0)])
def test_the_gradient_is_that_of_the_variation(
    slope_min: float, gap_min: float, warp_min: float
) -> None:
    rows = simulate(Variation(samples=20, slope_min=slope_min, gap_min=gap_min, warp_min=warp_min))
    joined = pl.concat([rows.table, rows.truth], how="horizontal")
    true = joined.filter(pl.col("call") == "true")
    expected = dict(true.unique("Name").select("Name", "expected_rt_min").iter_rows())
    early, late = (
        true.filter((pl.col("Name") == "GD1(38:1;O2)") & (pl.col("isomer") == isomer))
        for isomer in "ab"
    )
    bend = 1 + warp_min / 4 / 1.5  # the steepest a sigmoid of that height and width can add
    gap = late["expected_rt_min"][0] - early["expected_rt_min"][0]
    assert gap_min * 0.95 < gap < gap_min * 1.15 * bend
    per_carbon = (expected["GM3(39:1;O2)"] - expected["GM3(37:1;O2)"]) / 2
    assert slope_min * 0.999 < per_carbon < slope_min * 1.001 * bend
