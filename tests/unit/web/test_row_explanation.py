"""The page of a row tells a rule that does not apply from one that is newer than the result."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reporting.result import Analysis
from app.analysis.settings import AnalysisSettings
from app.storage import Folder
from app.web.features.results.explanation import Said, why
from app.web.features.results.rows import Result
from app.web.words import EXPLANATION_IS_NEWER, RULE_IS_NEWER, RULE_IS_SILENT

FITS, O_ACETYLATION = 1, 4
Explain = Callable[[list[str]], dict[int, Said]]


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    table = tmp_path_factory.mktemp("table") / "example.csv"
    example_table().write_csv(table)
    return analyze(read_peak_table(table), AnalysisSettings())


@pytest.fixture
def explain(analysis: Analysis, tmp_path: Path) -> Explain:
    """Explains a row of an analysis that was stored without some columns of its notes."""

    def explain_without(columns: list[str]) -> dict[int, Said]:
        folder = tmp_path / "key"
        folder.mkdir()
        analysis.rows.write_parquet(folder / "rows.parquet")
        analysis.notes.drop(columns).write_parquet(folder / "notes.parquet")
        analysis.prefix_verdicts.write_parquet(folder / "findings.parquet")
        plain = analysis.rows.filter(call="true", prefix="GM1")["row"][0]
        return {said.rule: said for said in why(Result(Folder(tmp_path), "key"), "a", plain).said}

    return explain_without


def test_a_rule_that_does_not_apply_says_so(explain: Explain) -> None:
    said = explain([])
    assert said[O_ACETYLATION].verdict is None
    assert said[O_ACETYLATION].sentence == RULE_IS_SILENT
    assert said[FITS].sentence not in (RULE_IS_SILENT, RULE_IS_NEWER, EXPLANATION_IS_NEWER)


def test_a_rule_that_is_newer_than_the_result_says_so(explain: Explain) -> None:
    said = explain([f"verdict_{FITS}"])
    assert (said[FITS].verdict, said[FITS].sentence) == (None, RULE_IS_NEWER)
    assert said[O_ACETYLATION].sentence == RULE_IS_SILENT


def test_a_verdict_whose_explanation_is_newer_than_the_result_stays(explain: Explain) -> None:
    said = explain(["residual_min"])
    assert said[FITS].verdict
    assert said[FITS].sentence == EXPLANATION_IS_NEWER
