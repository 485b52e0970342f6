"""Checks that overrides fit the result of the job, and makes one decision about many rows."""

from msgspec.structs import replace

from app.analysis.overrides.apply import check_overridden_rows
from app.analysis.overrides.override import (
    LONGEST_REASON,
    MOST_OVERRIDES,
    Override,
    OverrideError,
    validate_overrides,
)
from app.db.jobs.tables import Job
from app.storage import Folder
from app.web.features.results.filters.row_filter import RowFilter
from app.web.features.results.rows import result_of

NOTHING = "Override at least one row, or run the job again as it is."
NO_ROWS_CHOSEN = "Choose rows first: tick them in the table, or filter it."
NONE_MATCH = "No row matches, so there is nothing to override."


def usable_overrides(job: Job, overrides: list[Override], storage: Folder) -> tuple[Override, ...]:
    """The overrides in order, if the result of the job has their rows.

    Raises:
        OverrideError: There are none, or one cannot be applied.
        JobConflictError: The job has no result.
    """
    if not overrides:
        raise OverrideError(NOTHING)
    ordered = validate_overrides(overrides)
    rows = result_of(job, storage).rows().select("row", "call", "predicted_rt_min", "reason")
    check_overridden_rows(rows.collect(), ordered)
    return ordered


def chosen_rows(job: Job, which: RowFilter, storage: Folder) -> list[int]:
    """The rows that a filter chooses to be overridden.

    Raises:
        OverrideError: The filter is empty, or chooses no row or too many.
        JobConflictError: The job has no result.
    """
    if not which.chosen():
        raise OverrideError(NO_ROWS_CHOSEN)
    rows = result_of(job, storage).matching(which).select("row").collect()["row"].to_list()
    if not rows:
        raise OverrideError(NONE_MATCH)
    if len(rows) > MOST_OVERRIDES:
        raise OverrideError(
            f"These are {len(rows):,} rows, and at most {MOST_OVERRIDES:,} can be overridden. "
            "Filter for fewer, or correct the table instead."
        )
    return rows


def with_decision(
    earlier: tuple[Override, ...],
    rows: list[int],
    *,
    call: str | None,
    anchor: bool | None,
    reason: str,
) -> list[Override]:
    """The earlier overrides with one decision about many rows.

    What the decision does not change about a row stays as an earlier override has it.

    Raises:
        OverrideError: The decision has no reason, changes nothing, or names an unknown call.
    """
    found = {each.row: each for each in earlier}
    for row in rows:
        decided, before = Override(row=row, reason=reason, call=call, anchor=anchor), found.get(row)
        found[row] = _merged(before, decided) if before else decided
    return list(found.values())


def _merged(before: Override, decided: Override) -> Override:
    call = before.call if decided.call is None else decided.call
    anchor = before.anchor if decided.anchor is None else decided.anchor
    keeps_part = (call, anchor) != (decided.call, decided.anchor)
    both = f"{decided.reason}; before: {before.reason}"
    reason = both if keeps_part and len(both) <= LONGEST_REASON else decided.reason
    return replace(decided, call=call, anchor=anchor, reason=reason)
