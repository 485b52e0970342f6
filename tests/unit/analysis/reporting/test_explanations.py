"""Explanations of results that an older version stored."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reporting.explanations import explanations
from app.analysis.reporting.result import Analysis, notes_as_read
from app.analysis.rules import RULES
from app.analysis.rules.rule import Rule
from tests.analyses import explained
from tests.unit.analysis.tables import LADDER, SETTINGS, noise_free, peaks


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyze(peaks(noise_free(LADDER)), SETTINGS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"rule {rule.number}")
def test_a_rule_that_came_later_says_nothing_and_the_others_what_they_said(
    analysis: Analysis, rule: Rule
) -> None:
    stored = analysis.notes.drop(rule.verdict)
    found = explanations(stored, analysis.prefix_verdicts)
    before = explained(analysis)
    assert found.filter(found["rule"] == rule.number).is_empty()
    assert found["row", "rule", "verdict"].equals(
        before.filter(before["rule"] != rule.number)["row", "rule", "verdict"]
    )


@pytest.mark.parametrize(
    "rule",
    [rule for rule in RULES if rule.sentence is not None],
    ids=lambda rule: f"rule {rule.number}",
)
def test_a_sentence_that_needs_a_newer_column_leaves_the_verdict(
    analysis: Analysis, rule: Rule
) -> None:
    verdicts = {each.verdict for each in RULES}
    assert rule.sentence is not None
    needed = {*rule.sentence.meta.root_names()} - verdicts - {"row", "prefix", "problem"}
    assert needed
    for column in needed:
        found = explanations(analysis.notes.drop(column), analysis.prefix_verdicts)
        assert found.drop("sentence").equals(explained(analysis).drop("sentence"))
        assert found.filter(found["rule"] == rule.number)["sentence"].is_null().all()


def test_verdicts_are_stored_as_numbers_and_read_as_the_texts_of_older_versions(
    analysis: Analysis, tmp_path: Path
) -> None:
    analysis.notes.write_parquet(tmp_path / "notes.parquet")
    stored = pl.scan_parquet(tmp_path / "notes.parquet")
    read = notes_as_read(stored).collect()
    for rule in RULES:
        assert isinstance(stored.collect_schema()[rule.verdict], pl.Enum)
        assert read[rule.verdict].dtype == pl.String
    assert read.equals(analysis.notes.cast({pl.Enum: pl.String}))
    assert explanations(read, analysis.prefix_verdicts).equals(explained(analysis))
