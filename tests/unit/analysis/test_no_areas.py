"""Rows without an area are judged by what else there is."""

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reporting.result import Analysis
from app.analysis.settings import AnalysisSettings
from tests.simulator import Variation, simulate
from tests.unit.analysis.tables import simulated

SAYS = "It has no area, so it is judged without one."


def without(table: pl.DataFrame, every: int) -> pl.DataFrame:
    """The peaks of which every so many-th, from the first on, has no area."""
    return table.with_columns(peak_area=pl.when((pl.col("row") - 1) % every != 0).then("peak_area"))


@pytest.fixture(scope="module", params=[1, 3])
def analysis(request: pytest.FixtureRequest) -> Analysis:
    return analyze(without(simulated(Variation(seed=5)), request.param), AnalysisSettings())


def test_most_calls_are_right_and_sure_ones_are_not_wrong(analysis: Analysis) -> None:
    truth = simulate(Variation(seed=5)).truth.select("row", right=pl.col("call"))
    rows = analysis.rows.join(truth, on="row")
    assert rows.select((pl.col("call") == pl.col("right")).mean()).item() > 0.95
    sure = rows.filter(pl.col("confidence") >= 0.9)
    assert sure.height > 100
    assert sure.select((pl.col("right") == "true").mean()).item() > 0.98


def test_each_row_says_that_it_has_no_area_and_no_number_is_lost(analysis: Analysis) -> None:
    rows = analysis.rows
    assert rows["reason"].str.contains(SAYS, literal=True).equals(rows["peak_area"].is_null())
    numbers = rows.select(pl.selectors.float()).fill_null(0.0)
    assert numbers.select(pl.all_horizontal(pl.all().is_finite().all())).item()
    known = rows.filter(pl.col("call") == "true", pl.col("peak_area").is_not_null())
    assert known["consolidated_volume"].null_count() == 0


def test_a_species_of_unknown_area_that_a_blank_has_may_be_background() -> None:
    table = simulated(Variation(seed=5))
    confirmed = analyze(table, AnalysisSettings()).rows.filter(pl.col("call") == "true")
    row = confirmed["row"][0]
    blank = table.filter(pl.col("row") == row).with_columns(
        sample=pl.lit("blank"), sample_role=pl.lit("blank"), row=pl.lit(table.height + 1, pl.UInt32)
    )
    unknown = pl.when(pl.col("row") != row).then("peak_area")
    both = pl.concat([table.with_columns(peak_area=unknown), blank])
    found = analyze(both, AnalysisSettings()).rows.row(row - 1, named=True)
    assert found["call"] == "ambiguous"
    assert "a blank has the same peak" in found["reason"]
