"""What rules on whole prefixes share: the form of their verdicts, and the groups of prefixes."""

from collections.abc import Callable
from typing import Any

import polars as pl

from app.analysis.model.law.retention_model import RetentionModel

PREFIX_VERDICT_SCHEMA: dict[str, Any] = {
    "prefix": pl.String,
    "verdict": pl.String,
    "sentence": pl.String,
}
EXPECTED, UNEXPECTED, NOT_TESTABLE = "as expected", "unexpected", "not testable"


def groups_of_plain_prefixes(model: RetentionModel) -> dict[str, list[str]]:
    """The groups (isomers) of each prefix without modifications."""
    return {
        prefix: groups for prefix, groups in groups_by_prefix(model).items() if "+" not in prefix
    }


def groups_by_prefix(model: RetentionModel) -> dict[str, list[str]]:
    """The groups (isomers) of each prefix."""
    return _groups_by(model, lambda prefix: prefix)


def groups_by_category(model: RetentionModel) -> dict[str, list[str]]:
    """The groups of each category, GM to GP."""
    return _groups_by(model, lambda prefix: prefix[:2])


def _groups_by(model: RetentionModel, key: Callable[[str], str]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for group in model.groups:
        gathered.setdefault(key(group.partition("/")[0]), []).append(group)
    return gathered
