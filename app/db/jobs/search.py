"""Which of an owner's jobs are listed, and in which order."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from piccolo.columns import And
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from app.contract.tasks import JobState
from app.db.engine.transaction import is_postgresql
from app.db.jobs.store import Condition
from app.db.jobs.tables import Job

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
# What is searched, both sides by the database's own lower(), which may know ASCII alone. Among the
# jobs of all also who owns, who took and which it is.
SEARCHED = ("{place}(lower(file_name), lower({{}})) > 0",)
SEARCHED_OF_ALL = (
    *SEARCHED,
    "id = lower({{}})",
    "owner = {{}}",
    "{place}(lower(COALESCE(worker, '')), lower({{}})) > 0",
    "owner IN (SELECT id FROM account WHERE {place}(name_key, lower({{}})) > 0)",
)


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """Which jobs: with a text in their file name, in one of some states, submitted on some days.

    Days are those of UTC, from ``since`` to ``until``, both included. What is empty means any.
    ``retried`` are those that were taken more than once.
    """

    search: str = ""
    states: tuple[JobState, ...] = ()
    since: date | None = None
    until: date | None = None
    retried: bool = False


async def find_jobs(
    which: JobFilter, *, owner: str | None, sort: str = NEWEST_FIRST, limit: int, offset: int = 0
) -> list[Job]:
    """The jobs of an owner, or of all, that pass, by one of ``SORTS``, falling after a ``-``.

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


async def count_jobs(which: JobFilter, *, owner: str | None) -> int:
    """How many of the jobs of an owner, or of all, pass."""
    return int(await Job.count().where(_passes(which, owner)))


async def last_failed(*, limit: int) -> list[Job]:
    """The jobs of all that failed last, the latest first."""
    failed = Job.objects().where(Job.state == JobState.FAILED)
    return await failed.order_by(Job.finished_at, ascending=False).limit(limit)


def _passes(which: JobFilter, owner: str | None) -> Condition:
    passes: Condition = Job.id.is_not_null() if owner is None else Job.owner == owner
    if which.search:
        passes = And(
            passes, _has_text(which.search, SEARCHED_OF_ALL if owner is None else SEARCHED)
        )
    if which.retried:
        passes = And(passes, Job.attempt > 1)
    if which.states:
        passes = And(passes, Job.state.is_in([state.value for state in which.states]))
    if which.since:
        passes = And(passes, Job.created_at >= datetime.combine(which.since, time.min, UTC))
    if which.until:
        passes = And(passes, Job.created_at <= datetime.combine(which.until, time.max, UTC))
    return passes


def _has_text(text: str, searched: tuple[str, ...]) -> WhereRaw:
    place = "strpos" if is_postgresql() else "instr"
    anywhere = " OR ".join(searched).format(place=place)
    return WhereRaw(f"({anywhere})", *[text] * len(searched))
