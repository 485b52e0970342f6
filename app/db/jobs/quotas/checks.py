"""Check that a change stays within the quotas of an account.

A change is made first and then checked, in one transaction that is rolled back if it exceeds a
quota. Changes of one account wait for each other, so parallel requests cannot exceed it.
"""

from contextlib import AbstractAsyncContextManager

from app.db.engine.transaction import one_by_one
from app.db.jobs.quotas.account_quotas import MB, Quotas, quotas_of
from app.db.jobs.quotas.usage import (
    seconds_until_expired,
    storage_bytes,
    submissions_of,
    waiting_jobs,
)

# When a client with too many waiting jobs may try again.
RETRY_WAITING_S = 30
MORE = "or ask an administrator for a higher quota."


class QuotaError(Exception):
    """A change would exceed a quota; the text has the numbers and says what to do.

    ``retry_after_s`` is in seconds, and None if waiting does not help.
    """

    def __init__(self, sentence: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


def one_at_a_time(*accounts: str) -> AbstractAsyncContextManager[None]:
    """Run the body as a transaction; transactions of the same accounts wait for each other."""
    return one_by_one(*(f"quota {account}" for account in accounts))


async def require_submissions(owner: str, by: str, defaults: Quotas, *, added: int) -> None:
    """Check the quotas after ``added`` jobs were queued by a user for an owner.

    Waiting jobs and storage count for the owner, submissions for the user ``by``.

    Raises:
        QuotaError: a quota is exceeded.
    """
    quotas = await quotas_of(owner, defaults)
    await _require_waiting(owner, quotas.waiting_jobs)
    await require_storage(owner, quotas.storage_mb)
    own = quotas if by == owner else await quotas_of(by, defaults)
    await _require_rate(by, own.submissions_per_hour, added)


async def require_storage(owner: str, most_mb: int) -> None:
    """Check the storage of an owner after an upload was added.

    Raises:
        QuotaError: it exceeds the quota.
    """
    if most_mb and (used := await storage_bytes(owner)) > most_mb * MB:
        raise QuotaError(
            f"This would take {used / MB:,.1f} MB of storage, and the quota of the account is "
            f"{most_mb:,} MB. Delete jobs that are no longer needed, {MORE}"
        )


async def _require_waiting(owner: str, most: int) -> None:
    if most and (waiting := await waiting_jobs(owner)) > most:
        raise QuotaError(
            f"This would make {waiting:,} job{'' if waiting == 1 else 's'} wait, and the quota of "
            f"the account is {most:,}. "
            f"Wait until some have been analyzed, cancel some, {MORE}",
            retry_after_s=RETRY_WAITING_S,
        )


async def _require_rate(by: str, most: int, added: int) -> None:
    if not most or (submissions := await submissions_of(by)) <= most:
        return
    noun = "submission" if submissions == 1 else "submissions"
    what = f"This would be {submissions:,} {noun} within an hour, and your quota is {most:,}."
    to_expire = submissions - most
    if added > most:
        raise QuotaError(f"{what} Send fewer at once, {MORE}")
    wait_s = await seconds_until_expired(by, to_expire)
    raise QuotaError(f"{what} Try again in {-(-wait_s // 60)} min, {MORE}", retry_after_s=wait_s)
