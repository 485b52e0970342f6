"""Which standards to buy."""

import numpy as np
import polars as pl
import pytest

from app.analysis.evidence.array_types import Array
from app.analysis.example.example_table import example_table
from app.analysis.model.law.candidates import Candidates
from app.analysis.names.species_table import SpeciesTable
from app.analysis.pipeline import analyze, run_rules
from app.analysis.reporting.result import Analysis
from app.analysis.settings import AnalysisSettings
from app.analysis.targets.standards import (
    LEAST_DOUBT,
    MOST_STANDARDS,
    STANDARD_SCHEMA,
    SpeciesDoubt,
    chosen_in_order,
    species_doubt,
    standards,
)
from app.analysis.targets.targets import NAMED
from tests.analyses import standards_in
from tests.unit.analysis.targets.test_targets import peaks_of


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyze(peaks_of(example_table()), AnalysisSettings())


NOISE = 0.5


def _doubt_left(
    x: Array, covariance: Array, sd: Array, doubt: SpeciesDoubt, bought: list[int]
) -> float:
    """The expected sum of p(1 - p) once some species are known, each after those before it."""
    own, left = doubt.own.copy(), doubt.own.sum()
    for place, row in enumerate(bought):
        with_it, without = (_variances(x, covariance, bought[:n]) for n in (place + 1, place))
        moved = np.minimum(doubt.moved / sd**4, doubt.own / sd**2) + (LEAST_DOUBT / sd) ** 2
        fall = moved * (without - with_it)
        fall[bought[: place + 1]] = 0.0
        left -= own[row] + fall.sum()
    return float(left)


def _variances(x: Array, covariance: Array, seen: list[int]) -> Array:
    """The variance of each prediction once some rows of the design were observed."""
    precision = np.linalg.inv(covariance) + x[seen].T @ x[seen] / NOISE
    variances: Array = np.einsum("ij,jk,ik->i", x, np.linalg.inv(precision), x)
    return variances


def _design(seed: int) -> tuple[Array, Array, Array, SpeciesDoubt]:
    """Twelve species whose doubt is small enough that none is left before the third."""
    random = np.random.default_rng(seed)
    x, root = random.normal(size=(12, 5)), random.normal(size=(5, 5))
    own, moved = random.uniform(1, 2, 12), random.uniform(0, 0.1, 12)
    doubt = SpeciesDoubt(np.zeros(12, dtype=np.bool_), own, moved)
    return x, root @ root.T + np.eye(5), random.uniform(1.5, 2.5, 12), doubt


@pytest.mark.parametrize("seed", range(5))
def test_the_first_is_the_one_that_leaves_the_least_doubt(seed: int) -> None:
    x, covariance, sd, doubt = _design(seed)
    order = chosen_in_order(x, covariance, NOISE, sd, doubt)
    each = [_doubt_left(x, covariance, sd, doubt, [row]) for row in range(12)]
    assert order.chosen[0] == int(np.argmin(each))
    assert order.doubts[1] == pytest.approx(min(each))


def test_each_further_one_is_chosen_as_if_those_before_were_known() -> None:
    x, covariance, sd, doubt = _design(7)
    order = chosen_in_order(x, covariance, NOISE, sd, doubt)
    weight = doubt.own + LEAST_DOUBT
    for number in range(1, len(order.doubts)):
        seen = order.chosen[:number]
        left = _doubt_left(x, covariance, sd, doubt, seen)
        assert order.doubts[number] == pytest.approx(max(left, 0.0))
        variance = np.average(_variances(x, covariance, seen), weights=weight)
        assert order.variances[number] == pytest.approx(variance)


def test_a_species_whose_rows_are_in_doubt_comes_before_one_that_only_helps_the_law() -> None:
    x, covariance, sd, doubt = _design(3)
    evenly = doubt._replace(own=np.ones(12))
    by_law = chosen_in_order(x, covariance, NOISE, sd, evenly)
    doubtful = next(row for row in range(12) if row != by_law.chosen[0])
    own = np.where(np.arange(12) == doubtful, 5.0, 1.0)
    assert chosen_in_order(x, covariance, NOISE, sd, doubt._replace(own=own)).chosen[0] == doubtful


def test_a_row_far_from_the_law_promises_no_more_than_its_doubt() -> None:
    x, covariance, sd, doubt = _design(5)
    covariance /= 50
    far = doubt._replace(own=np.full(12, 0.1), moved=np.full(12, 1e6))
    order = chosen_in_order(x, covariance, NOISE, sd, far)
    of_law = np.array([_variances(x, covariance, []), _variances(x, covariance, order.chosen[:1])])
    most = 0.1 + (0.1 / sd**2 * (of_law[0] - of_law[1])).sum() + LEAST_DOUBT
    assert order.doubts[0] - order.doubts[1] <= most


def test_a_species_with_an_anchor_is_never_chosen() -> None:
    x, covariance, sd, doubt = _design(1)
    anchored = doubt._replace(has_anchor=np.arange(12) < 9)
    assert set(chosen_in_order(x, covariance, NOISE, sd, anchored).chosen) == {9, 10, 11}


def test_the_standards_are_species_without_an_anchor_and_each_lowers_the_error(
    analysis: Analysis,
) -> None:
    found = standards_in(analysis)
    assert found.schema == STANDARD_SCHEMA
    assert found.height == MOST_STANDARDS
    assert found["rank"].to_list() == list(range(1, MOST_STANDARDS + 1))
    assert (found["sd_after_min"] < found["sd_before_min"]).all()
    assert found["sd_before_min"][1:].to_list() == found["sd_after_min"][:-1].to_list()
    assert (found["doubt_after"] < found["doubt_before"]).all()
    anchored = analysis.rows.filter("anchor")
    plain = pl.format("{}({}:{};O{})", "prefix", "carbons", "double_bonds", "hydroxyls")
    plain_names = set(anchored.select(plain).to_series())
    assert not plain_names & set(found["species"])


def test_an_anchor_of_one_isomer_is_none_of_the_other() -> None:
    state = run_rules(peaks_of(example_table()), AnalysisSettings())
    rows = analyze(peaks_of(example_table()), AnalysisSettings()).stored
    groups = SpeciesTable.of(state.isomer_groups)
    candidates = Candidates.of(state.arrays.species_table, groups).table
    doubt = species_doubt(candidates, rows)
    found = dict(zip(candidates.iter_rows(*NAMED), doubt.has_anchor.tolist(), strict=True))
    assert found["GD1", "b", 40, 1, 2]
    assert not found["GD1", "a", 40, 1, 2]


def test_the_doubt_of_the_species_is_that_of_their_rows(analysis: Analysis) -> None:
    state = run_rules(peaks_of(example_table()), AnalysisSettings())
    groups = SpeciesTable.of(state.isomer_groups)
    candidates = Candidates.of(state.arrays.species_table, groups).table
    rows = analysis.rows.filter(pl.col("call") != "invalid")
    p = rows["confidence"]
    # A row whose isomer is unresolved is shared out among those of its class.
    assert species_doubt(candidates, rows).own.sum() == pytest.approx((p * (1 - p)).sum())
    assert standards_in(analysis)["doubt_before"][0] == pytest.approx((p * (1 - p)).sum())


def test_a_standard_that_is_marked_as_an_anchor_is_not_to_be_bought_again(
    analysis: Analysis,
) -> None:
    names = set(standards_in(analysis)["species"]) & set(analysis.rows["species"])
    name = sorted(names)[0]
    peaks = peaks_of(example_table())
    marked = peaks.with_columns(anchor=pl.col("anchor") | (pl.col("name") == name))
    assert name not in set(standards_in(analyze(marked, AnalysisSettings()))["species"])


def test_without_a_model_there_is_none() -> None:
    rows = analyze(peaks_of(example_table().head(20)), AnalysisSettings()).rows
    nothing = standards(None, rows)
    assert nothing.is_empty()
