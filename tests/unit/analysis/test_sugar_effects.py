"""Columns on which sugars delay a ganglioside, and classes lie many carbons apart."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from app.analysis.pipeline import analyze, run_rules
from app.analysis.reading.peak_table import read_peak_table
from tests.simulator import Variation, simulate
from tests.simulator.variation import HILIC
from tests.unit.analysis.tables import SETTINGS, simulated

# The shares of the true rows that are found, and of sure rows that are wrong.
LEAST, MOST = 0.93, 0.02


@pytest.mark.parametrize("has_anchors", [True, False])
@pytest.mark.parametrize("seed", [41, 42, 43])
def test_classes_of_hilic_are_found(seed: int, has_anchors: bool) -> None:
    variation = replace(HILIC, seed=seed, has_anchors=has_anchors)
    truth, found = simulate(variation).truth, analyze(simulated(variation), SETTINGS)
    is_true, is_sure = truth["call"] == "true", found.rows["confidence"] >= 0.9
    assert int((found.rows["call"].filter(is_true) == "true").sum()) >= LEAST * int(is_true.sum())
    assert int((is_sure & ~is_true).sum()) <= MOST * int(is_sure.sum())
    said = {warning.code: warning.message for warning in found.warnings}
    assert said.keys() <= {"few_anchors", "o_acetylation", "other_column"}
    assert "as one of another column, such as HILIC" in said["other_column"]


def test_hydroxyls_without_effect_are_no_fault_on_hilic() -> None:
    found = analyze(simulated(replace(HILIC, seed=43, sugar_min=2.0)), SETTINGS)
    assert "hydroxyls_without_effect" not in {warning.code for warning in found.warnings}
    assert (found.rows["call"] == "true").sum() > found.rows.height / 3


@pytest.mark.parametrize(
    "column",
    [
        Variation(),
        Variation(has_anchors=False),
        Variation(noise_min=0.08),
        Variation(class_shift_min=0.3, column=3),
    ],
)
def test_a_reversed_phase_keeps_the_usual_effects(column: Variation) -> None:
    model = run_rules(simulated(column), SETTINGS).model
    assert model is not None
    assert model.has_usual_sugars


def test_porcine_brain_keeps_the_usual_effects(porcine_brain: Path) -> None:
    model = run_rules(read_peak_table(porcine_brain), SETTINGS).model
    assert model is not None
    assert model.has_usual_sugars


def test_classes_with_wrong_names_are_not_taken_for_hilic() -> None:
    """A reversed phase whose classes have each other's names has no effect of sugars at all."""
    others = {"GM3": "GT1", "GT1": "GM3", "GM1": "GQ1", "GQ1": "GM1", "GD1": "GM2", "GM2": "GD1"}
    table = simulated(Variation(seed=1))
    core = pl.col("name").str.extract(r"^(G[A-Z]\d)")
    renamed = table.with_columns(name=core.replace(others) + pl.col("name").str.slice(len("GM1")))
    found = analyze(renamed, SETTINGS)
    assert {warning.code for warning in found.warnings} & {
        "classes_out_of_order",
        "exchanged_classes",
    }
    assert not ((found.rows["call"] == "true") & (found.rows["confidence"] >= 0.9)).any()
