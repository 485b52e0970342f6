"""Which of an owner's jobs are listed, and in which order."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from piccolo.columns import And
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from app.contract.tasks import JobState
from app.db.jobs import Condition, is_postgresql
from app.db.tables import Job

NEWEST_FIRST = "-created_at"
# What jobs are sorted by, as SQLite and PostgreSQL say it; the text tells nothing of what is null.
SORTS = {
    "file_name": ("lower(file_name)",) * 2,
    "status": ("state",) * 2,
    "rows": ("json_extract(summary, '$.rows')", "CAST(summary ->> 'rows' AS BIGINT)"),
    "true": (
        "json_extract(summary, '$.counts.true')",
        "CAST(summary -> 'counts' ->> 'true' AS BIGINT)",
    ),
    "created_at": ("created_at",) * 2,
}
OF_RESULTS = ("rows", "true")


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """Which jobs: with a text in their file name, in one of some states, submitted on some days.

    Days are those of UTC, from ``since`` to ``until``, both included. What is empty means any.
    """

    search: str = ""
    states: tuple[JobState, ...] = ()
    since: date | None = None
    until: date | None = None


async def find_jobs(
    which: JobFilter, *, owner: str, sort: str = NEWEST_FIRST, limit: int, offset: int = 0
) -> list[Job]:
    """The owner's jobs that pass, sorted by one of ``SORTS``, falling after a ``-``.

    Those without a result come last where it is sorted by one; equals come newest first.
    """
    name = sort.removeprefix("-")
    order = QueryString(SORTS[name][is_postgresql()])
    query = Job.objects().where(_passes(which, owner))
    if name in OF_RESULTS:
        query = query.order_by(QueryString("result_key IS NULL"))
    query = query.order_by(order, ascending=not sort.startswith("-"))
    if name != "created_at":
        query = query.order_by(Job.created_at, ascending=False)
    return await query.order_by(Job.id).limit(limit).offset(offset)


async def count_jobs(which: JobFilter, *, owner: str) -> int:
    """How many of the owner's jobs pass."""
    return int(await Job.count().where(_passes(which, owner)))


def _passes(which: JobFilter, owner: str) -> Condition:
    """Both sides of the name go through the database's own lower(), which may know ASCII alone."""
    passes: Condition = Job.owner == owner
    if which.search:
        place = "strpos" if is_postgresql() else "instr"
        has_text = WhereRaw(f"{place}(lower(file_name), lower({{}})) > 0", which.search)
        passes = And(passes, has_text)
    if which.states:
        passes = And(passes, Job.state.is_in([state.value for state in which.states]))
    if which.since:
        passes = And(passes, Job.created_at >= datetime.combine(which.since, time.min, UTC))
    if which.until:
        passes = And(passes, Job.created_at <= datetime.combine(which.until, time.max, UTC))
    return passes
