"""What rules on prefixes share: the form of a finding, and how groups are gathered."""

from collections.abc import Callable
from typing import Any

import polars as pl

from app.analysis.model.retention_model import RetentionModel

FINDINGS: dict[str, Any] = {"prefix": pl.String, "verdict": pl.String, "sentence": pl.String}
EXPECTED, UNEXPECTED, NOT_TESTABLE = "as expected", "unexpected", "not testable"


def plain(model: RetentionModel) -> dict[str, list[str]]:
    """The groups (isomers) of each prefix without modifications."""
    return {prefix: groups for prefix, groups in of_prefix(model).items() if "+" not in prefix}


def of_prefix(model: RetentionModel) -> dict[str, list[str]]:
    """The groups (isomers) of each prefix."""
    return _gathered(model, lambda prefix: prefix)


def by_category(model: RetentionModel) -> dict[str, list[str]]:
    """The groups of each category, GM to GP."""
    return _gathered(model, lambda prefix: prefix[:2])


def _gathered(model: RetentionModel, key: Callable[[str], str]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for group in model.groups:
        gathered.setdefault(key(group.partition("/")[0]), []).append(group)
    return gathered
