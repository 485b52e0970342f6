"""Shares as the API and the pages show them, and what a user may do with a job."""

from dataclasses import dataclass

import msgspec

from app.db.accounts.store import AccountStore
from app.db.jobs.sharing.permission import May, right
from app.db.jobs.sharing.shared_jobs import shared_with
from app.db.jobs.sharing.shares import shares_of
from app.db.jobs.tables import Job
from app.web.http.identity.security import User
from app.web.job_view import JobView, view


class ShareView(msgspec.Struct, frozen=True, kw_only=True):
    """An account with which a job is shared: its name, and whether it may view or edit.

    It does not reveal whether the account exists. ``account`` names the share for its deletion.
    """

    account: str
    name: str
    may: str


class SharedJob(msgspec.Struct, frozen=True, kw_only=True):
    """Another user's job, with the name of its owner."""

    owner: str
    job: JobView


@dataclass(frozen=True)
class Standing:
    """What a user may do with a job that they see, and with whom it is shared."""

    may: May
    owner: str
    shares: list[ShareView]

    @property
    def can_edit(self) -> bool:
        """Whether the user may change the job."""
        return self.may >= May.EDIT

    @property
    def is_owner(self) -> bool:
        """Whether the job belongs to the user."""
        return self.may is May.OWN


async def standing(job: Job, user: User) -> Standing:
    """What a user may do with a job; only its owner sees with whom it is shared."""
    may = await right(job, user.name) or May.VIEW
    names = await AccountStore().names({job.owner})
    shares = await share_views(job) if may is May.OWN else []
    return Standing(may, names.get(job.owner, ""), shares)


async def share_views(job: Job) -> list[ShareView]:
    """List with whom a job is shared."""
    return [
        ShareView(account=each.id, name=each.name, may=each.may) for each in await shares_of(job)
    ]


async def shared_job_views(user: User, limit: int, offset: int) -> list[SharedJob]:
    """List the jobs that others share with a user, newest first."""
    jobs = await shared_with(user.name, limit=limit, offset=offset)
    names = await AccountStore().names({job.owner for job in jobs})
    return [SharedJob(owner=names.get(job.owner, job.owner), job=view(job)) for job in jobs]
