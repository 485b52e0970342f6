"""The API of data retention: how long jobs are kept, which are due for deletion, and kept jobs."""

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.params import Parameter

from app.db.data_retention.keeping_time import MOST_DAYS, KeepingTime
from app.db.data_retention.store import Retention, pin
from app.db.jobs.sharing.permission import May, permitted
from app.db.jobs.store import JobStore
from app.web.features.data_retention.views import Due, KeepView, due_view, keep_view
from app.web.http.answers.paging import Limit, Offset
from app.web.http.faults.problems import problems
from app.web.http.identity.security import ADMIN, MANAGE, READ, AnyRequest
from app.web.job_view import JobView, view

WithinDays = Annotated[
    int,
    Parameter(ge=0, le=MOST_DAYS, description="Preview the cleanup so many days from now."),
]


class KeepChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many days to keep the caller's finished jobs; null for the default."""

    days: int | None


class KeepAll(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many days jobs are kept by default, and the most days a user may choose."""

    default_days: int
    most_days: int


@get("/api/v1/retention", tags=["retention"], responses=problems(), opt=READ)
async def show_retention(request: AnyRequest, retention: Retention) -> KeepView:
    """Show for how many days the caller's finished jobs are kept."""
    return await keep_view(retention, owner=request.user.name)


@put("/api/v1/retention", tags=["retention"], responses=problems(), opt=MANAGE)
async def choose_retention(request: AnyRequest, data: KeepChoice, retention: Retention) -> KeepView:
    """Choose for how many days the caller's finished jobs are kept."""
    await retention.choose(data.days, owner=request.user.name)
    return await keep_view(retention, owner=request.user.name)


@get("/api/v1/retention/due", tags=["retention"], responses=problems(), opt=READ)
async def list_due(
    request: AnyRequest,
    retention: Retention,
    within_days: WithinDays = 0,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Due:
    """List the caller's jobs that the cleanup would delete, by the same rule as the cleanup."""
    owner = request.user.name
    return await due_view(
        retention, owner=owner, within_days=within_days, limit=limit, offset=offset
    )


@get("/api/v1/retention/all", tags=["retention"], responses=problems(), opt=ADMIN)
async def show_rule(retention: Retention) -> KeepAll:
    """Show how long everybody's jobs are kept, for administrators."""
    keeping = await retention.keeping()
    return KeepAll(default_days=keeping.default_days, most_days=keeping.most_days)


@put("/api/v1/retention/all", tags=["retention"], responses=problems(), opt=ADMIN)
async def set_rule(data: KeepAll, retention: Retention) -> KeepAll:
    """Set how long jobs are kept by default, and the most days that users may choose."""
    await retention.set_keeping(KeepingTime(data.default_days, data.most_days))
    return data


@get("/api/v1/retention/all/due", tags=["retention"], responses=problems(), opt=ADMIN)
async def list_all_due(
    retention: Retention, within_days: WithinDays = 0, limit: Limit = 50, offset: Offset = 0
) -> Due:
    """List everybody's jobs that the cleanup would delete, for administrators."""
    return await due_view(
        retention, owner=None, within_days=within_days, limit=limit, offset=offset
    )


@put("/api/v1/jobs/{job_id:str}/keep", tags=["retention"], responses=problems(404), opt=MANAGE)
async def keep_job(request: AnyRequest, job_id: str, jobs: JobStore) -> JobView:
    """Keep a job and all its versions for ever."""
    job = await permitted(job_id, request.user.name, May.OWN)
    await pin(job, pinned=True)
    return view(await jobs.get(job.id))


@delete("/api/v1/jobs/{job_id:str}/keep", tags=["retention"], responses=problems(404), opt=MANAGE)
async def release_job(request: AnyRequest, job_id: str) -> None:
    """Let the cleanup delete a job in time again, unless another version of it is kept."""
    await pin(await permitted(job_id, request.user.name, May.OWN), pinned=False)


HANDLERS = [
    *(show_retention, choose_retention, list_due, show_rule, set_rule, list_all_due),
    *(keep_job, release_job),
]
