"""Share jobs with other accounts, and check who may see or change a job."""

from datetime import UTC, datetime
from enum import IntEnum
from uuid import uuid4

from piccolo.columns import And, Or

from app.db.accounts.names import name_key
from app.db.accounts.store import AccountStore, require_name
from app.db.accounts.tables import Share
from app.db.engine.transaction import one_by_one, transaction
from app.db.jobs.conditions import Condition
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.reviews.blinding import HiddenTable, blind_to, is_blind
from app.db.security.trail import EventKind, record


class May(IntEnum):
    """A right on a job; each right includes those before it."""

    VIEW = 1
    EDIT = 2
    OWN = 3


# A limit is needed because a share can name an account that does not exist.
MOST_SHARES = 200
MAY_BY_WORD = {"view": May.VIEW, "edit": May.EDIT}
REFUSED = {
    May.EDIT: "This job is shared with you to look at. Ask its owner to let you change it too.",
    May.OWN: "Only the owner of this job may do that.",
}
BLIND = (
    "You review the table of this job without seeing its result. Your rows are on the page of "
    "reviews; the job opens again when the review is closed."
)


class NotPermittedError(Exception):
    """A user may see a job but may not do this with it; the text says whom to ask."""

    def __init__(self, job: Job, may: May) -> None:
        super().__init__(REFUSED[may])
        self.file_name = job.file_name


class BlindReviewError(NotPermittedError):
    """A reader of an open review must not see the job; the text says what they may see."""

    def __init__(self, job: Job) -> None:
        Exception.__init__(self, BLIND)
        self.file_name = job.file_name


class ShareError(Exception):
    """A job cannot be shared; the text says why and what to do."""


async def permitted(job_id: str, by: str, may: May = May.VIEW) -> Job:
    """Return a job if user ``by`` has this right on it, as its owner or by a share.

    Raises:
        JobNotFoundError: the job does not exist, or the user may not see it.
        BlindReviewError: the user is a reader of an open review of its table.
        NotPermittedError: the user may see the job but lacks the right.
    """
    job = await JobStore().get(job_id)
    has = await right(job, by)
    if has is None and await is_blind(by, job):
        raise BlindReviewError(job)
    if has is None:
        raise JobNotFoundError(f"There is no job {job_id}.")
    if has < may:
        raise NotPermittedError(job, may)
    return job


async def right(job: Job, by: str) -> May | None:
    """Return the right of user ``by`` on a job; None without one, and for a blind reader."""
    if job.owner == by:  # who is never a reader
        return May.OWN
    is_it = And(Share.job == first_version(job), Share.account == by)
    share = await Share.objects().where(is_it).first()
    if share is None or await is_blind(by, job):
        return None
    return MAY_BY_WORD[share.may]


async def may_edit(job: Job, by: str) -> bool:
    """Whether user ``by`` may change a job."""
    return (await right(job, by) or May.VIEW) >= May.EDIT


def first_version(job: Job) -> str:
    """Return the id of the first version of a job, which stands for all versions."""
    return str(job.version_of or job.id)


async def shares_of(job: Job) -> list[Share]:
    """Return the shares of a job, oldest first."""
    return await Share.objects().where(Share.job == first_version(job)).order_by(Share.created_at)


async def share(job: Job, name: str, may: str) -> None:
    """Share all versions of a job with the account of this name, or change its right.

    A name without an account is stored too, so the owner of a job cannot find out who has an
    account. An account that gets this name later does not see the job.

    Raises:
        AccountError: the text cannot be an account name.
        ShareError: there is no such right, the account is the owner, or there are too many shares.
    """
    name = require_name(name)
    account = await _account_id_or_random(name)
    _require_shareable(job, account, may)
    given = _share_row(job, account, name, may)
    async with one_by_one(f"shares {given.job}"):
        await _require_room(given)
        await Share.insert(given).on_conflict(
            target=(Share.job, Share.name_key),
            action="DO UPDATE",
            values=[Share.may, Share.account],
        )
        detail = {"job": given.job, "may": may}
        await record(EventKind.SHARE_GIVEN, about=account, about_name=name, detail=detail)


def _share_row(job: Job, account: str, name: str, may: str) -> Share:
    return Share(
        id=uuid4().hex,
        job=first_version(job),
        account=account,
        name=name,
        name_key=name_key(name),
        may=may,
        created_at=datetime.now(UTC),
    )


async def _account_id_or_random(name: str) -> str:
    """Return the id of the account of this name, or a random id if there is none."""
    account = await AccountStore().named(name)
    return str(account.id) if account else uuid4().hex


def _require_shareable(job: Job, account: str, may: str) -> None:
    if may not in MAY_BY_WORD:
        raise ShareError(f"A share lets somebody {' or '.join(MAY_BY_WORD)} a job, not {may!r}.")
    if account == job.owner:
        raise ShareError("This is the owner of the job, who may do everything already.")


async def _require_room(given: Share) -> None:
    others = And(Share.job == given.job, Share.name_key != given.name_key)
    if await Share.count().where(others) >= MOST_SHARES:
        raise ShareError(
            f"A job can be shared with at most {MOST_SHARES} names. Stop sharing it with one first."
        )


async def unshare(job: Job, share_id: str) -> None:
    """End one share of a job."""
    first = first_version(job)
    ended = Share.delete().where(And(Share.job == first, Share.id == share_id))
    async with transaction():
        for row in await ended.returning(Share.account, Share.name):
            whose, name = row["account"], row["name"]
            kind, detail = EventKind.SHARE_TAKEN_BACK, {"job": first}
            await record(kind, about=whose, about_name=name, detail=detail)


async def forget_shares(*deleted: Job) -> None:
    """Delete the shares of deleted jobs of which no version is left."""
    firsts = [first_version(job) for job in deleted]
    if not firsts or not await Share.exists().where(Share.job.is_in(firsts)):
        return
    is_left = Or(Job.id.is_in(firsts), Job.version_of.is_in(firsts))
    left = {first_version(job) for job in await Job.objects().where(is_left)}
    if gone := [first for first in firsts if first not in left]:
        await Share.delete().where(Share.job.is_in(gone))


async def shared_with(account: str, *, limit: int, offset: int = 0) -> list[Job]:
    """Return the jobs of others that an account may see, newest first."""
    query = Job.objects().where(await _is_shared_with(account))
    return await query.order_by(Job.created_at, ascending=False).limit(limit).offset(offset)


async def count_shared_with(account: str) -> int:
    """Return how many jobs of others an account may see."""
    return int(await Job.count().where(await _is_shared_with(account)))


async def _is_shared_with(account: str) -> Condition:
    first = Share.select(Share.job).where(Share.account == account)
    ids = [row["job"] for row in await first] or [""]
    seen: Condition = Or(Job.id.is_in(ids), Job.version_of.is_in(ids))
    for hidden in await blind_to(account):
        seen = And(seen, _has_another_table(hidden))
    return seen


def _has_another_table(hidden: HiddenTable) -> Condition:
    is_other = Or(Job.owner != hidden.owner, Job.upload_sha256 != hidden.upload_sha256)
    is_no_version = Or(Job.version_of.is_null(), Job.version_of != hidden.first)
    return And(And(is_other, Job.id != hidden.first), is_no_version)
