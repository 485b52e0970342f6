"""The API of shares: with whom a job is shared, and the jobs that others share."""

from typing import Any

import msgspec
from litestar import Request, delete, get, put

from app.db.jobs.shares import (
    May,
    count_shared_with,
    permitted,
    share,
    unshare,
)
from app.web.features.sharing.views import SharedJob, ShareView, share_views, shared_job_views
from app.web.http.paging import Limit, Offset
from app.web.http.problems import problems
from app.web.http.security import MANAGE, READ, User

AnyRequest = Request[User, Any, Any]


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """With whom all versions of a job are shared."""

    shares: list[ShareView]


class ShareRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to share with, by name, and whether they may ``view`` or ``edit``."""

    name: str
    may: str = "view"


class SharedJobs(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the jobs that others share with the caller; ``total`` counts all of them."""

    total: int
    jobs: list[SharedJob]


@get("/api/v1/shared", tags=["shares"], responses=problems(404), opt=READ)
async def list_shared(request: AnyRequest, limit: Limit = 50, offset: Offset = 0) -> SharedJobs:
    """The jobs that others share with the caller, newest first.

    Their events are at each job's own stream; the stream of all of the caller's jobs has none.
    """
    jobs = await shared_job_views(request.user, limit, offset)
    return SharedJobs(total=await count_shared_with(request.user.name), jobs=jobs)


@get("/api/v1/jobs/{job_id:str}/shares", tags=["shares"], responses=problems(404), opt=READ)
async def list_shares(request: AnyRequest, job_id: str) -> Shares:
    """With whom a job is shared; its owner alone may know."""
    return Shares(shares=await share_views(await permitted(job_id, request.user.name, May.OWN)))


@put("/api/v1/jobs/{job_id:str}/shares", tags=["shares"], responses=problems(404), opt=MANAGE)
async def share_job(request: AnyRequest, job_id: str, data: ShareRequest) -> Shares:
    """Share all versions of a job with the account of a name, or change what it may.

    The answer is the same whether or not there is such an account.
    """
    job = await permitted(job_id, request.user.name, May.OWN)
    await share(job, data.name, data.may)
    return Shares(shares=await share_views(job))


@delete(
    "/api/v1/jobs/{job_id:str}/shares/{account:str}",
    tags=["shares"],
    responses=problems(404),
    opt=MANAGE,
)
async def unshare_job(request: AnyRequest, job_id: str, account: str) -> None:
    """Share a job with an account no more."""
    await unshare(await permitted(job_id, request.user.name, May.OWN), account)


HANDLERS = [list_shared, list_shares, share_job, unshare_job]
