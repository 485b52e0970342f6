"""Share jobs with other accounts, and end shares."""

from datetime import UTC, datetime
from uuid import uuid4

from piccolo.columns import And, Or

from app.db.accounts.names import name_key, require_name
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Share
from app.db.engine.transaction import one_by_one, transaction
from app.db.jobs.sharing.permission import MAY_BY_WORD, first_version
from app.db.jobs.tables import Job
from app.db.security.trail import EventKind, record

# A limit is needed because a share can name an account that does not exist.
MOST_SHARES = 200


class ShareError(Exception):
    """A job cannot be shared; the text says why and what to do."""


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
