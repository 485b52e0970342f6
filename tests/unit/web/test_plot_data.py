"""The data of plots, the steps of the rules and the equations, from rows without a server."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist

import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.quantities.standards import parse_standard
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from app.storage import Folder
from app.web.features.results.address import ALL_CLASSES, PlotView
from app.web.features.results.column_facts import column_facts
from app.web.features.results.equations import split_equations
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.plots.composition import composition
from app.web.features.results.plots.distribution import BINS, MOST_POINTS, distribution
from app.web.features.results.plots.scatter import scatter_plot
from app.web.features.results.rows import Result
from app.web.features.results.rule_steps import rule_steps
from app.web.http.faults.errors import QueryError

ALL = RowFilter()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stored tables of an analysis of the example, with a row that cannot be used."""
    root: Path = tmp_path_factory.mktemp("result")
    table = root / "example.csv"
    lines = example_table().write_csv()
    _, *others = lines.splitlines()[1].split(",")
    table.write_text(lines + ",".join(["no lipid", *others]) + "\n")
    found = analyze(read_peak_table(table), AnalysisSettings())
    (root / "key").mkdir()
    found.rows.write_parquet(root / "key" / "rows.parquet")
    found.notes.write_parquet(root / "key" / "notes.parquet")
    found.models.write_parquet(root / "key" / "models.parquet")
    return root


@pytest.fixture(scope="module")
def result(folder: Path) -> Result:
    return Result(Folder(folder), "key")


class OtherRows(Result):
    """A result with other rows than the stored ones."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self._rows = rows

    def rows(self) -> pl.LazyFrame:
        return self._rows.lazy()


def _rows(result: Result, **which: str) -> pl.DataFrame:
    return result.matching(RowFilter(**which)).collect()


def test_observed_stands_against_predicted(result: Result) -> None:
    plot = scatter_plot(result, ALL, PlotView(plot="observed", x="log_p"))
    assert (plot.x, plot.y, plot.spread) == ("predicted_rt_min", "rt_min", False)
    places = {point[2]: point[:2] for series in plot.series for point in series.points}
    rows = _rows(result).drop_nulls("predicted_rt_min")
    expected = rows.select("row", pl.col("predicted_rt_min").round(5), pl.col("rt_min").round(5))
    assert places == {row: (x, y) for row, x, y in expected.iter_rows()}


def test_lines_lead_to_parents_that_are_shown(result: Result) -> None:
    stored = _rows(result).drop_nulls("parent_row").select("row", "parent_row").rows()
    assert stored
    for plot in ("retention", "residuals", "observed", "chromatogram"):
        assert sorted(scatter_plot(result, ALL, PlotView(plot=plot)).links) == stored
    assert scatter_plot(result, ALL, PlotView(lines="none")).links == []
    assert scatter_plot(result, RowFilter(call="fragment"), PlotView()).links == []
    with pytest.raises(QueryError, match="use one of chosen, all, none"):
        PlotView(lines="some")


def test_all_classes_have_a_line_or_a_reason(result: Result) -> None:
    plot = scatter_plot(result, ALL, PlotView(band=ALL_CLASSES))
    drawn = {band.prefix for band in plot.bands}
    assert plot.every_class
    assert len(drawn) > len({band.category for band in plot.bands})
    named = plot.undrawn.removeprefix("No band of ").partition(": a band needs two confirmed")[0]
    assert sorted([*drawn, *named.split(", ")]) == column_facts(result).values["prefix"]


def test_a_band_that_cannot_be_drawn_says_why(result: Result) -> None:
    rows = _rows(result)
    gm1 = rows.filter(prefix="GM1", call="true")
    whole = scatter_plot(result, ALL, PlotView(band="GM1"))
    assert whole.bands
    assert whole.undrawn.startswith("No band of GM1 :0;O2, :0;O3: a band needs two")
    cases: list[tuple[pl.DataFrame, PlotView, str]] = [
        (gm1.head(1), PlotView(band="GM1"), "No band of GM1: a band needs two species of this"),
        (
            gm1.with_columns(predicted_rt_min=None, interval_low_min=None, interval_high_min=None),
            PlotView(band="GM1"),
            "No band of GM1: no row of it has a predicted retention time.",
        ),
        (
            gm1.with_columns(log_p=pl.lit(None, dtype=pl.Float64)),
            PlotView(band="GM1", x="log_p"),
            "No band of GM1: no row of it has a Log P.",
        ),
        (gm1.head(1), PlotView(), "No band of GM: a band needs two confirmed species with"),
    ]  # fmt: skip
    for some, view, sentence in cases:
        plot = scatter_plot(OtherRows(some.cast(rows.schema)), ALL, view)
        assert plot.bands == []
        assert plot.undrawn.startswith(sentence)


def test_the_residuals_of_confirmed_rows_set_the_scale_and_the_others_are_counted(
    result: Result,
) -> None:
    view = PlotView(plot="residuals")
    rows = _rows(result).drop_nulls("residual_min")

    plot = scatter_plot(result, ALL, view)

    assert plot.limits is not None
    low, high = plot.limits
    assert low == -high
    fitting = rows.filter(call="true")["residual_min"]
    assert fitting.abs().max() < high < 5 * fitting.abs().max()  # type: ignore[operator]
    residual = pl.col("residual_min")
    assert plot.below == rows.filter(residual < low).height > 0
    assert plot.above == rows.filter(residual > high).height > 0
    assert scatter_plot(result, ALL, PlotView(plot="residuals", scale="all")).limits is None
    assert scatter_plot(result, ALL, PlotView()).limits is None
    assert scatter_plot(result, RowFilter(call="outlier"), view).limits is None
    with pytest.raises(QueryError, match=r"There is no scale wide; use one of confirmed, all\."):
        PlotView(scale="wide")


def test_a_row_that_a_person_confirmed_far_from_its_prediction_sets_no_scale(
    result: Result,
) -> None:
    rows = _rows(result)
    farthest = rows.sort(pl.col("residual_min").abs(), nulls_last=True)["row"].drop_nulls()[-20]
    by_hand = rows.with_columns(
        call=pl.when(pl.col("row") == farthest).then(pl.lit("true")).otherwise("call")
    )
    view = PlotView(plot="residuals")

    assert (
        scatter_plot(OtherRows(by_hand), ALL, view).limits == scatter_plot(result, ALL, view).limits
    )


def test_every_residual_is_in_the_histogram(result: Result) -> None:
    found = distribution(result, ALL)
    rows = _rows(result)
    assert found.total == rows.height
    assert found.left_out == rows["residual_min"].null_count() > 0
    counted = {call: sum(counts) for call, counts in found.counts.items()}
    usable = rows.drop_nulls("residual_min")
    assert {call: n for call, n in counted.items() if n} == Counter(usable["call"])
    ends = sum(counts[0] + counts[-1] for counts in found.counts.values())
    assert found.beyond == ends
    assert 0.0 in found.edges
    assert len(found.edges) - 1 <= BINS + 2
    assert {len(counts) for counts in found.counts.values()} == {len(found.edges) + 1}
    true = usable.filter(call="true")["residual_min"]
    assert true.is_between(found.edges[0], found.edges[-1]).all()


def test_quantiles_of_a_normal_distribution_are_on_the_diagonal(result: Result) -> None:
    number = 25_000
    normal = NormalDist()
    sizes = [normal.inv_cdf((place + 0.5) / number) for place in range(number)]
    one = _rows(result, call="true").head(1)
    many = pl.concat([one] * number).with_columns(studentised_residual=pl.Series(sizes))
    [series] = distribution(OtherRows(many), ALL).series
    assert len(series.points) == MOST_POINTS
    assert all(abs(x - y) < 1e-4 for x, y, *_ in series.points)
    assert series.points[0][1] == round(sizes[0], 5)
    assert series.points[-1][1] == round(sizes[-1], 5)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_few_rows_have_a_distribution_too(result: Result, number: int) -> None:
    found = distribution(OtherRows(_rows(result, call="true").head(number)), ALL)
    assert len(found.series[0].points) == number
    assert found.beyond == 0


def test_the_steps_of_the_rules_end_with_all_calls(result: Result) -> None:
    steps = rule_steps(result)
    rows = _rows(result)
    assert [step.number for step in steps] == [0, 2, 5, 3, 1, 4, 6, 7, 8, 9, 10]
    assert steps[0].decided == {"invalid": 1}
    assert steps[-1].still_open == 0
    assert {call: n for call, n in steps[-1].so_far.items() if n} == Counter(rows["call"])
    for before, after in pairwise(steps):
        assert before.still_open - sum(after.decided.values()) == after.still_open
    fragments = next(step for step in steps if step.number == 5)
    expected = rows.filter(rule=5).group_by("call").len().rows()
    assert fragments.decided == dict(expected)
    few = [verdict for step in steps for verdict in step.verdicts if verdict.numbers]
    assert all(len(verdict.numbers.split(",")) == verdict.rows for verdict in few)


def test_equations_name_once_what_they_share(result: Result) -> None:
    stored = [model["equation"] for model in result.models()]
    found = split_equations(stored)
    shared, meaning = found.shared
    assert shared.startswith("f = ")
    assert shared.endswith("+ e(ceramide)")
    assert meaning.startswith("N = C-38")
    common = shared.removeprefix("f = ")
    for whole, own in zip(stored, found.own, strict=True):
        assert own.startswith("RT = ")
        assert own.endswith(" + f")
        assert len(own) + len(common) + len(meaning) <= len(whole) + 20


@pytest.mark.parametrize("stored", [[], ["RT = 1.000 +2.0 C, N = C-38"], ["RT = 1.0", "t = 2.0"]])
def test_equations_that_share_nothing_stay_as_they_are(stored: list[str]) -> None:
    assert split_equations(stored) == ([], stored)


def test_entered_standards_are_no_part_of_the_composition(result: Result) -> None:
    (peak,) = _rows(result, call="true", prefix="GM1").head(1).to_dicts()
    plain, without = (
        {each.category: each for each in composition(result, ALL, standards)}["GM"]
        for standards in ((), [parse_standard(f"{peak['name']} =")])
    )
    named = _rows(result).filter(name=peak["name"])
    calls = dict(named.group_by("call").len().iter_rows())
    area = float(named.filter(call="true")["peak_area"].sum())
    assert without.true_area == pytest.approx(plain.true_area - area)
    assert without.counts["true"] == plain.counts["true"] - calls["true"]
    assert without.counts["invalid"] == plain.counts["invalid"] + named.height
    assert without.total == plain.total
