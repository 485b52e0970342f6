"""Sharing jobs with other accounts: who may see or change one, and what others share."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, delete, get, post, put
from litestar.params import Parameter
from litestar.response import Redirect, Template

from app.db.accounts.store import AccountStore
from app.db.jobs.shares import (
    May,
    count_shared_with,
    permitted,
    right,
    share,
    shared_with,
    shares_of,
    unshare,
)
from app.db.jobs.tables import Job
from app.web.http.paging import Limit, Offset
from app.web.http.problems import problems
from app.web.http.security import MANAGE, READ, User
from app.web.job_view import JobView, view

PER_PAGE = 50
SEE_OTHER: Literal[303] = 303

AnyRequest = Request[User, Any, Any]


class ShareView(msgspec.Struct, frozen=True, kw_only=True):
    """With whom a job is shared: a name, and whether its account may view or edit.

    It does not say that there is such an account. ``account`` names the share when it is deleted.
    """

    account: str
    name: str
    may: str


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """With whom all versions of a job are shared."""

    shares: list[ShareView]


class ShareRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to share with, by name, and whether they may ``view`` or ``edit``."""

    name: str
    may: str = "view"


class SharedJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job of another, with the name of its owner."""

    owner: str
    job: JobView


class SharedJobs(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the jobs that others share with the caller; ``total`` counts all of them."""

    total: int
    jobs: list[SharedJob]


@dataclass(frozen=True)
class Standing:
    """What a user may do with a job that they see, and with whom it is shared."""

    may: May
    owner: str
    shares: list[ShareView]

    @property
    def can_edit(self) -> bool:
        """Whether they may change it."""
        return self.may >= May.EDIT

    @property
    def is_owner(self) -> bool:
        """Whether it is theirs."""
        return self.may is May.OWN


async def standing(job: Job, user: User) -> Standing:
    """How a user stands to a job; only its owner learns with whom it is shared."""
    may = await right(job, user.name) or May.VIEW
    names = await AccountStore().names({job.owner})
    shares = await _shares(job) if may is May.OWN else []
    return Standing(may, names.get(job.owner, ""), shares)


@get("/api/v1/shared", tags=["shares"], responses=problems(404), opt=READ)
async def list_shared(request: AnyRequest, limit: Limit = 50, offset: Offset = 0) -> SharedJobs:
    """The jobs that others share with the caller, newest first.

    Their events are at each job's own stream; the stream of all of the caller's jobs has none.
    """
    jobs = await _shared(request.user, limit, offset)
    return SharedJobs(total=await count_shared_with(request.user.name), jobs=jobs)


@get("/api/v1/jobs/{job_id:str}/shares", tags=["shares"], responses=problems(404), opt=READ)
async def list_shares(request: AnyRequest, job_id: str) -> Shares:
    """With whom a job is shared; its owner alone may know."""
    return Shares(shares=await _shares(await permitted(job_id, request.user.name, May.OWN)))


@put("/api/v1/jobs/{job_id:str}/shares", tags=["shares"], responses=problems(404), opt=MANAGE)
async def share_job(request: AnyRequest, job_id: str, data: ShareRequest) -> Shares:
    """Share all versions of a job with the account of a name, or change what it may.

    The answer is the same whether or not there is such an account.
    """
    job = await permitted(job_id, request.user.name, May.OWN)
    await share(job, data.name, data.may)
    return Shares(shares=await _shares(job))


@delete(
    "/api/v1/jobs/{job_id:str}/shares/{account:str}",
    tags=["shares"],
    responses=problems(404),
    opt=MANAGE,
)
async def unshare_job(request: AnyRequest, job_id: str, account: str) -> None:
    """Share a job with an account no more."""
    await unshare(await permitted(job_id, request.user.name, May.OWN), account)


@post("/jobs/{job_id:str}/shares", include_in_schema=False, opt=MANAGE)
async def share_on_page(request: AnyRequest, job_id: str) -> Redirect:
    """Share a job by the form on its page."""
    job = await permitted(job_id, request.user.name, May.OWN)
    form = await request.form()
    await share(job, str(form.get("name", "")), str(form.get("may", "view")))
    return Redirect(f"/jobs/{job_id}#shares", status_code=SEE_OTHER)


@post("/jobs/{job_id:str}/shares/{account:str}/delete", include_in_schema=False, opt=MANAGE)
async def unshare_on_page(request: AnyRequest, job_id: str, account: str) -> Redirect:
    """Share a job with an account no more."""
    await unshare(await permitted(job_id, request.user.name, May.OWN), account)
    return Redirect(f"/jobs/{job_id}#shares", status_code=SEE_OTHER)


@get("/shared", include_in_schema=False, opt=READ)
async def shared_page(
    request: AnyRequest, page: Annotated[int, Parameter(ge=1, le=10**6)] = 1
) -> Template:
    """The jobs that others share with the user, each with its owner."""
    total = await count_shared_with(request.user.name)
    page = min(page, max(1, -(-total // PER_PAGE)))
    found = await _shared(request.user, PER_PAGE, (page - 1) * PER_PAGE)
    has_more = page * PER_PAGE < total
    context = {"shared": found, "total": total, "page": page, "has_more": has_more}
    return Template("pages/shared.html", context=context)


async def _shares(job: Job) -> list[ShareView]:
    return [
        ShareView(account=each.id, name=each.name, may=each.may) for each in await shares_of(job)
    ]


async def _shared(user: User, limit: int, offset: int) -> list[SharedJob]:
    jobs = await shared_with(user.name, limit=limit, offset=offset)
    names = await AccountStore().names({job.owner for job in jobs})
    return [SharedJob(owner=names.get(job.owner, job.owner), job=view(job)) for job in jobs]


HANDLERS = [
    *(list_shared, list_shares, share_job, unshare_job),
    *(share_on_page, unshare_on_page, shared_page),
]
