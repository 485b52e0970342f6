"""Which of a user's jobs are listed and in which order, as the address says."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from litestar.params import Parameter

from app.contract.tasks import JobState
from app.db.jobs.search import NEWEST_FIRST, SORTS, JobFilter
from app.web.features.jobs.query_language import FIELDS, FilterError, parse, quoted
from app.web.http.errors import QueryError

SEARCH = Parameter(description="A text in the file name.")
STATUS = Parameter(
    description=f"One of {', '.join(JobState)}; several separated by commas, or repeated.",
    schema_extra={"items": {"type": "string", "enum": [*JobState]}},
)
DAY = {"pattern": "^(20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]))?$"}
SINCE = Parameter(
    description="Submitted on this day (UTC) or later, such as 2026-11-25.", schema_extra=DAY
)
UNTIL = Parameter(description="Submitted on this day (UTC) or earlier.", schema_extra=DAY)
TYPED = Parameter(
    description="A typed filter: terms such as tag:brain, -state:failed, rows:>1000, since:2d or "
    f"name:plasma, which all have to hold; fields are {', '.join(FIELDS)}."
)
BATCH = Parameter(description="The id of a batch: only the jobs that were submitted in it.")
SORT = Parameter(
    description=f"One of {', '.join(SORTS)}; descending after a -.",
    schema_extra={"enum": [*SORTS, *(f"-{name}" for name in SORTS)]},
)


@dataclass(frozen=True)
class JobQuery:
    """The filter and order of a job list, and the addresses of other filters and orders.

    ``q`` is the typed filter. A page says what is wrong with it by ``error``, and lists nothing.

    Raises:
        QueryError: There is no such order.
    """

    which: JobFilter
    sort: str
    path: str = "/jobs"
    q: str = ""
    error: str = ""

    def __post_init__(self) -> None:
        if self.sorted_by not in SORTS:
            raise QueryError(f"Jobs cannot be sorted by {self.sorted_by}; use {_one_of(SORTS)}.")

    @property
    def sorted_by(self) -> str:
        """The field that the jobs are sorted by."""
        return self.sort.removeprefix("-")

    def can_sort(self, name: str) -> bool:
        """Whether jobs can be sorted by a column."""
        return name in SORTS

    @property
    def is_falling(self) -> bool:
        """Whether the order is descending."""
        return self.sort.startswith("-")

    def sort_after(self, name: str) -> str:
        """The order after a click on the header of a column."""
        return f"-{name}" if self.sort == name else name

    def __call__(self, **changes: object) -> str:
        """The address of this list with some changes, on the first page unless they name one."""
        which = self.which
        usual = {"sort": NEWEST_FIRST, "page": 1}
        values: dict[str, object] = {
            "q": self.q,
            "batch": which.batch,
            "search": which.search,
            "status": [state.value for state in which.states],
            "since": which.since,
            "until": which.until,
            "retried": "true" if which.retried else "",
            "sort": self.sort,
        }
        told = {name: value for name, value in (values | changes).items() if value}
        query = {name: value for name, value in told.items() if value != usual.get(name)}
        return f"{self.path}?{urlencode(query, doseq=True)}" if query else self.path

    def as_text(self) -> str:
        """The whole filter as it would be typed, so that it can be kept or sent."""
        which = self.which
        parts = [
            self.q.strip(),
            f"name:{quoted(which.search)}" if which.search else "",
            f"state:{','.join(which.states)}" if which.states else "",
            f"since:{which.since}" if which.since else "",
            f"until:{which.until}" if which.until else "",
            "is:retried" if which.retried else "",
            f"batch:{quoted(which.batch)}" if which.batch else "",
        ]
        return " ".join(part for part in parts if part)


async def job_query(
    search: Annotated[str, SEARCH] = "",
    status: Annotated[list[str] | None, STATUS] = None,
    since: Annotated[str, SINCE] = "",
    until: Annotated[str, UNTIL] = "",
    sort: Annotated[str, SORT] = NEWEST_FIRST,
    q: Annotated[str, TYPED] = "",
    batch: Annotated[str, BATCH] = "",
) -> JobQuery:
    """The filter and order that a request names.

    Raises:
        QueryError: A part of the filter cannot be understood.
    """
    names = [name for text in status or [] for name in text.split(",") if name]
    first, last = period(since, until)
    which = JobFilter(
        search=search.strip(),
        states=tuple(dict.fromkeys(map(_state, names))),
        since=first,
        until=last,
        terms=parse(q),
        batch=batch,
    )
    return JobQuery(which, sort, q=q)


async def page_query(
    search: Annotated[str, SEARCH] = "",
    status: Annotated[list[str] | None, STATUS] = None,
    since: Annotated[str, SINCE] = "",
    until: Annotated[str, UNTIL] = "",
    sort: Annotated[str, SORT] = NEWEST_FIRST,
    q: Annotated[str, TYPED] = "",
    batch: Annotated[str, BATCH] = "",
) -> JobQuery:
    """The filter and order that a page's address names; the page explains a wrong typed filter."""
    try:
        return await job_query(search, status, since, until, sort, q, batch)
    except FilterError as error:
        others = await job_query(search, status, since, until, sort, batch=batch)
        return replace(others, q=q, error=str(error))


def _state(name: str) -> JobState:
    if name not in list(JobState):
        raise QueryError(f"There is no status {name}; use {_one_of(JobState)}.")
    return JobState(name)


def period(since: str, until: str) -> tuple[date | None, date | None]:
    """The first and last day that a request names, None where it names none.

    Raises:
        QueryError: A day is not valid, or the first is after the last.
    """
    first, last = _day("since", since), _day("until", until)
    if first and last and first > last:
        raise QueryError(f"{since} is after {until}; swap the two days.")
    return first, last


def _day(field: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise QueryError(f"{field}: {text} is not a day; write it as 2026-11-25.") from None


def _one_of(names: Iterable[str]) -> str:
    return f"one of {', '.join(names)}"
