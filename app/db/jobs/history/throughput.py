"""Count the attempts that ended in each part of a period, with their wait and run times."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from app.db.engine.transaction import is_postgresql
from app.db.jobs.tables import Attempt

OUTCOMES = ("succeeded", "failed", "cancelled", "retried", "lost")
SECONDS = {
    False: "(julianday({until}) - julianday({since})) * 86400.0",
    True: "extract(epoch FROM {until} - {since})::float",
}
SLOT = {
    False: "CAST((julianday(ended_at) - julianday({{}})) * 86400.0 / {{}} AS INTEGER)",
    True: "floor(extract(epoch FROM ended_at - {{}}::timestamptz) / {{}}::float)::int",
}
BY_SLOT = """
    SELECT {slot} AS slot, outcome, COUNT(*) AS jobs,
        SUM({waited}) AS waited_s, MAX({waited}) AS longest_wait_s,
        SUM({ran}) AS ran_s, MAX({ran}) AS longest_run_s
    FROM attempt WHERE ended_at >= {{}} AND ended_at < {{}} GROUP BY 1, 2
"""


class Period(StrEnum):
    """The length of the period before now."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


# The length of each period and of its slots.
LENGTHS = {
    Period.HOUR: (timedelta(hours=1), timedelta(minutes=1)),
    Period.DAY: (timedelta(days=1), timedelta(minutes=30)),
    Period.WEEK: (timedelta(days=7), timedelta(hours=4)),
}


class Slot(msgspec.Struct, kw_only=True):
    """The attempts that ended from ``since`` (UTC) until the next slot, by outcome.

    Times are the mean and the longest of attempts that succeeded or failed, in seconds; None if
    there are none.
    """

    since: datetime
    ended: dict[str, int]
    mean_wait_s: float | None = None
    longest_wait_s: float | None = None
    mean_run_s: float | None = None
    longest_run_s: float | None = None


async def throughput(period: Period, *, until: datetime | None = None) -> list[Slot]:
    """Return the slots of a period until now, the oldest first; the last one is incomplete."""
    length, each = LENGTHS[period]
    first = _floored(until or datetime.now(UTC), each) - length + each
    number = length // each
    slots = [
        Slot(since=first + place * each, ended=dict.fromkeys(OUTCOMES, 0))
        for place in range(number)
    ]
    kind = is_postgresql()
    statement = BY_SLOT.format(
        slot=SLOT[kind],
        waited=SECONDS[kind].format(until="started_at", since="queued_at"),
        ran=SECONDS[kind].format(until="ended_at", since="started_at"),
    )
    rows = await Attempt.raw(
        statement.replace("{{}}", "{}"), first, each.total_seconds(), first, first + length
    )
    for row in rows:
        if row["outcome"] in OUTCOMES:
            slots[min(max(row["slot"], 0), number - 1)].ended[row["outcome"]] += row["jobs"]
    for place, slot in enumerate(slots):
        _add_times(slot, [r for r in rows if r["slot"] == place and r["outcome"] in OUTCOMES[:2]])
    return slots


def _add_times(slot: Slot, rows: list[dict[str, float]]) -> None:
    jobs = sum(row["jobs"] for row in rows)
    if not jobs:
        return
    slot.mean_wait_s = round(sum(row["waited_s"] for row in rows) / jobs, 3)
    slot.longest_wait_s = round(max(row["longest_wait_s"] for row in rows), 3)
    slot.mean_run_s = round(sum(row["ran_s"] for row in rows) / jobs, 3)
    slot.longest_run_s = round(max(row["longest_run_s"] for row in rows), 3)


def _floored(moment: datetime, to: timedelta) -> datetime:
    seconds = to.total_seconds()
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)
