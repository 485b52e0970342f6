"""Actions on many jobs whose process died after the change of jobs and before it counted them.

The audit trail has what was done. So the process that goes on with the action counts these jobs as
done, and removes the files that a deletion left.
"""

from collections.abc import Collection
from datetime import datetime

from redis.exceptions import RedisError

from app.contract.tasks import JobState
from app.db.accounts.stream_tokens import opens_jobs, revoke_stream_tokens
from app.db.jobs.contents.references import UPLOADS
from app.db.jobs.history.audit import Entry, entries_since
from app.jobs.delete import DELETED, folders_of
from app.jobs.submission import JobSubmission
from app.jobs.upload_files import SUFFIXES

# What the audit trail says of a job that an action was applied to, where a repetition is refused.
ENTRIES = {
    "cancel": ("cancelled", "cancel requested"),
    "start": ("queued again",),
    "delete": ("deleted",),
}


async def done_before(
    action: str,
    refused: Collection[str],
    submissions: JobSubmission,
    *,
    by: str,
    since: datetime,
) -> set[str]:
    """Return the ids of those refused jobs that the action of this user was applied to before."""
    entries = ENTRIES.get(action)
    if not refused or not entries:
        return set()
    found = await entries_since(since, refused, who=by, what=entries)
    if action == "delete" and found:
        await _end_deletion(found, submissions, by)
    return set(found)


async def _end_deletion(found: dict[str, Entry], submissions: JobSubmission, owner: str) -> None:
    """Remove what a deletion left of jobs; most of it may be gone."""
    await revoke_stream_tokens(opens_jobs(found), owner=owner)
    uploads = [f"{UPLOADS}{job_id}{suffix}" for job_id in found for suffix in SUFFIXES]
    folders = [key for job_id in found for key in folders_of(job_id)]
    await submissions.storage.discard_all([*uploads, *folders])
    try:
        for job_id, entry in found.items():
            if not JobState(entry.detail["state"]).is_final:
                await submissions.publisher.publish(job_id, DELETED, owner=owner)
            await submissions.publisher.forget(job_id)
    except RedisError:  # the events expire by themselves
        return
