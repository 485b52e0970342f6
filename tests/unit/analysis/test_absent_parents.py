"""Labels of in-source fragments whose parents have no row are not taken for species."""

import numpy as np
import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reporting.result import Analysis
from tests.simulator import Variation
from tests.simulator.masses import with_masses
from tests.simulator.variation import HILIC
from tests.unit.analysis.tables import SETTINGS, logistic, numbered, simulated

CODES = {"lines_of_fragments", "fragments_alone"}
# What each class can lose sugars to, largest first, with the share of the area.
FRAGMENTS = {
    "GD1": {"GM1": 0.2, "GM2": 0.05, "GM3": 0.02},
    "GT1": {"GD1": 0.2, "GM1": 0.1, "GD2": 0.05, "GD3": 0.04, "GM2": 0.03, "GM3": 0.02},
    "GD2": {"GM2": 0.2, "GD3": 0.1, "GM3": 0.05},
}
APART_SD_MIN, RATIO_SD = 0.006, 0.3


def fragments_of(table: pl.DataFrame, parents: list[str], seed: int = 0) -> pl.DataFrame:
    """The fragments of the species of some classes, which are not in the table themselves."""
    random = np.random.default_rng(seed)
    species = analyze(table, SETTINGS).rows.filter(pl.col("call") == "true")["row"]
    rows = table.filter(pl.col("row").is_in(species.to_list()))
    parts = [
        rows.filter(pl.col("name").str.starts_with(parent + "(")).with_columns(
            name=pl.col("name").str.replace(parent, label), share=pl.lit(share)
        )
        for parent in parents
        for label, share in FRAGMENTS[parent].items()
    ]
    found = pl.concat(parts)
    ratio = found["share"].to_numpy() * 10 ** random.normal(0, RATIO_SD, found.height)
    return numbered(
        found.with_columns(
            rt_min=pl.col("rt_min") + random.normal(0, APART_SD_MIN, found.height),
            peak_area=pl.col("peak_area") * ratio,
        ).drop("share")
    )


def codes(found: Analysis) -> set[str]:
    return CODES & {warning.code for warning in found.warnings}


def confirmed(found: Analysis) -> pl.DataFrame:
    return found.rows.filter((pl.col("call") == "true") | (pl.col("confidence") > 0.5))


@pytest.mark.parametrize(
    "parents", [["GD1"], ["GT1"], ["GD2"], ["GD1", "GT1"], ["GD1", "GD2", "GT1"]]
)
def test_fragments_alone_confirm_no_label(parents: list[str]) -> None:
    for table in (simulated(Variation(seed=1)), logistic(1)):
        found = analyze(fragments_of(table, parents), SETTINGS)
        assert codes(found) == {"fragments_alone"}
        assert confirmed(found).is_empty()
        open_rows = found.rows.filter(pl.col("call") == "ambiguous")
        assert open_rows["reason"].str.contains("in-source fragment of a heavier").any()
        assert found.rows["call"].is_in(["fragment"]).any()


def test_masses_and_anchors_do_not_vouch_for_fragments() -> None:
    """A fragment has the mass of its label, and who marks it takes it for the species."""
    table = fragments_of(simulated(Variation(seed=1)), ["GD1"])
    marked = table.with_columns(anchor=pl.col("row") % 4 == 0)
    for each in (marked, with_masses(table, wrong=0).peaks):
        found = analyze(each, SETTINGS)
        assert codes(found) == {"fragments_alone"}
        assert confirmed(found).is_empty()


def test_a_line_of_fragments_beside_that_of_species_is_doubted() -> None:
    """A list of GM alone has the fragments of GD1 at its time, which look like isomers of GM1."""
    table = simulated(Variation(seed=2))
    own = table.filter(pl.col("name").str.contains(r"^GM[123]\("))
    found = analyze(numbered(pl.concat([own, fragments_of(table, ["GD1"])])), SETTINGS)
    (warning,) = [each for each in found.warnings if each.code in CODES]
    assert warning.code == "lines_of_fragments"
    assert "the early isomer of GM1" in warning.message
    doubted = found.rows.filter(pl.col("row").is_in(list(warning.rows)))
    assert (doubted["call"] == "ambiguous").all()
    assert (doubted["row"] > own.height).sum() > 0.9 * doubted.height
    sure = found.rows.filter((pl.col("call") == "true") & (pl.col("confidence") >= 0.9))
    assert sure.height
    assert (sure["row"] <= own.height).all()


@pytest.mark.parametrize(
    "variation",
    [
        Variation(),
        Variation(noise_min=0.015, seed=2),
        Variation(missing_parents=0.25, seed=3),
        Variation(class_shift_min=0.3, column=3),
        Variation(has_reversed_classes=True),
        Variation(samples=3),
        HILIC,
    ],
)
def test_species_are_not_doubted(variation: Variation) -> None:
    assert not codes(analyze(simulated(variation), SETTINGS))


def test_species_of_another_law_are_not_doubted() -> None:
    for seed in range(3):
        assert not codes(analyze(logistic(seed), SETTINGS))


def test_classes_that_elute_together_are_not_doubted() -> None:
    """GM1 and GD3, without any other class: both can be fragments of GD1, but they scatter more."""
    table = simulated(Variation(seed=1))
    together = table.filter(pl.col("name").str.contains(r"^(GM1|GD3)\("))
    assert not codes(analyze(numbered(together), SETTINGS))
