"""Delete an account with everything that belongs to it."""

from piccolo.columns import And

from app.db.accounts.errors import AccountError
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import (
    Account,
    AccountIdentity,
    ApiToken,
    RecoveryCode,
    SecondFactor,
    Share,
    StreamToken,
)
from app.db.engine.transaction import transaction
from app.db.jobs.store import JobStore
from app.db.jobs.tables import BulkAction, Preset, SavedView, TableChoice
from app.db.libraries.store import forget_libraries
from app.db.notifications.tables import Ending, MailChoice
from app.db.notifications.webhooks import forget_webhooks
from app.db.reviews.blinding import blind_to
from app.db.reviews.keeping import held_by_reviews, owns_one_of
from app.db.schedules.tables import OwnerChoice
from app.db.security.trail import EventKind, record
from app.jobs.delete import delete_jobs
from app.progress.publisher import Publisher
from app.storage import Folder

# So many jobs are deleted at once.
TOGETHER = 100
# The tables with rows of an owner. Jobs have files too, and webhooks have deliveries.
OWNED = (
    *(Preset, BulkAction, SavedView, TableChoice, ApiToken, StreamToken),
    *(MailChoice, Ending, OwnerChoice),
)
HELD = (
    "{number} of the jobs are signed off or under review, so they cannot be deleted. Close the "
    "reviews, and give the jobs to another account."
)
READS = (
    "This account reviews one of the jobs without seeing its result. Close the review first, or "
    "choose another account."
)
SAME = "The jobs cannot be handed to the account that is deleted. Choose another."


async def remove_account(
    account: Account,
    jobs: JobStore,
    storage: Folder,
    publisher: Publisher,
    *,
    heir: str | None,
    by: str,
) -> None:
    """Delete an account with its data; give its jobs to the heir, or delete them without one.

    The account is disabled first, so that it can add nothing during the removal. An interrupted
    removal can be repeated.

    Raises:
        AccountError: the account is the last administrator or its own heir, a job may not be
            deleted, or the heir must not see one.
    """
    if heir == account.id:
        raise AccountError(SAME)
    await _require_removable(account.id, heir)
    accounts = AccountStore()
    await accounts.disable(account.id)
    if heir:
        await _hand_over(account.id, heir, jobs)
    else:
        await _delete_jobs(account.id, jobs, storage, publisher, by=by)
    await _delete_all_else(account.id)
    await accounts.delete(account.id)


async def _require_removable(account_id: str, heir: str | None) -> None:
    """Check what reviews and sign-offs say, before anything is changed."""
    if heir is None:
        if number := await held_by_reviews(account_id):
            raise AccountError(HELD.format(number=number))
    elif await owns_one_of(account_id, await blind_to(heir)):
        raise AccountError(READS)


async def _delete_all_else(account_id: str) -> None:
    """Delete what belongs to an account beside its jobs."""
    await forget_webhooks(account_id)
    await forget_libraries(account_id)
    for table in OWNED:
        await table.delete().where(table.owner == account_id)
    for table_of_login in (AccountIdentity, SecondFactor, RecoveryCode):
        await table_of_login.delete().where(table_of_login.account == account_id)


async def _hand_over(owner: str, heir: str, jobs: JobStore) -> None:
    """Give the jobs to the heir, and delete the heir's shares of them."""
    ids = await jobs.all_of(owner)
    async with transaction():
        await jobs.hand_over(owner=owner, to=heir)
        detail = {"from": owner, "jobs": len(ids)}
        await record(EventKind.JOBS_HANDED_OVER, about=heir, detail=detail)
    if ids:
        await Share.delete().where(And(Share.account == heir, Share.job.is_in(ids)))


async def _delete_jobs(
    owner: str, jobs: JobStore, storage: Folder, publisher: Publisher, *, by: str
) -> None:
    job_ids = await jobs.all_of(owner)
    for start in range(0, len(job_ids), TOGETHER):
        some = job_ids[start : start + TOGETHER]
        await delete_jobs(some, jobs, storage, publisher, owner=owner, by=by)
