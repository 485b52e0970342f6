"""The worker's broker and scheduler, wired to the tasks they run."""

import os
import socket
from contextlib import AsyncExitStack

from taskiq import TaskiqEvents, TaskiqScheduler, TaskiqState

from app import tracing
from app.broker import create_broker, send_task
from app.contract.tasks import ANALYZE, CLEAN_UP, MEASURE, PROBE, SEND_LETTERS, SWEEP
from app.db.engine import kept_open
from app.db.jobs import JobStore
from app.db.letters import has_due_letters
from app.mail.smtp import MailServer, send_due_letters
from app.metrics.tally import Tally
from app.presence import Presence
from app.progress.probes import Probes
from app.progress.publisher import Publisher
from app.redis_server import connect
from app.settings import Settings
from app.sizes import measure
from app.storage import create_storage
from workers.analysis import AnalysisTask, Limits
from workers.cleanup import Upkeep
from workers.heartbeat import WORKER, Heartbeat
from workers.processes import ProcessPool
from workers.schedule import DailyRun, GuardedSchedule

CLEAN_UP_HOUR_UTC = 2
SWEEP_EVERY_S = 10
MEASURE_EVERY_S = 600

settings = Settings.from_environment()
broker = create_broker(settings.redis_url)
_redis = connect(settings.redis_url)
scheduler = TaskiqScheduler(broker, sources=[GuardedSchedule(broker, _redis)])

_open = AsyncExitStack()
_jobs = JobStore()
_publisher = Publisher(_redis)
_probes = Probes(_redis)
_tally = Tally(_redis)
_storage = create_storage(settings)
_cores_each = (os.cpu_count() or 1) // (settings.workers * settings.tasks_per_worker)
processes = ProcessPool(
    polars_threads=max(1, _cores_each), memory_bytes=settings.analysis_memory_bytes
)
_limits = Limits(soft_s=settings.soft_limit_s, hard_s=settings.hard_limit_s)
_analysis = AnalysisTask(_jobs, _publisher, _storage, processes, _limits, worker=WORKER)
_heartbeat = Heartbeat(Presence(_redis), places=settings.tasks_per_worker, obey=broker.rest)
_mail_server = MailServer.of(settings)
_daily_clean_up = DailyRun(_redis, CLEAN_UP, hour=CLEAN_UP_HOUR_UTC)
_upkeep = Upkeep(_jobs, _publisher, _storage, broker, keep_jobs_days=settings.keep_jobs_days)


@broker.task(task_name=ANALYZE)
async def analyze() -> None:
    """Run the job whose turn it is."""
    if broker.rests:  # it came just before
        await send_task(broker, ANALYZE)
        return
    await _analysis.run()


@broker.task(task_name=CLEAN_UP, schedule=[{"cron": f"0 {CLEAN_UP_HOUR_UTC} * * *"}])
async def clean_up() -> None:
    """Delete the jobs that are kept no longer."""
    await _daily_clean_up.note_begun()
    await _upkeep.clean_up()


@broker.task(task_name=SWEEP, schedule=[{"interval": SWEEP_EVERY_S}])
async def sweep() -> None:
    """Bring every job on its way, and tell the ends that nobody heard of."""
    await _upkeep.sweep()
    await _upkeep.tell_ends()
    if _mail_server and await has_due_letters():
        await send_task(broker, SEND_LETTERS)
    if await _daily_clean_up.is_missed():
        await send_task(broker, CLEAN_UP)


@broker.task(task_name=MEASURE, schedule=[{"interval": MEASURE_EVERY_S}])
async def measure_sizes() -> None:
    """Measure what everything takes up, for administrators to see."""
    await measure(_redis, _storage)


@broker.task(task_name=SEND_LETTERS)
async def send_letters() -> None:
    """Send what lies in the outbox."""
    if _mail_server:
        await send_due_letters(_mail_server)


@broker.task(task_name=PROBE)
async def answer_probe(ticket: str) -> None:
    """Say that a task of ``sialoscope ping`` has come."""
    await _probes.answer(ticket, f"{socket.gethostname()}, process {os.getpid()}")


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def open_connections(_: TaskiqState) -> None:
    """Open what stays open."""
    await _open.enter_async_context(kept_open())
    await _tally.start()
    await _heartbeat.start()
    tracing.set_up(settings, "worker")


@broker.on_event(TaskiqEvents.WORKER_SHUTDOWN)
async def hand_back(_: TaskiqState) -> None:
    """Leave no job and no analysis process behind."""
    await _analysis.hand_back()
    await _heartbeat.stop()
    await processes.close()
    await _tally.stop()
    tracing.shut_down()
    await _open.aclose()
