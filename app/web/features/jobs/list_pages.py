"""The page of the job list."""

from collections import Counter
from typing import Annotated, Any, Literal

from litestar import get
from litestar.params import Parameter
from litestar.response import Template
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from app.contract.tasks import JobState
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.lists.batches import jobs_of_batch
from app.db.jobs.lists.search import JobFilter, count_jobs, find_jobs
from app.progress.relay import Relay
from app.progress.streams import key_of_owner
from app.web.features.jobs.browser_tab import tab
from app.web.features.saved_views.views import own_views
from app.web.http.identity.security import READ, AnyRequest
from app.web.job_filters.job_query import ON_PAGE, JobQuery
from app.web.job_filters.query_language import FIELDS
from app.web.job_view import view
from app.web.wait_estimate import WaitEstimate

JOBS_PER_PAGE = 50
MOST_RUNNING = 100


@get("/jobs", include_in_schema=False, dependencies=ON_PAGE, opt=READ)
async def job_list(
    request: AnyRequest,
    wanted: JobQuery,
    relay: Relay,
    waiting: WaitEstimate,
    page: Annotated[int, Parameter(ge=1)] = 1,
    select: Literal["", "all"] = "",
) -> Template:
    """The page of the user's jobs; the event stream updates it.

    With ``select`` all shown jobs are selected, for browsers without JavaScript.
    """
    owner, which = request.user.name, wanted.which
    after = await relay.streams.tip(key_of_owner(owner))
    return Template(
        "pages/jobs.html",
        status_code=HTTP_400_BAD_REQUEST if wanted.error else HTTP_200_OK,
        context={
            **await _running(owner),
            **await _listed(wanted, page, owner=owner),
            "after": after,
            "all_wait": await waiting.why_all_wait(),
            "link": wanted,
            "which": which,
            "states": list(JobState),
            "is_filtered": which != JobFilter() or bool(wanted.error),
            "fields": FIELDS,
            "saved_views": await own_views(owner),
            **(await _batch(which.batch, owner=owner) if which.batch else {"batch": None}),
            "all_chosen": select == "all",
        },
    )


async def _batch(batch_id: str, *, owner: str) -> dict[str, Any]:
    """How many jobs of a batch are in each state, and their ids in the order of their files.

    There are none if the batch does not exist.
    """
    try:
        jobs = await jobs_of_batch(batch_id, owner=owner)
    except JobNotFoundError:
        jobs = []
    return {"batch": Counter(job.state for job in jobs), "of_batch": [job.id for job in jobs]}


async def _listed(wanted: JobQuery, page: int, *, owner: str) -> dict[str, Any]:
    """The jobs of a page of the list, and where it stands among the pages.

    After the last page comes the last page.
    """
    total = 0 if wanted.error else await count_jobs(wanted.which, owner=owner)
    last_page = max(1, -(-total // JOBS_PER_PAGE))
    page = min(page, last_page)
    place = {"limit": JOBS_PER_PAGE, "offset": (page - 1) * JOBS_PER_PAGE}
    found = await find_jobs(wanted.which, owner=owner, sort=wanted.sort, **place) if total else []
    return {
        "jobs": [view(job) for job in found],
        "total": total,
        "page": page,
        "last_page": last_page,
    }


async def _running(owner: str) -> dict[str, Any]:
    """The running jobs of all pages with their percentages, and the browser tab for them."""
    which = JobFilter(states=(JobState.RUNNING,))
    found = await find_jobs(which, owner=owner, limit=MOST_RUNNING)
    running = {job.id: job.percentage for job in found}
    mean = sum(running.values()) // len(running) if running else 0
    return {"running": running, "tab": tab(JobState.RUNNING, mean) if running else None}


HANDLERS = [job_list]
