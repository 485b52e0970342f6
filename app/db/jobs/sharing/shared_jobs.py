"""List the jobs of others that an account may see."""

from piccolo.columns import And, Or

from app.db.accounts.tables import Share
from app.db.jobs.conditions import Condition
from app.db.jobs.tables import Job
from app.db.reviews.blinding import HiddenTable, blind_to


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
