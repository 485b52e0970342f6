"""Applies actions to many jobs in the background of a web process, a slice at a time."""

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field

from piccolo.columns import And, Or

from app.db.accounts.roles import VIEWER
from app.db.accounts.tables import Account
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.changes.bulk_actions import RefusedJob, advance, claim_bulk_action, jobs_left, stop
from app.db.jobs.tables import BulkAction
from app.jobs.actions import ACTIONS, TOGETHER, apply_action, jobs_and_refusals, refusals
from app.jobs.done_before import done_before
from app.jobs.submission import JobSubmission
from app.runtime.background import Background
from app.storage import StorageAwayError

# After this time the next user's action has its turn.
SLICE_S = 1.0
# How often to look for an action whose process died and whose lease has expired.
LOOK_EVERY_S = 5.0
FAILED = "An internal error; the log of the server has its cause."

logger = logging.getLogger(__name__)


@dataclass
class Progress:
    """What a slice of an action has done."""

    done: int = 0
    refused: list[RefusedJob] = field(default_factory=list)


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
        if not await _may_change(action.owner):
            await stop(action)
            return
        until, progress = time.monotonic() + slice_s, Progress()
        left = jobs_left(action)
        try:
            while left and time.monotonic() < until:
                now, left = left[:TOGETHER], left[TOGETHER:]
                await self._apply_and_count(action, now, progress)
        finally:  # also when the process stops: what was done is counted
            await advance(action, progress.done, progress.refused)

    async def _apply_and_count(
        self, action: BulkAction, job_ids: list[str], progress: Progress
    ) -> None:
        """Apply an action to some jobs to their last one, even while this process stops."""
        applying = asyncio.create_task(self._refusals(action, job_ids))
        try:
            await asyncio.shield(applying)
        finally:
            refused = await applying
            progress.done += len(job_ids) - len(refused)
            progress.refused += refused

    async def _refusals(self, action: BulkAction, job_ids: list[str]) -> list[RefusedJob]:
        """Apply an action to jobs, and return those that refuse it."""
        try:
            return await self._apply(action, job_ids)
        except (*DATABASE_FAULTS, StorageAwayError):
            raise
        except Exception:  # otherwise the action would return to these jobs again and again
            logger.exception("The action %s failed for %d jobs.", action.id, len(job_ids))
            if len(job_ids) == 1:
                return [RefusedJob(job_ids[0], FAILED)]
            alone = [await self._refusals(action, [job_id]) for job_id in job_ids]
            return [each for found in alone for each in found]

    async def _apply(self, action: BulkAction, job_ids: list[str]) -> list[RefusedJob]:
        by, tags = action.owner, tuple(action.tags.split())
        jobs, refused = await jobs_and_refusals(job_ids, ACTIONS[action.action].may, by=by)
        why = await apply_action(action.action, jobs, self._submissions, by=by, tags=tags)
        done = await done_before(
            action.action,
            [*why, *(each.name for each in refused)],
            self._submissions,
            by=by,
            since=action.created_at,
        )
        missing = [each for each in refused if each.name not in done]
        return [*missing, *refusals([job for job in jobs if job.id not in done], why)]


async def _may_change(owner: str) -> bool:
    """Whether an owner may still change jobs, as neither disabled accounts nor viewers may."""
    lost_it = Or(Account.disabled.eq(True), Account.role == VIEWER)
    return not await Account.exists().where(And(Account.id == owner, lost_it))
