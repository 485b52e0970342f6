"""The priority of a job among its owner's waiting jobs; jobs of other owners are not affected.

Owners take turns, and each waiting job has one of its owner's turns. So a priority only decides
which of the owner's jobs gets which of these turns (docs/adr/0089).
"""

from collections.abc import Sequence
from enum import StrEnum

from piccolo.columns import And

from app.db.jobs.history.audit import add_entries
from app.db.jobs.quotas.checks import one_at_a_time
from app.db.jobs.tables import Job


class Priority(StrEnum):
    """The priority of a job."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


# The numbers in the database, so that it can sort by them.
RANKS = {Priority.HIGH: 1, Priority.NORMAL: 0, Priority.LOW: -1}
NAMES = {rank: priority for priority, rank in RANKS.items()}

# The owner's waiting jobs, by priority, get the owner's turns, by number. Turns below 0 are of jobs
# that an operator moved to the front.
DEAL = """
    WITH line AS (
        SELECT id, turn,
            ROW_NUMBER() OVER (ORDER BY priority DESC, turn, queued_at, id) AS place,
            ROW_NUMBER() OVER (ORDER BY turn, queued_at, id) AS turn_place
        FROM job WHERE owner = {} AND state = 'queued' AND turn >= 0
    )
    UPDATE job SET turn = dealt.turn
    FROM (
        SELECT line.id, other.turn FROM line JOIN line AS other ON other.turn_place = line.place
    ) AS dealt
    WHERE job.id = dealt.id AND job.state = 'queued' AND job.turn <> dealt.turn
"""
# Without such a job the turns are in order already; an index has the answer.
HAS_PRIORITIES = """
    SELECT 1 FROM job WHERE owner = {} AND state = 'queued' AND priority <> 0 LIMIT 1
"""


def priority_of(job: Job) -> Priority:
    """Return the priority of a job."""
    return NAMES[job.priority]


async def deal_turns(owner: str) -> None:
    """Put an owner's waiting jobs in the order of their priorities, in the caller's transaction."""
    if await Job.raw(HAS_PRIORITIES, owner):
        await Job.raw(DEAL, owner)


async def set_priority(jobs: Sequence[Job], priority: Priority, *, by: str) -> None:
    """Set the priority of jobs; one that does not wait takes it to its next time in the queue."""
    if not jobs:
        return
    rank = RANKS[priority]
    others = And(Job.id.is_in([job.id for job in jobs]), Job.priority != rank)
    async with one_at_a_time(*(job.owner for job in jobs)):
        rows = await Job.update({Job.priority: rank}).where(others).returning(Job.id)
        ids = {row["id"] for row in rows}
        changed = [job for job in jobs if job.id in ids]
        await note_priority(changed, priority, by=by)
        for owner in sorted({job.owner for job in changed}):
            await Job.raw(DEAL, owner)


async def note_priority(jobs: Sequence[Job], priority: Priority, *, by: str) -> None:
    """Add the new priority of jobs to their audit trails, in the caller's transaction."""
    detail = {"priority": priority.value}
    await add_entries(jobs, who=by, what="priority changed", detail=detail)
