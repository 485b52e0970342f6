"""Search, filter and sort jobs, of one owner or of all."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from piccolo.columns import And
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from app.contract.tasks import JobState
from app.db.engine.transaction import is_postgresql
from app.db.jobs.conditions import Condition
from app.db.jobs.tables import Job

NEWEST_FIRST = "-created_at"
# The sort expressions for SQLite and PostgreSQL; find_jobs handles null values.
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
# The searched columns. Both sides use the database's lower(), which may know only ASCII. A search
# of all owners' jobs also covers the id, the owner and the worker.
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
    """A filter of jobs: by a text in the file name, by state, and by day of submission.

    Days are UTC days from ``since`` to ``until``, both included. An empty field matches any job.
    ``retried`` matches jobs with more than one attempt.
    """

    search: str = ""
    states: tuple[JobState, ...] = ()
    since: date | None = None
    until: date | None = None
    retried: bool = False


async def find_jobs(
    which: JobFilter, *, owner: str | None, sort: str = NEWEST_FIRST, limit: int, offset: int = 0
) -> list[Job]:
    """Return the matching jobs, sorted by one of ``SORTS``; a ``-`` before it means descending.

    ``owner`` None means all owners. A sort by a result puts jobs without one last; equal jobs come
    newest first.
    """
    name = sort.removeprefix("-")
    order = QueryString(SORTS[name][is_postgresql()])
    query = Job.objects().where(_matches(which, owner))
    if name in OF_RESULTS:
        query = query.order_by(QueryString("result_key IS NULL"))
    query = query.order_by(order, ascending=not sort.startswith("-"))
    if name != "created_at":
        query = query.order_by(Job.created_at, ascending=False)
    return await query.order_by(Job.id).limit(limit).offset(offset)


async def count_jobs(which: JobFilter, *, owner: str | None) -> int:
    """Return how many jobs of an owner, or of all, match a filter."""
    return int(await Job.count().where(_matches(which, owner)))


async def last_failed(*, limit: int) -> list[Job]:
    """Return the jobs of all owners that failed last, the latest first."""
    failed = Job.objects().where(Job.state == JobState.FAILED)
    return await failed.order_by(Job.finished_at, ascending=False).limit(limit)


def _matches(which: JobFilter, owner: str | None) -> Condition:
    condition: Condition = Job.id.is_not_null() if owner is None else Job.owner == owner
    if which.search:
        condition = And(
            condition, _has_text(which.search, SEARCHED_OF_ALL if owner is None else SEARCHED)
        )
    if which.retried:
        condition = And(condition, Job.attempt > 1)
    if which.states:
        condition = And(condition, Job.state.is_in([state.value for state in which.states]))
    if which.since:
        condition = And(condition, Job.created_at >= datetime.combine(which.since, time.min, UTC))
    if which.until:
        condition = And(condition, Job.created_at <= datetime.combine(which.until, time.max, UTC))
    return condition


def _has_text(text: str, searched: tuple[str, ...]) -> WhereRaw:
    place = "strpos" if is_postgresql() else "instr"
    anywhere = " OR ".join(searched).format(place=place)
    return WhereRaw(f"({anywhere})", *[text] * len(searched))
