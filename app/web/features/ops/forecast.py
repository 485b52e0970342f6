"""How busy the workers were in the last hour, and when the queue will be empty."""

from collections.abc import Sequence

import msgspec

from app.contract.tasks import JobState
from app.db.jobs.history.attempts import count_ended
from app.db.jobs.turns.estimate import load_of_all
from app.db.queue_state import Queue
from app.figures import Figures
from app.web.wait_estimate import estimated_wait_s

# The attempts after which a job does not wait again.
FINAL = ("succeeded", "failed", "cancelled")


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """The load of the last hour, and what follows from it.

    ``busy_percent`` is the mean share of the workers' places that had a job. ``arrived`` counts the
    jobs that came or were started again, ``ended`` those that ended. ``empty_in_s`` is when no job
    waits any more if none arrives, in seconds, from the sizes of the tables and the speed of the
    last jobs. What cannot be known is null.
    """

    busy_percent: float | None
    arrived: int | None
    ended: int
    empty_in_s: int | None


async def forecast(queue: Queue, noted: Sequence[Figures], *, places: int) -> Forecast:
    """Return the forecast from the state of the queue now and the figures of the last hour."""
    waiting = queue.jobs.get(JobState.QUEUED, 0)
    now = waiting + queue.jobs.get(JobState.RUNNING, 0)
    ended = 0
    if noted:
        ended = sum([await count_ended(name, since=noted[0].since) for name in FINAL])
    return Forecast(
        busy_percent=_busy_percent(noted),
        arrived=_arrived(noted, now=now, ended=ended),
        ended=ended,
        empty_in_s=await _empty_in_s(waiting, places=places),
    )


async def _empty_in_s(waiting: int, *, places: int) -> int | None:
    if not waiting:
        return 0
    return estimated_wait_s(await load_of_all(), places=places)


def _busy_percent(noted: Sequence[Figures]) -> float | None:
    places = sum(each.places for each in noted)
    if not places:
        return None
    return round(min(100.0, 100 * sum(each.running for each in noted) / places), 1)


def _arrived(noted: Sequence[Figures], *, now: int, ended: int) -> int | None:
    """Return how many jobs came since the first figures: those that ended, and what was added."""
    if not noted:
        return None
    return max(0, ended + now - noted[0].waiting - noted[0].running)
