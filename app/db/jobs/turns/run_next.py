"""Move a waiting job to the front: of its owner's jobs, or of all jobs for an operator."""

from app.db.engine.transaction import transaction
from app.db.jobs.errors import JobConflictError
from app.db.jobs.history.audit import add_entry
from app.db.jobs.quotas.checks import one_at_a_time
from app.db.jobs.tables import Job

# The owner's jobs before this one each take the turn of the next, and this one takes the first
# turn. So the owner keeps the same turns, and nobody else's job waits longer. Its priority becomes
# that of the highest before it, so that it stays in front when another job arrives.
AMONG_OWN = """
    WITH moved AS (
        SELECT id, LEAD(turn) OVER line AS following, FIRST_VALUE(turn) OVER line AS front,
            MAX(priority) OVER () AS highest
        FROM job
        WHERE owner = {} AND state = 'queued' AND (turn < {} OR (turn = {} AND queued_at <= {}))
        WINDOW line AS (ORDER BY turn, queued_at, CASE WHEN id = {} THEN 1 ELSE 0 END)
    )
    UPDATE job
    SET turn = CASE
            WHEN moved.following IS NULL THEN moved.front
            WHEN moved.following > moved.front THEN moved.following
            ELSE moved.front + 1 END,
        priority = CASE WHEN moved.following IS NULL THEN moved.highest ELSE priority END,
        not_before = CASE WHEN moved.following IS NULL THEN NULL ELSE not_before END
    FROM moved WHERE job.id = moved.id AND job.state = 'queued'
    RETURNING job.id
"""
# Turns below 0 are those that operators gave; the turns of new jobs are not counted from them.
OF_ALL = """
    UPDATE job
    SET not_before = NULL, turn = (
        SELECT MIN(turn) - 1 FROM (
            SELECT 0 AS turn UNION ALL SELECT turn FROM job WHERE state = 'queued'
        ) AS turns
    )
    WHERE id = {} AND state = 'queued' RETURNING id
"""
WAITS_NO_MORE = "The job does not wait any more, so it cannot be moved to the front of the queue."


async def run_next_among_own(job: Job, *, by: str) -> None:
    """Let a waiting job run before the others of its owner; those of other owners keep their place.

    Raises:
        JobConflictError: the job does not wait.
    """
    async with one_at_a_time(job.owner):
        turn, since = job.turn, job.queued_at
        rows = await Job.raw(AMONG_OWN, job.owner, turn, turn, since, job.id)
        await _note(job, rows, by=by, among="own jobs")


async def run_next_of_all(job: Job, *, by: str) -> None:
    """Let a waiting job run before all others.

    Raises:
        JobConflictError: the job does not wait.
    """
    async with transaction():
        await _note(job, await Job.raw(OF_ALL, job.id), by=by, among="all jobs")


async def _note(job: Job, moved: list[dict[str, str]], *, by: str, among: str) -> None:
    if job.id not in [row["id"] for row in moved]:
        raise JobConflictError(WAITS_NO_MORE)
    await add_entry(job, who=by, what="moved to run next", detail={"among": among})
