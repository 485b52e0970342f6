"""Applies actions to many jobs in the background of a web process, a slice at a time."""

import asyncio
import logging
import time
from contextlib import suppress

from piccolo.columns import And

from app.db.accounts.tables import Account
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.bulk_actions import (
    RefusedJob,
    advance,
    claim_bulk_action,
    jobs_left,
    stop,
)
from app.db.jobs.tables import BulkAction
from app.jobs.actions import ACTIONS, apply_action, job_or_refusal
from app.jobs.submission import JobSubmission
from app.runtime.background import Background
from app.storage import StorageAwayError

# After this time the next user's action has its turn.
SLICE_S = 1.0
# How often to look for an action whose process died and whose lease has expired.
LOOK_EVERY_S = 5.0
FAILED = "An internal error; the log of the server has its cause."

logger = logging.getLogger(__name__)


class BulkRunner:
    """Continues the stored actions of all users, together with other web processes."""

    def __init__(self, submissions: JobSubmission) -> None:
        self._submissions = submissions
        self._background = Background()
        self._is_wanted = asyncio.Event()

    async def start(self) -> None:
        """Start to continue actions in the background."""
        self._background.start(self._run_forever())

    async def stop(self) -> None:
        """Stop; another web process continues the action."""
        await self._background.stop()

    def wake(self) -> None:
        """Start a new action at once."""
        self._is_wanted.set()

    async def _run_forever(self) -> None:
        while True:
            self._is_wanted.clear()
            try:
                while (action := await claim_bulk_action()) is not None:
                    await self.run_slice(action)
            except (*DATABASE_FAULTS, StorageAwayError) as error:
                logger.warning("Actions on many jobs wait for database or storage: %s", error)
            except Exception:
                logger.exception("An action on many jobs failed; it is tried again.")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._is_wanted.wait()

    async def run_slice(self, action: BulkAction, *, slice_s: float = SLICE_S) -> None:
        """Apply a claimed action to its next jobs, and record the outcome."""
        if await _is_disabled(action.owner):
            await stop(action)
            return
        until, done, refused = time.monotonic() + slice_s, 0, []
        try:
            for job_id in jobs_left(action):
                if why := await self._refusal(action, job_id):
                    refused.append(why)
                else:
                    done += 1
                if time.monotonic() >= until:
                    break
        finally:  # also when the process stops: what was done is counted
            await advance(action, done, refused)

    async def _refusal(self, action: BulkAction, job_id: str) -> RefusedJob | None:
        """Apply an action to one job; return why it cannot be applied."""
        name, may = job_id, ACTIONS[action.action].may
        try:
            job = await job_or_refusal(job_id, may, by=action.owner)
            if isinstance(job, RefusedJob):
                return job
            name, tags = job.file_name, tuple(action.tags.split())
            return await apply_action(
                action.action, job, self._submissions, by=action.owner, tags=tags
            )
        except (*DATABASE_FAULTS, StorageAwayError):
            raise
        except Exception:  # otherwise the action would return to this job again and again
            logger.exception("The action %s failed for job %s.", action.id, job_id)
            return RefusedJob(name, FAILED)


async def _is_disabled(owner: str) -> bool:
    return bool(await Account.exists().where(And(Account.id == owner, Account.disabled.eq(True))))
