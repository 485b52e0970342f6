"""Names with a carbon too many or too few make a line beside the right one, which is no isomer."""

import re

import numpy as np
import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reporting.result import Analysis
from tests.simulator import Variation
from tests.simulator.masses import with_masses
from tests.unit.analysis.tables import SETTINGS, logistic, simulated

CARBONS = re.compile(r"\((\d+):")
SHARE = 0.3


@pytest.fixture(params=["porcine brain", "logistic"])
def table(request: pytest.FixtureRequest) -> pl.DataFrame:
    if request.param == "logistic":
        return logistic(0)
    return simulated(Variation(seed=2, has_anchors=False))


def misnamed(table: pl.DataFrame, carbons: int) -> pl.DataFrame:
    """A table in which three of ten names say more or fewer carbons."""
    is_wrong = np.random.default_rng(1).random(table.height) < SHARE
    names = [
        CARBONS.sub(lambda found: f"({int(found[1]) + carbons}:", name) if wrong else name
        for name, wrong in zip(table["name"], is_wrong.tolist(), strict=True)
    ]
    return table.with_columns(name=pl.Series(names))


def messages(found: Analysis) -> list[str]:
    return [each.message for each in found.warnings if each.code == "misnamed_lines"]


@pytest.mark.parametrize(("carbons", "words"), [(1, "a carbon too many"), (-1, "a carbon too few")])
def test_a_line_of_misnamed_peaks_is_doubted(carbons: int, words: str, table: pl.DataFrame) -> None:
    wrong = misnamed(table, carbons)
    found = analyze(wrong, SETTINGS)
    (warning,) = [each for each in found.warnings if each.code == "misnamed_lines"]
    assert words in warning.message
    doubted = found.rows.filter(pl.col("row").is_in(list(warning.rows)))
    assert doubted["call"].is_in(["ambiguous", "outlier"]).all()
    assert (doubted["confidence"] <= 0.5).all()
    assert doubted["reason"].str.contains("The ceramide in the name of this row").any()
    is_wrong = (wrong["name"] != table["name"]).gather(doubted["row"] - 1)
    assert is_wrong.sum() > doubted.height / 2


def test_lines_of_right_names_are_not_doubted(table: pl.DataFrame) -> None:
    assert not messages(analyze(table, SETTINGS))


def test_lines_are_not_doubted_where_carbons_hardly_retain() -> None:
    table = simulated(Variation(seed=2, has_reversed_classes=True, slope_min=-0.05, sugar_min=1.0))
    assert not messages(analyze(misnamed(table, 1), SETTINGS))


def test_names_with_the_mass_of_their_peak_are_not_doubted(table: pl.DataFrame) -> None:
    wrong = misnamed(table, 1)
    assert messages(analyze(wrong, SETTINGS))
    assert not messages(analyze(with_masses(wrong, wrong=0).peaks, SETTINGS))
