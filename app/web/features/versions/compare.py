"""Compares two runs: of one table row by row, of two tables species by species."""

from typing import Any

import msgspec
import polars as pl

from app.analysis.state.calls import assignment
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.rows import Result, result_of
from app.web.features.versions.changed_settings import ChangedSetting, changed_settings
from app.web.features.versions.changed_species import ChangedSpecies, compare_species
from app.web.features.versions.summary_sentence import summary_sentence

MODEL = ("prefix", "isomer")
MODEL_VALUES = ("n", "anchors", "r2", "rmse_min", "equation")


class ChangedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row whose call changed, with the reasons of both runs."""

    row: int
    name: str | None
    call_before: str
    call_after: str
    reason_before: str | None
    reason_after: str | None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows, or species, changed from one call to another; empty where there is none."""

    call_before: str
    call_after: str
    rows: int


class ChangedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that changed: its values in each run, null if that run has no such model."""

    prefix: str
    isomer: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The differences between two runs, of which ``summary`` is a sentence.

    ``compared_by`` is ``row`` for two runs of one table and ``species`` for runs of two. Of
    ``compared`` rows or species the call of ``total`` changed, which ``changes`` counts; ``rows``
    or ``species`` is a page of them. ``models`` are those with other values, ``settings`` those
    that differ.
    """

    before: str
    after: str
    summary: str
    compared_by: str
    compared: int
    total: int
    changes: list[Change]
    rows: list[ChangedRow]
    species: list[ChangedSpecies]
    models: list[ChangedModel]
    settings: list[ChangedSetting]


def compare(before: Job, after: Job, storage: Folder, *, limit: int, offset: int) -> Comparison:
    """Compare two runs: row by row if both have the same rows, else species by species.

    Raises:
        JobConflictError: One has no result.
    """
    one, other = result_of(before, storage), result_of(after, storage)
    by_row = before.upload_sha256 == after.upload_sha256 and _have_same_rows(one, other)
    if by_row:
        changed, compared = _changed_rows(one, other), one.rows().select(pl.len()).collect().item()
    else:
        changed, compared = compare_species(one.rows(), other.rows())
    changes = counted_changes(changed)
    what, page = "row" if by_row else "species", changed.slice(offset, limit).to_dicts()
    return Comparison(
        before=before.id,
        after=after.id,
        summary=summary_sentence(what, compared, [msgspec.structs.astuple(it) for it in changes]),
        compared_by=what,
        compared=compared,
        total=changed.height,
        changes=changes,
        rows=[ChangedRow(**each) for each in page] if by_row else [],
        species=[] if by_row else [ChangedSpecies(**each) for each in page],
        models=_changed_models(one.models(), other.models()),
        settings=changed_settings(before, after),
    )


def summary_in_words(found: Comparison) -> str:
    """The summary of a page, in the words of a chemist for the calls."""
    changes = [(_words(it.call_before), _words(it.call_after), it.rows) for it in found.changes]
    return summary_sentence(found.compared_by, found.compared, changes, of="assignment")


def _words(calls: str) -> str:
    return " and ".join(map(assignment, calls.split(", ")))


def _have_same_rows(one: Result, other: Result) -> bool:
    """Whether two readings of one file have the same peaks: other columns or sheets have others."""
    before, after = (
        each.rows().select("row", "sample", "name", "rt_min").collect() for each in (one, other)
    )
    return before.equals(after)


def counted_changes(changed: pl.DataFrame) -> list[Change]:
    """The kinds of change among rows or species (call_before, call_after), most frequent first."""
    counted = changed.group_by("call_before", "call_after").agg(rows=pl.len())
    ordered = counted.sort("rows", "call_before", "call_after", descending=[True, False, False])
    return [Change(**each) for each in ordered.to_dicts()]


def _changed_rows(before: Result, after: Result) -> pl.DataFrame:
    one = before.rows().select("row", "name", call_before="call")
    both = one.join(after.rows().select("row", call_after="call"), on="row")
    changed = both.filter(pl.col("call_before") != pl.col("call_after")).sort("row").collect()
    is_changed = pl.col("row").is_in(changed["row"].implode())
    for result, name in ((before, "reason_before"), (after, "reason_after")):
        reasons = result.rows().filter(is_changed).select("row", pl.col("reason").alias(name))
        changed = changed.join(reasons.collect(), on="row", maintain_order="left")
    return changed


def _changed_models(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> list[ChangedModel]:
    one, other = _by_name(before), _by_name(after)
    names = sorted({*one, *other}, key=lambda name: (name[0], name[1] or ""))
    return [
        ChangedModel(prefix=name[0], isomer=name[1], before=one.get(name), after=other.get(name))
        for name in names
        if one.get(name) != other.get(name)
    ]


def _by_name(models: list[dict[str, Any]]) -> dict[tuple[str, str | None], dict[str, Any]]:
    return {
        (model["prefix"], model["isomer"]): {name: model[name] for name in MODEL_VALUES}
        for model in models
    }
