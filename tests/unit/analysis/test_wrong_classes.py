"""Names whose classes the chemistry contradicts are not confirmed, and the result says so."""

import re

import numpy as np
import polars as pl
import pytest

from app.analysis.pipeline import analyze, run_rules
from app.analysis.reporting.explanations import explanations, notes, prefix_verdicts
from app.analysis.reporting.result import Analysis
from tests.simulator import Variation
from tests.simulator.masses import with_masses
from tests.unit.analysis.tables import SETTINGS, logistic, numbered, simulated

CODES = {"classes_without_effect", "classes_out_of_order", "exchanged_classes"}
# Classes under the names of others, so that neither more nor fewer sugars elute early.
ORDER = ("GM3", "GT1", "GM2", "GQ1", "GM1", "GP1", "GD3", "GD1", "GD2")
RENAMED = dict(zip(ORDER, (*ORDER[1:], ORDER[0]), strict=True))


def renamed(table: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    """A table in which some classes have the name of others."""
    new = [names.get(name[:3], name[:3]) + name[3:] for name in table["name"]]
    return table.with_columns(name=pl.Series(new))


def with_random_classes(table: pl.DataFrame, seed: int) -> pl.DataFrame:
    """A table whose ceramides are right, but whose classes are those of any row."""
    names = table["name"].to_list()
    classes = np.random.default_rng(seed).permutation([re.split(r"[+(]", n)[0] for n in names])
    new = [found + name[3:] for found, name in zip(classes, names, strict=True)]
    return table.with_columns(name=pl.Series(new))


def codes(found: Analysis) -> set[str]:
    return CODES & {warning.code for warning in found.warnings}


def confirmed(found: Analysis) -> set[str]:
    """The classes that have a row with more than 50 %, or one called a species or a fragment."""
    is_sure = pl.col("call").is_in(["true", "fragment"]) | (pl.col("confidence") > 0.5)
    return set(found.rows.filter(is_sure)["name"].str.slice(0, 3))


@pytest.mark.parametrize("seed", range(3))
def test_random_classes_confirm_no_label(seed: int) -> None:
    for table in (simulated(Variation(seed=seed)), logistic(seed)):
        found = analyze(with_random_classes(table, seed), SETTINGS)
        assert "classes_without_effect" in codes(found)
        assert not confirmed(found)


@pytest.mark.parametrize("seed", range(3))
def test_classes_that_follow_no_order_of_sugars_confirm_no_label(seed: int) -> None:
    found = analyze(renamed(simulated(Variation(seed=seed)), RENAMED), SETTINGS)
    (message,) = [one.message for one in found.warnings if one.code == "classes_out_of_order"]
    assert "nor in the reversed order" in message
    assert not confirmed(found)


@pytest.mark.parametrize("seed", range(3))
def test_classes_whose_fragments_are_larger_than_their_parents_are_named(seed: int) -> None:
    found = analyze(renamed(logistic(seed), {"GM2": "GT1", "GT1": "GM2"}), SETTINGS)
    (message,) = [one.message for one in found.warnings if one.code == "exchanged_classes"]
    assert "The labels of GM2 and GT1 may be exchanged" in message
    assert not confirmed(found) & {"GM2", "GT1"}


def test_an_exchange_of_classes_puts_no_other_class_in_doubt() -> None:
    found = analyze(renamed(logistic(0), {"GM1": "GT1", "GT1": "GM1"}), SETTINGS)
    (warning,) = [one for one in found.warnings if one.code in CODES]
    assert warning.code == "exchanged_classes"
    assert confirmed(found) == {"GM2", "GM3", "GD1", "GD2", "GD3", "GT3", "GQ1"}
    doubted = found.rows.filter(pl.col("row").is_in(warning.rows), pl.col("call") == "ambiguous")
    assert doubted["reason"].str.contains("puts the labels of .* in doubt").all()


@pytest.mark.parametrize(
    "variation",
    [
        Variation(),
        Variation(noise_min=0.2),
        Variation(warp_min=0.8, warp_width_min=0.3, missing_parents=0.25),
        Variation(has_reversed_classes=True),
        Variation(has_reversed_classes=True, slope_min=-0.3),
        Variation(class_shift_min=0.3, column=3),
        Variation(samples=3),
    ],
)
def test_right_classes_are_not_doubted(variation: Variation) -> None:
    found = analyze(simulated(variation), SETTINGS)
    assert not codes(found)
    assert len(confirmed(found)) >= 8


def test_classes_that_elute_together_are_not_doubted() -> None:
    """GM1 and GD3 elute at one time on porcine brain: they explain nothing, and rightly so."""
    table = simulated(Variation(samples=1, noise_min=0.08))
    together = table.filter(pl.col("name").str.contains("^(GM1|GD3|GM2)"))
    assert not codes(analyze(numbered(together), SETTINGS))


@pytest.mark.parametrize("seed", range(3))
def test_pairs_of_rows_of_one_area_say_nothing_of_an_exchange(seed: int) -> None:
    exchange = {"GM2": "GT1", "GT1": "GM2"}
    table = renamed(logistic(seed), exchange).with_columns(peak_area=pl.lit(1e5))
    warnings = analyze(table, SETTINGS).warnings
    messages = [one.message for one in warnings if one.code == "exchanged_classes"]
    assert all(
        "0 pairs of peaks that elute together fit only so, 0 only" in one for one in messages
    )


@pytest.mark.parametrize("other", [{"GM1": "GT1"}, {"GM2": "GD2"}, {"GM1": "GD1"}, {"GD1": "GT1"}])
def test_an_exchange_of_near_classes_leaves_no_row_of_them_sure(other: dict[str, str]) -> None:
    ((one, two),) = other.items()
    found = analyze(renamed(simulated(Variation(seed=1)), {one: two, two: one}), SETTINGS)
    (message,) = [each.message for each in found.warnings if each.code == "exchanged_classes"]
    assert f"The labels of {' and '.join(sorted((one, two)))} may be exchanged" in message
    sure = found.rows.filter((pl.col("confidence") >= 0.9) & (pl.col("call") == "true"))
    names = set(sure["name"].str.slice(0, 3))
    assert names
    assert not names & {one, two}


def test_a_row_whose_class_is_in_doubt_is_no_surer_of_its_label_than_its_confidence() -> None:
    exchanged = renamed(simulated(Variation(seed=1)), {"GM1": "GT1", "GT1": "GM1"})
    found = analyze(exchanged, SETTINGS)
    kinds = ["p_true", "p_fragment", "p_virtual", "p_ion", "p_unpicked_ion", "p_other"]
    rows = found.rows.join(found.notes.select("row", *kinds), on="row").drop_nulls("p_true")
    assert rows["p_true"].to_list() == rows["confidence"].to_list()
    assert rows.select(pl.sum_horizontal(kinds)).to_series().to_list() == pytest.approx(
        [1.0] * rows.height
    )
    doubted = rows.filter((pl.col("call") == "ambiguous") & pl.col("prefix").is_in(["GM1", "GT1"]))
    assert doubted.height
    assert doubted["p_true"].max() <= 0.5  # type: ignore[operator]
    reasons = set(doubted["reason"].to_list())
    assert reasons == {
        f"A warning about the data puts the labels of {prefix} in doubt, so this one is neither "
        "confirmed nor rejected."
        for prefix in ("GM1", "GT1")
    }


def test_a_class_under_the_name_of_one_that_is_missing_is_named() -> None:
    """GQ1 elutes long after a GT2 of the same table would."""
    table = simulated(Variation(seed=1)).filter(~pl.col("name").str.starts_with("GM3"))
    found = analyze(numbered(renamed(table, {"GQ1": "GM3"})), SETTINGS)
    (message,) = [each.message for each in found.warnings if each.code == "exchanged_classes"]
    assert re.search("The peaks with labels of GM3 may be G[QP]", message)
    assert "GM3" not in confirmed(found)


def test_each_row_says_how_likely_its_class_is_named_right() -> None:
    state = run_rules(simulated(Variation()), SETTINGS)
    sentences = explanations(notes(state), prefix_verdicts(state)).filter(pl.col("rule") == 10)
    said = (
        "is the right name of this class is (more than )?9[0-9.]+ %; the likeliest other name is G"
    )
    assert sentences.filter(pl.col("verdict") == "true")["sentence"].str.contains(said).all()


def test_one_class_alone_is_as_likely_named_right_as_before() -> None:
    table = simulated(Variation()).filter(pl.col("name").str.starts_with("GM1("))
    state = run_rules(numbered(table), SETTINGS)
    assert state.class_probability == {"GM1": pytest.approx(0.995, abs=0.001)}


def test_masses_that_fit_tell_the_class() -> None:
    table = simulated(Variation()).filter(pl.col("name").str.contains("^(GM1|GD3)[(]"))
    weighed = with_masses(numbered(table), wrong=0).peaks
    assert set(run_rules(numbered(table), SETTINGS).class_probability) == {"GM1", "GD3"}
    assert not run_rules(weighed, SETTINGS).class_probability


def test_fragments_of_a_class_that_was_not_picked_speak_of_no_exchange() -> None:
    """GM3 and GM2 of one GD1 elute together, GM3 is larger, and GD1 is not in the table."""
    table = simulated(Variation())
    parents = table.filter(pl.col("name").str.starts_with("GD1("))
    kept = table.filter(pl.col("name").str.starts_with("GM"))
    of_parents = [
        parents.with_columns(
            name=pl.col("name").str.replace("GD1", fragment),
            rt_min=pl.col("rt_min") + late_min,
            peak_area=pl.col("peak_area") * share,
            anchor=pl.lit(value=False),
        )
        for fragment, late_min, share in (("GM3", 0.002, 0.1), ("GM2", -0.002, 0.03))
    ]
    found = analyze(numbered(pl.concat([kept, *of_parents])), SETTINGS)
    assert not codes(found)
    assert {"GM1", "GM2", "GM3"} <= confirmed(found)
