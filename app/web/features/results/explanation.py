"""Explains the call of a row: the verdict of each rule, its parent and its fragments."""

import re
from typing import Any, NamedTuple

import msgspec
import polars as pl

from app.analysis.overrides.override import is_usable
from app.web.features.results.override_view import ByHand
from app.web.features.results.rows import Result
from app.web.http.faults.errors import RowNotFoundError
from app.web.words import EXPLANATION_IS_NEWER, RULE_IS_NEWER, RULE_IS_SILENT

BRIEFLY = ("row", "name", "sample", "rt_min", "peak_area", "call", "confidence")
ROW_IN_SENTENCE = re.compile(r"\brow (\d+)")


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's sentence on a row; ``verdict`` is null if the rule was not applied to the row."""

    rule: int
    title: str
    verdict: str | None
    sentence: str


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """A row with everything known about it.

    ``said`` has the rules in the order in which they ran. ``parent`` and ``fragments`` are the
    peaks it comes from and those that come from it, each with row, name, sample, rt_min (min),
    peak_area, call and confidence. ``by_hand`` is the override of the row, null without one.
    """

    row: dict[str, Any]
    said: list[Said]
    parent: dict[str, Any] | None
    fragments: list[dict[str, Any]]
    links: dict[str, str]
    by_hand: ByHand | None = None


class Part(NamedTuple):
    """A piece of a sentence; ``row`` is the number of the row that it names, if any."""

    text: str
    row: int | None


def why(result: Result, job_id: str, row: int, override: ByHand | None = None) -> Why:
    """Everything known about a row.

    Raises:
        RowNotFoundError: There is no such row.
    """
    found = row_of(result, row)
    parent = found["parent_row"]
    return Why(
        row=found,
        said=_rule_sentences(result, row),
        parent=_short_rows(result, pl.col("row") == parent)[0] if parent else None,
        fragments=_short_rows(result, pl.col("parent_row") == row),
        links={
            "self": f"/api/v1/jobs/{job_id}/rows/{row}",
            "rows": f"/api/v1/jobs/{job_id}/rows",
            "page": f"/jobs/{job_id}/rows/{row}",
        },
        by_hand=_as_applied(override, found, result) if override else None,
    )


def _as_applied(override: ByHand, found: dict[str, Any], result: Result) -> ByHand:
    """The override with the verdict of the rules, or why the run left it out."""
    as_ruled = result.as_ruled(found["row"])
    if as_ruled or is_usable(found):
        return msgspec.structs.replace(override, as_ruled=as_ruled)
    reason = f"The row is not judged: {found['reason'] or 'it cannot be used.'}"
    return msgspec.structs.replace(override, not_applied=reason)


def row_of(result: Result, row: int) -> dict[str, Any]:
    """A row with its call.

    Raises:
        RowNotFoundError: There is no such row.
    """
    found = result.rows().filter(pl.col("row") == row).collect().to_dicts()
    if not found:
        raise RowNotFoundError(f"This result has no row {row}.")
    return found[0]


def parts(sentence: str) -> list[Part]:
    """Split a sentence where it names rows, so that these can be links."""
    pieces: list[Part] = []
    end = 0
    for match in ROW_IN_SENTENCE.finditer(sentence):
        pieces += [Part(sentence[end : match.start()], None), Part(match[0], int(match[1]))]
        end = match.end()
    return [*pieces, Part(sentence[end:], None)]


def _rule_sentences(result: Result, row: int) -> list[Said]:
    # Imported here because it imports all rules, which other pages do not need.
    from app.analysis.reporting.explanations import explanations
    from app.analysis.rules import RULES

    notes = result.notes_on(row)
    sentences = explanations(notes, result.findings())
    found = {
        number: rest for number, *rest in sentences.select("rule", "verdict", "sentence").rows()
    }
    said = []
    for rule in RULES:
        verdict, sentence = found.get(rule.number, (None, None))
        why_silent = _why_silent(verdict, was_applied=rule.verdict in notes.columns)
        said.append(
            Said(
                rule=rule.number,
                title=rule.title,
                verdict=verdict,
                sentence=sentence or why_silent,
            )
        )
    return said


def _why_silent(verdict: str | None, *, was_applied: bool) -> str:
    """Why a rule has no sentence; an earlier version may have stored the result."""
    if not was_applied:
        return RULE_IS_NEWER
    return RULE_IS_SILENT if verdict is None else EXPLANATION_IS_NEWER


def _short_rows(result: Result, which: pl.Expr) -> list[dict[str, Any]]:
    return result.rows().filter(which).select(BRIEFLY).collect().to_dicts()
