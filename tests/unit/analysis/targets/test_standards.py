"""Which standards to buy."""

import numpy as np
import polars as pl
import pytest

from app.analysis.evidence.array_types import Array
from app.analysis.example.example_table import example_table
from app.analysis.model.candidates import Candidates
from app.analysis.names.species_table import SpeciesTable
from app.analysis.pipeline import analyze, run_rules
from app.analysis.reporting.result import Analysis
from app.analysis.settings import AnalysisSettings
from app.analysis.targets.standards import (
    MOST_STANDARDS,
    STANDARD_SCHEMA,
    _anchors_and_doubt,
    chosen_in_order,
    standards,
)
from app.analysis.targets.targets import NAMED
from tests.unit.analysis.targets.test_targets import peaks_of


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyze(peaks_of(example_table()), AnalysisSettings())


def _mean_variance(
    x: Array, covariance: Array, noise: float, weight: Array, rows: list[int]
) -> float:
    """The weighted mean variance of predictions once some rows were observed."""
    seen = x[rows]
    precision = np.linalg.inv(covariance) + seen.T @ seen / noise
    variance = np.einsum("ij,jk,ik->i", x, np.linalg.inv(precision), x)
    return float(variance @ weight / weight.sum())


def _design(seed: int) -> tuple[Array, Array, Array]:
    random = np.random.default_rng(seed)
    x, root = random.normal(size=(12, 5)), random.normal(size=(5, 5))
    return x, root @ root.T + np.eye(5), random.uniform(0.1, 1, 12)


@pytest.mark.parametrize("seed", range(5))
def test_the_first_is_the_one_that_lowers_the_variance_most(seed: int) -> None:
    x, covariance, weight = _design(seed)
    chosen, totals = chosen_in_order(x, covariance, 0.5, weight, np.ones(12, dtype=np.bool_))
    each = [_mean_variance(x, covariance, 0.5, weight, [row]) for row in range(12)]
    assert chosen[0] == int(np.argmin(each))
    assert totals[1] == pytest.approx(min(each))


def test_each_further_one_is_chosen_as_if_those_before_were_known() -> None:
    x, covariance, weight = _design(7)
    chosen, totals = chosen_in_order(x, covariance, 0.5, weight, np.ones(12, dtype=np.bool_))
    for number in range(1, len(totals)):
        expected = _mean_variance(x, covariance, 0.5, weight, chosen[:number])
        assert totals[number] == pytest.approx(expected)


def test_the_standards_are_species_without_an_anchor_and_each_lowers_the_error(
    analysis: Analysis,
) -> None:
    found = analysis.standards
    assert found.schema == STANDARD_SCHEMA
    assert found.height == MOST_STANDARDS
    assert found["rank"].to_list() == list(range(1, MOST_STANDARDS + 1))
    assert (found["sd_after_min"] < found["sd_before_min"]).all()
    assert found["sd_before_min"][1:].to_list() == found["sd_after_min"][:-1].to_list()
    anchored = analysis.rows.filter("anchor")
    plain = pl.format("{}({}:{};O{})", "prefix", "carbons", "double_bonds", "hydroxyls")
    plain_names = set(anchored.select(plain).to_series())
    assert not plain_names & set(found["species"])


def test_an_anchor_of_one_isomer_is_none_of_the_other() -> None:
    state = run_rules(peaks_of(example_table()), AnalysisSettings())
    rows = analyze(peaks_of(example_table()), AnalysisSettings()).stored
    groups = SpeciesTable.of(state.isomer_groups)
    candidates = Candidates.of(state.arrays.species_table, groups).table
    has_anchor, doubt = _anchors_and_doubt(candidates, rows)
    found = dict(zip(candidates.iter_rows(*NAMED), has_anchor.tolist(), strict=True))
    assert found["GD1", "b", 40, 1, 2]
    assert not found["GD1", "a", 40, 1, 2]
    assert (doubt > 0).all()


def test_a_standard_that_is_marked_as_an_anchor_is_not_to_be_bought_again(
    analysis: Analysis,
) -> None:
    names = set(analysis.standards["species"]) & set(analysis.rows["species"])
    name = sorted(names)[0]
    peaks = peaks_of(example_table())
    marked = peaks.with_columns(anchor=pl.col("anchor") | (pl.col("name") == name))
    assert name not in set(analyze(marked, AnalysisSettings()).standards["species"])


def test_without_a_model_there_is_none() -> None:
    rows = analyze(peaks_of(example_table().head(20)), AnalysisSettings()).rows
    nothing = standards(None, rows)
    assert nothing.is_empty()
