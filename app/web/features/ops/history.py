"""The jobs of all users, with a search and filters."""

from dataclasses import dataclass, replace
from typing import Annotated

from litestar.di import Provide
from litestar.params import Parameter

from app.db.jobs.lists.search import count_jobs, find_jobs
from app.web.features.ops.views import JobOf, jobs_of_all
from app.web.job_filters.job_query import IN_API, ON_PAGE, JobQuery

PATH = "/admin/ops/jobs"
RETRIED = Parameter(description="Only jobs that workers took more than once.")


@dataclass(frozen=True)
class Found:
    """Some of the matching jobs; ``total`` counts all of them."""

    total: int
    jobs: list[JobOf]


async def history_view(wanted: JobQuery, retried: Annotated[bool, RETRIED] = False) -> JobQuery:
    """The filter and order that a request names."""
    return replace(wanted, which=replace(wanted.which, retried=retried), path=PATH)


async def found(view: JobQuery, *, limit: int, offset: int) -> Found:
    """The jobs of a page of a view; none if its typed filter cannot be read."""
    if view.error:
        return Found(0, [])
    rows = await find_jobs(view.which, owner=None, sort=view.sort, limit=limit, offset=offset)
    return Found(await count_jobs(view.which, owner=None), await jobs_of_all(rows))


OF_ALL_IN_API = IN_API | {"history": Provide(history_view)}
OF_ALL_ON_PAGE = ON_PAGE | {"history": Provide(history_view)}
