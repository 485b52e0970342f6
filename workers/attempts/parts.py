"""What every attempt at a job needs of its worker."""

from dataclasses import dataclass

from app.db.jobs.store import JobStore
from app.progress.publisher import Publisher
from app.storage import Folder
from workers.attempts.lost_logs import LostLogs
from workers.attempts.wake_ups import WakeUps
from workers.pool.process_pool import ProcessPool


@dataclass(frozen=True, kw_only=True)
class TimeLimits:
    """The time limits of an analysis, in seconds: asked to stop between rules, then killed."""

    soft_s: float
    hard_s: float


@dataclass(frozen=True, kw_only=True)
class AttemptParts:
    """The parts of a worker that its attempts share."""

    jobs: JobStore
    publisher: Publisher
    storage: Folder
    processes: ProcessPool
    limits: TimeLimits
    wake_ups: WakeUps
    lost_logs: LostLogs
