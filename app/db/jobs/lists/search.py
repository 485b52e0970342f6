"""Search, filter and sort jobs, of one owner or of all."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from piccolo.columns import And
from piccolo.query.functions.aggregate import Count
from piccolo.querystring import QueryString

from app.contract.tasks import JobState
from app.db.engine.transaction import is_postgresql
from app.db.jobs.conditions import Condition
from app.db.jobs.lists.terms import NUMBERS, Bound, Term, condition
from app.db.jobs.tables import Job

NEWEST_FIRST = "-created_at"
# The sort expressions for SQLite and PostgreSQL; find_jobs handles null values.
SORTS = {
    "file_name": ("lower(file_name)",) * 2,
    "status": ("state",) * 2,
    "rows": NUMBERS["rows"],
    "true": NUMBERS["true"],
    "created_at": ("created_at",) * 2,
}
OF_RESULTS = ("rows", "true")


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """A filter of jobs: by a text in the file name, by state, day of submission, and batch.

    Days are UTC days from ``since`` to ``until``, both included. An empty field matches any job.
    ``retried`` matches jobs with more than one attempt. ``terms`` are those of a typed filter; a
    job has to match all of them and all fields.
    """

    search: str = ""
    states: tuple[JobState, ...] = ()
    since: date | None = None
    until: date | None = None
    retried: bool = False
    terms: tuple[Term, ...] = ()
    batch: str = ""

    def all_terms(self, *, of_all_owners: bool = False) -> tuple[Term, ...]:
        """Return the fields and the typed terms alike as terms."""
        found = []
        if self.search:
            found.append(Term("anything" if of_all_owners else "name", (self.search,)))
        if self.states:
            found.append(Term("state", tuple(state.value for state in self.states)))
        if self.since:
            found.append(_submitted(">=", datetime.combine(self.since, time.min, UTC)))
        if self.until:
            found.append(_submitted("<=", datetime.combine(self.until, time.max, UTC)))
        if self.retried:
            found.append(Term("is", ("retried",)))
        if self.batch:
            found.append(Term("batch", (self.batch,)))
        return (*found, *self.terms)


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


async def matching_ids(which: JobFilter, *, owner: str, limit: int) -> list[str]:
    """Return the ids of an owner's jobs that match a filter, the oldest first."""
    query = Job.select(Job.id).where(_matches(which, owner)).order_by(Job.created_at, Job.id)
    return [row["id"] for row in await query.limit(limit)]


async def count_by_state(which: JobFilter, *, owner: str) -> dict[str, int]:
    """Return how many jobs of an owner match a filter, by their state; no state is left out."""
    query = Job.select(Job.state, Count(alias="jobs")).where(_matches(which, owner))
    found = {row["state"]: int(row["jobs"]) for row in await query.group_by(Job.state)}
    return {state.value: found.get(state, 0) for state in JobState}


async def last_ended(*terms: Term, owner: str, limit: int) -> list[Job]:
    """Return the jobs of an owner that match these terms and ended last, the latest first."""
    which = JobFilter(states=tuple(state for state in JobState if state.is_final), terms=terms)
    ended = Job.objects().where(_matches(which, owner))
    return await ended.order_by(Job.finished_at, ascending=False).limit(limit)


async def last_failed(*, limit: int) -> list[Job]:
    """Return the jobs of all owners that failed last, the latest first."""
    failed = Job.objects().where(Job.state == JobState.FAILED)
    return await failed.order_by(Job.finished_at, ascending=False).limit(limit)


def _submitted(comparison: str, moment: datetime) -> Term:
    return Term("submitted", ((Bound(comparison, moment),),))


def _matches(which: JobFilter, owner: str | None) -> Condition:
    found: Condition = Job.id.is_not_null() if owner is None else Job.owner == owner
    for term in which.all_terms(of_all_owners=owner is None):
        found = And(found, condition(term))
    return found
