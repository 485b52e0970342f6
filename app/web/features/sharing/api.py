"""The API of shares: with whom a job is shared, and the jobs that others share."""

import msgspec
from litestar import delete, get, put

from app.db.jobs.sharing.permission import May, permitted
from app.db.jobs.sharing.shared_jobs import count_shared_with
from app.db.jobs.sharing.shares import share, unshare
from app.web.features.sharing.views import SharedJob, ShareView, share_views, shared_job_views
from app.web.http.answers.paging import Limit, Offset
from app.web.http.faults.problems import problems
from app.web.http.identity.security import MANAGE, READ, AnyRequest


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts with which all versions of a job are shared."""

    shares: list[ShareView]


class ShareRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The name of the account to share with, and whether it may ``view`` or ``edit``."""

    name: str
    may: str = "view"


class SharedJobs(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the jobs that others share with the caller; ``total`` counts all of them."""

    total: int
    jobs: list[SharedJob]


@get("/api/v1/shared", tags=["shares"], responses=problems(404), opt=READ)
async def list_shared(request: AnyRequest, limit: Limit = 50, offset: Offset = 0) -> SharedJobs:
    """List the jobs that others share with the caller, newest first.

    Follow each by its own stream; the stream of all of the caller's jobs does not include them.
    """
    jobs = await shared_job_views(request.user, limit, offset)
    return SharedJobs(total=await count_shared_with(request.user.name), jobs=jobs)


@get("/api/v1/jobs/{job_id:str}/shares", tags=["shares"], responses=problems(404), opt=READ)
async def list_shares(request: AnyRequest, job_id: str) -> Shares:
    """List the accounts with which a job is shared; only its owner may see them."""
    return Shares(shares=await share_views(await permitted(job_id, request.user.name, May.OWN)))


@put("/api/v1/jobs/{job_id:str}/shares", tags=["shares"], responses=problems(404), opt=MANAGE)
async def share_job(request: AnyRequest, job_id: str, data: ShareRequest) -> Shares:
    """Share all versions of a job with an account, or change its permission.

    The answer does not reveal whether the account exists.
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
    """Stop sharing a job with an account."""
    await unshare(await permitted(job_id, request.user.name, May.OWN), account)


HANDLERS = [list_shared, list_shares, share_job, unshare_job]
