"""Tables that mix two methods are noticed, and those of one are not."""

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reporting.result import Analysis
from app.analysis.state.preparation.prepare import prepare
from tests.simulator import Variation, simulate
from tests.unit.analysis.tables import SETTINGS, peaks


def table(variation: Variation) -> pl.DataFrame:
    return simulate(variation).table


def analyzed(drawn: pl.DataFrame) -> Analysis:
    """The analysis of a drawn table."""
    columns = {"peak_area": drawn["Volume"], "anchor": drawn["Anchor"] == "T"}
    if "sample" in drawn.columns:
        columns["sample"] = drawn["sample"]
    rows = list(drawn.select("Name", "RT").iter_rows())
    return analyze(peaks(rows, **columns), SETTINGS)


def codes(drawn: pl.DataFrame) -> dict[str, str]:
    """The warnings of a drawn table by their code."""
    return {one.code: one.message for one in analyzed(drawn).warnings}


def by_another_method(drawn: pl.DataFrame, factor: float, offset_min: float) -> pl.DataFrame:
    return drawn.with_columns(pl.col("RT") * factor + offset_min)


def alarms(drawn: pl.DataFrame) -> list[str]:
    """The warnings of samples of another method, which no model is needed for."""
    columns = {name: drawn[of] for name, of in (("peak_area", "Volume"), ("sample", "sample"))}
    state = prepare(peaks(list(drawn.select("Name", "RT").iter_rows()), **columns), SETTINGS)
    return [one.message for one in state.warnings if one.code == "several_methods"]


@pytest.mark.parametrize(
    "variation", [Variation(seed=3, samples=6, noise_min=0.08), Variation(seed=1)]
)
def test_one_method_is_not_warned_of(variation: Variation) -> None:
    assert "several_methods" not in codes(table(variation))


@pytest.mark.parametrize(("samples", "seeds"), [(2, 10), (6, 10), (50, 3), (300, 2)])
def test_no_sample_of_a_cohort_of_one_method_is_named(samples: int, seeds: int) -> None:
    for seed in range(seeds):
        assert alarms(table(Variation(seed=seed, samples=samples))) == []


def test_no_sample_that_shares_few_species_is_named_by_chance() -> None:
    """Of a dozen peaks, most of some samples elute elsewhere, since a third of all do."""
    drawn = table(Variation(seed=5, samples=300))

    assert alarms(drawn.filter(pl.int_range(pl.len()).over("sample") < 12)) == []


def mixed(samples: int, others: int, class_shift_min: float) -> tuple[pl.DataFrame, list[str]]:
    """A cohort whose last samples are of another column, and their names."""
    drawn = table(Variation(seed=3, samples=samples))
    names = drawn["sample"].unique().sort().to_list()[-others:]
    other = table(Variation(seed=3, samples=samples, class_shift_min=class_shift_min))
    is_other = pl.col("sample").is_in(names)
    return pl.concat([drawn.filter(~is_other), other.filter(is_other)]), names


@pytest.mark.parametrize(("samples", "others"), [(6, 1), (50, 1), (50, 15)])
def test_samples_of_a_column_with_another_order_of_classes_are_named(
    samples: int, others: int
) -> None:
    drawn, names = mixed(samples, others, class_shift_min=1.0)

    (message,) = alarms(drawn)

    assert "do not follow those of the other samples" in message
    assert "analyze them by themselves" in message
    assert others > 1 or f"times of {names[0]} do not" in message


@pytest.mark.parametrize("scale", [1.0, 8.0])
def test_a_sample_of_another_gradient_is_named(scale: float) -> None:
    drawn = table(Variation(seed=3, samples=6, time_scale=scale))
    names = sorted(drawn["sample"].unique())
    is_last = pl.col("sample") == names[-1]
    other = by_another_method(drawn.filter(is_last), 0.5, 2.0 * scale)

    message = codes(pl.concat([drawn.filter(~is_last), other]))["several_methods"]

    assert names[-1] in message
    assert names[0] not in message
    assert "analyze them by themselves" in message


@pytest.mark.parametrize("scale", [1.0, 8.0])
@pytest.mark.parametrize(("factor", "others"), [(0.8, 1), (0.8, 3), (0.9, 3)])
def test_samples_of_a_shorter_gradient_are_brought_to_that_of_the_others(
    scale: float, factor: float, others: int
) -> None:
    simulated = simulate(Variation(seed=3, samples=6, time_scale=scale))
    drawn = simulated.table.with_columns(truth=simulated.truth.sort("row")["call"])
    names = drawn["sample"].unique().sort().to_list()[-others:]
    is_other = pl.col("sample").is_in(names)
    shorter = by_another_method(drawn.filter(is_other), factor, 2.0 * scale)
    drawn = pl.concat([drawn.filter(~is_other), shorter])

    analysis = analyzed(drawn)

    said = {one.code: one.message for one in analysis.warnings}
    assert "several_methods" not in said
    assert others > 1 or f"The drift of {names[0]} changes along the gradient" in said["bent_drift"]
    rows = analysis.rows.with_columns(truth=drawn["truth"])
    true, sure = rows.filter(truth="true"), rows.filter(pl.col("confidence") >= 0.9)
    assert true.filter(call="true").height > 0.9 * true.height
    assert sure.filter(truth="true").height > 0.99 * sure.height


def test_two_methods_in_a_table_without_samples_are_noticed() -> None:
    other = by_another_method(table(Variation(seed=2)), 0.8, 0.0)

    message = codes(pl.concat([table(Variation(seed=1)), other]))["several_methods"]

    assert "judged rows fit no retention time" in message
