"""The examples of the page of the science are what an analysis of the built-in example says."""

import re
from pathlib import Path

import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reporting.result import Analysis
from app.analysis.settings import AnalysisSettings

SCIENCE = Path(__file__).parents[2] / "docs" / "science.md"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    path = tmp_path_factory.mktemp("example") / "peaks.csv"
    example_table().write_csv(path)
    return analyze(read_peak_table(path), AnalysisSettings())


@pytest.fixture(scope="module")
def page() -> str:
    return " ".join(SCIENCE.read_text("utf-8").split())


@pytest.mark.parametrize(("rule", "prefix"), [(6, "GD1"), (7, "GD1"), (8, "GD1+OAc")])
def test_the_first_clause_of_a_check_stands_in_its_example(
    example: Analysis, page: str, rule: int, prefix: str
) -> None:
    found = example.prefix_verdicts.filter(rule=rule, prefix=prefix)["sentence"][0]

    clause = re.match(
        r"\S+ elutes (?:on average )?[\d.]+ ± [\d.]+ min (?:before|after) [\w+]+", found
    )

    assert clause is not None
    assert f"Example: {clause[0]}" in page


def test_the_example_of_a_slope_has_the_numbers_of_the_check(example: Analysis, page: str) -> None:
    found = example.prefix_verdicts.filter(rule=9, prefix="GD1+OAc")["sentence"][0]

    own, usual = re.findall(r"[\d.]+ ± [\d.]+", found)

    assert f"the slope of GD1+OAc is {own} min per carbon more than that of GD1" in page
    assert f"where {usual} is usual for an O-acetyl group" in page


def test_the_rows_of_the_examples_are_called_as_the_page_says(example: Analysis) -> None:
    rows = example.rows.filter(pl.col("row").is_in([57, 72, 85]))

    assert rows.select("name", "rt_min", "call", "parent_row").rows() == [
        ("GD1+OAc(36:1;O2)", 9.715, "true", None),
        ("GD1+dHex(36:1;O2)", 9.564, "true", None),
        ("GD2(36:1;O2)", 9.55, "fragment", 72),
    ]
