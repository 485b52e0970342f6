"""Which of a user's jobs are listed and in which order, as the address says."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from litestar.di import Provide
from litestar.params import Parameter

from app.contract.tasks import JobState
from app.db.jobs.lists.search import NEWEST_FIRST, SORTS, JobFilter
from app.db.jobs.lists.terms import Term
from app.web.http.days import DAY, period
from app.web.http.faults.errors import QueryError
from app.web.job_filters.possible_terms import why_impossible
from app.web.job_filters.query_language import FIELDS, FilterError, parse, quoted

SEARCH = Parameter(description="A text in the file name.")
STATUS = Parameter(
    description=f"One of {', '.join(JobState)}; several separated by commas, or repeated.",
    schema_extra={"items": {"type": "string", "enum": [*JobState]}},
)
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
        given = {name: value for name, value in (values | changes).items() if value}
        query = {name: value for name, value in given.items() if value != usual.get(name)}
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


async def page_query(
    search: Annotated[str, SEARCH] = "",
    status: Annotated[list[str] | None, STATUS] = None,
    since: Annotated[str, SINCE] = "",
    until: Annotated[str, UNTIL] = "",
    sort: Annotated[str, SORT] = NEWEST_FIRST,
    q: Annotated[str, TYPED] = "",
    batch: Annotated[str, BATCH] = "",
) -> JobQuery:
    """The filter and order in an address; a page explains what is wrong with the typed filter.

    Raises:
        QueryError: Another part of the filter cannot be understood.
    """
    names = [name for text in status or [] for name in text.split(",") if name]
    first, last = period(since, until)
    terms, error = _terms(q)
    which = JobFilter(
        search=search.strip(),
        states=tuple(dict.fromkeys(map(_state, names))),
        since=first,
        until=last,
        terms=terms,
        batch=batch,
    )
    return JobQuery(which, sort, q=q, error=error or why_impossible(which.all_terms()))


async def job_query(typed: JobQuery) -> JobQuery:
    """The filter and order that a request to the API names.

    Raises:
        FilterError: The typed filter cannot be understood.
    """
    if typed.error:
        raise FilterError(typed.error)
    return typed


# The dependencies of a handler that takes a ``wanted: JobQuery``.
ON_PAGE = {"wanted": Provide(page_query)}
IN_API = {"wanted": Provide(job_query), "typed": Provide(page_query)}


def _terms(q: str) -> tuple[tuple[Term, ...], str]:
    """The terms of a typed filter, and what is wrong with it."""
    try:
        return parse(q), ""
    except FilterError as error:
        return (), str(error)


def _state(name: str) -> JobState:
    if name not in list(JobState):
        raise QueryError(f"There is no status {name}; use {_one_of(JobState)}.")
    return JobState(name)


def _one_of(names: Iterable[str]) -> str:
    return f"one of {', '.join(names)}"
