"""Changes that the owner of a job asks for: cancel, start again, delete, give to another."""

from collections.abc import Sequence

from piccolo.columns import And

from app.contract.tasks import JobState, Step
from app.db.engine.clock import from_now
from app.db.jobs.changes.job_queries import JobQueries
from app.db.jobs.conditions import CANCELLED, Values, has_id, has_state, next_job_turn
from app.db.jobs.errors import JobConflictError
from app.db.jobs.quotas.account_quotas import Quotas
from app.db.jobs.quotas.checks import one_at_a_time, require_submissions
from app.db.jobs.tables import Job
from app.db.jobs.turns.priority import deal_turns
from app.db.reviews.keeping import require_deletable, why_kept

STARTABLE = (JobState.FAILED, JobState.CANCELLED)
# Jobs that were queued by one statement have the same turn, and get the following ones.
ONE_AFTER_ANOTHER = """
    WITH line AS (
        SELECT id, ROW_NUMBER() OVER (ORDER BY created_at, id) - 1 AS place
        FROM job WHERE id IN ({})
    )
    UPDATE job SET turn = job.turn + line.place FROM line WHERE job.id = line.id
"""


class OwnerChanges(JobQueries):
    """Changes jobs for their owners, or for users who act for them."""

    quotas: Quotas

    async def cancel(self, job_id: str, *, owner: str, by: str | None = None) -> Job:
        """Cancel a waiting job, or ask the worker of a running job to stop; return the job.

        ``by`` is the user who cancels it, if that is not the owner.

        Raises:
            JobNotFoundError: there is no such job.
            JobConflictError: the job has ended.
        """
        requested: Values = {Job.cancel_requested: True, Job.acted_by: by}
        waiting = And(has_id(job_id, owner), has_state(JobState.QUEUED))
        running = And(has_id(job_id, owner), has_state(JobState.RUNNING))
        while not (  # a worker may claim or return the job between the two statements
            await Job.update(_cancelled(by)).where(waiting).returning(Job.id)
            or await Job.update(requested).where(running).returning(Job.id)
        ):
            if JobState((await self.get(job_id, owner=owner)).state).is_final:
                raise JobConflictError("The job has ended already; there is nothing to cancel.")
        return await self.get(job_id, owner=owner)

    async def cancel_waiting(self, job_ids: Sequence[str], *, by: str) -> list[Job]:
        """Cancel those of these jobs that wait, in one statement, and return them."""
        waiting = And(Job.id.is_in(list(job_ids)), has_state(JobState.QUEUED))
        cancelling = Job.update(_cancelled(by)).where(waiting)
        return [Job(**row) for row in await cancelling.returning(*Job.all_columns())]

    async def queue_again(self, job_id: str, *, owner: str, by: str | None = None) -> Job:
        """Queue a failed or cancelled job again; a queued job stays as it is.

        ``by`` is the user who starts it, if that is not the owner.

        Raises:
            JobNotFoundError: there is no such job.
            JobConflictError: the job is running or has succeeded.
            QuotaError: the owner or the user would exceed a quota.
        """
        queued = await self.queue_all_again([job_id], owner=owner, by=by)
        job = queued[0] if queued else await self.get(job_id, owner=owner)
        if job.state != JobState.QUEUED:
            raise JobConflictError(_why_not_startable(job))
        return job

    async def queue_all_again(
        self, job_ids: Sequence[str], *, owner: str, by: str | None = None
    ) -> list[Job]:
        """Queue those of an owner's jobs again that failed or were cancelled, and return them.

        Raises:
            QuotaError: the owner or the user would exceed a quota; none is queued.
        """
        async with one_at_a_time(owner, by or owner):
            queued = await self._put_back(job_ids, owner, by)
            if queued:
                await require_submissions(owner, by or owner, self.quotas, added=len(queued))
                await deal_turns(owner)
                is_queued = Job.id.is_in(queued)
                return await Job.objects().where(is_queued).order_by(Job.turn, Job.queued_at)
        return []

    async def _put_back(self, job_ids: Sequence[str], owner: str, by: str | None) -> list[str]:
        """Queue jobs in the order in which they were submitted; return the ids of the queued."""
        is_startable = And(
            And(Job.id.is_in(list(job_ids)), Job.owner == owner), has_state(*STARTABLE)
        )
        rows = await Job.update(self._queued(owner, by)).where(is_startable).returning(Job.id)
        queued = [row["id"] for row in rows]
        if len(queued) > 1:  # all have the same turn now
            await Job.raw(ONE_AFTER_ANOTHER.format(", ".join("{}" for _ in queued)), *queued)
        return queued

    @staticmethod
    def _queued(owner: str, by: str | None) -> Values:
        return {
            Job.state: JobState.QUEUED,
            Job.step: Step.QUEUED,
            Job.percentage: 0,
            Job.message: "",
            Job.error: None,
            Job.queued_at: from_now(),
            Job.started_at: None,
            Job.finished_at: None,
            Job.turn: next_job_turn(owner),
            Job.lost_leases: 0,
            Job.faults: 0,
            Job.not_before: None,
            Job.cancel_requested: False,
            Job.untold: False,
            Job.acted_by: by,
        }

    async def delete(self, job_id: str, *, owner: str, by: str | None = None) -> Job:
        """Delete a job in any state; a worker that runs it stops at its next renewal.

        ``by`` is the user who deletes it, if that is not the owner.

        Raises:
            JobNotFoundError: there is no such job.
            JobConflictError: it is signed off, or its review is open.
        """
        job = await self.get(job_id, owner=owner)
        await require_deletable(job)
        await self.delete_all([job_id], owner=owner, by=by or owner)
        return job

    async def delete_all(self, job_ids: Sequence[str], *, owner: str, by: str) -> list[Job]:
        """Delete those of these jobs that the owner has and that may go, and return them."""
        kept = await why_kept(job_ids)
        ids = [each for each in job_ids if each not in kept]
        is_one = And(Job.id.is_in(ids or [""]), Job.owner == owner)
        # The trigger of the audit trail reads this column. From now on nobody can sign these jobs
        # off or open a review of one, so what was done before is known.
        await Job.update({Job.deleted_by: by}).where(is_one)
        kept = await why_kept(ids)
        await Job.update({Job.deleted_by: None}).where(Job.id.is_in(list(kept) or [""]))
        may_go = And(is_one, Job.id.not_in(list(kept) or [""]))
        deleted = await Job.delete().where(may_go).returning(*Job.all_columns())
        return [Job(**row) for row in deleted]

    async def hand_over(self, *, owner: str, to: str) -> int:
        """Give all jobs of an owner to another, and return how many there were.

        Their idempotency keys are removed, because the new owner may have used the same keys.
        """
        values: Values = {Job.owner: to, Job.idempotency_key: None}
        return len(await Job.update(values).where(Job.owner == owner).returning(Job.id))


def _cancelled(by: str | None) -> Values:
    return {
        Job.state: JobState.CANCELLED,
        Job.finished_at: from_now(),
        Job.message: CANCELLED,
        Job.untold: True,
        Job.acted_by: by,
    }


def _why_not_startable(job: Job) -> str:
    if job.state == JobState.RUNNING:
        return "The job is running already. Follow its events, or wait until it has ended."
    return "The job is done. Read its rows, or submit the file again to analyze it again."
