"""Compares two runs of one table: which rows and which models changed."""

from typing import Any

import msgspec
import polars as pl

from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.rows import Result, result_of
from app.web.http.errors import QueryError

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
    """How many rows changed from one call to another."""

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
    """The differences between two runs: the call of ``total`` rows changed; ``rows`` is a page.

    ``changes`` counts all of them; ``models`` are those with other values.
    """

    before: str
    after: str
    total: int
    changes: list[Change]
    rows: list[ChangedRow]
    models: list[ChangedModel]


def compare(before: Job, after: Job, storage: Folder, *, limit: int, offset: int) -> Comparison:
    """Compare two runs of the same table.

    Raises:
        QueryError: The runs are of different tables.
        JobConflictError: One has no result.
    """
    if before.upload_sha256 != after.upload_sha256:
        raise QueryError(
            f"Only runs of the same table can be compared; {before.file_name} and "
            f"{after.file_name} differ."
        )
    one, other = result_of(before, storage), result_of(after, storage)
    changed = _changed_rows(one, other)
    counted = changed.group_by("call_before", "call_after").agg(rows=pl.len())
    ordered = counted.sort("rows", "call_before", "call_after", descending=[True, False, False])
    return Comparison(
        before=before.id,
        after=after.id,
        total=changed.height,
        changes=[Change(**each) for each in ordered.to_dicts()],
        rows=[ChangedRow(**each) for each in changed.slice(offset, limit).to_dicts()],
        models=_changed_models(one.models(), other.models()),
    )


def _changed_rows(before: Result, after: Result) -> pl.DataFrame:
    one, other = (
        result.rows().select("row", "name", pl.col("call", "reason").name.suffix(when))
        for result, when in ((before, "_before"), (after, "_after"))
    )
    both = one.join(other.drop("name"), on="row")
    return both.filter(pl.col("call_before") != pl.col("call_after")).sort("row").collect()


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
