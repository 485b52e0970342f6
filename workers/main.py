"""The worker's broker and scheduler, wired to the tasks they run."""

import os
import socket
from contextlib import AsyncExitStack
from functools import partial

from taskiq import TaskiqEvents, TaskiqScheduler, TaskiqState

from app.contract.schedules import Scheduled
from app.contract.tasks import (
    ANALYZE,
    MEASURE,
    PROBE,
    RUN_SCHEDULED,
    SEND_EMAILS,
    SEND_NOTIFICATIONS,
    SWEEP,
)
from app.db.data_retention.store import Retention
from app.db.engine.connect import kept_open
from app.db.jobs.store import JobStore
from app.db.notifications.email_outbox import has_due_emails
from app.db.notifications.webhook_outbox import has_due_deliveries
from app.disk_usage import measure
from app.notifications.alerts.checks import Checks
from app.notifications.email.smtp import MailServer
from app.observability import tracing
from app.observability.log_level import LogLevel
from app.observability.metrics.tally import Tally
from app.progress.probes import Probes
from app.progress.publisher import Publisher
from app.queue.broker import create_broker, send_task
from app.queue.worker_registry import WorkerRegistry
from app.runtime.redis_connection import connect
from app.runtime.watchdog import Watchdog
from app.settings import Settings
from app.storage import create_storage
from workers.attempts.lost_logs import LostLogs
from workers.attempts.parts import AttemptParts, TimeLimits
from workers.attempts.task import AnalysisTask
from workers.attempts.wake_ups import WakeUps
from workers.dead_workers import DeadWorkers
from workers.heartbeat import WORKER, Heartbeat
from workers.notifications.digest import Digest
from workers.notifications.ended_jobs import EndNotifications
from workers.notifications.mailer import Mailer
from workers.notifications.outbox_watch import OutboxWatch
from workers.notifications.webhook_dispatcher import WebhookDispatcher
from workers.pool.pool_size import PoolSize, process_limits
from workers.pool.process_pool import ProcessPool
from workers.schedules.interval_tasks import IntervalTasks
from workers.schedules.runs import ScheduleRuns
from workers.upkeep.alert_watch import AlertWatch
from workers.upkeep.cleanup import Cleanup, tidied
from workers.upkeep.sweeper import Sweeper
from workers.upkeep.turn import Upkeep

SWEEP_EVERY_S = 10
MEASURE_EVERY_S = 600

settings = Settings.from_environment()
broker = create_broker(settings.redis_url)
_redis = connect(settings.redis_url)
sweeps = TaskiqScheduler(broker, sources=[IntervalTasks(broker, _redis)])

_open = AsyncExitStack()
_jobs = JobStore()
_publisher = Publisher(_redis)
_probes = Probes(_redis)
_tally = Tally(_redis)
_storage = create_storage(settings)
processes = ProcessPool(process_limits(settings, settings.tasks_per_worker))
_pool_size = PoolSize(settings, broker, processes)
_watchdog = Watchdog(settings)
_log_level = LogLevel(_redis, tell=_watchdog.tell_log_level)
_lost_logs = LostLogs(_redis, _storage)
_analysis = AnalysisTask(
    AttemptParts(
        jobs=_jobs,
        publisher=_publisher,
        storage=_storage,
        processes=processes,
        limits=TimeLimits(soft_s=settings.soft_limit_s, hard_s=settings.hard_limit_s),
        wake_ups=WakeUps(broker),
        lost_logs=_lost_logs,
    ),
    worker=WORKER,
)
_worker_registry = WorkerRegistry(_redis)
_heartbeat = Heartbeat(
    _worker_registry,
    places=lambda: _pool_size.places,
    analyses=lambda: processes.pids,
    obey=broker.rest,
)
_dead_workers = DeadWorkers(_jobs, _worker_registry, own=WORKER)
_mailer = Mailer(MailServer.of(settings))
_end_notifications = EndNotifications(settings)
_webhook_dispatcher = WebhookDispatcher(settings, _end_notifications)
_sweeper = Sweeper(_jobs, _publisher, broker)
upkeep = Upkeep(
    settings=settings,
    redis=_redis,
    worker_registry=_worker_registry,
    tally=_tally,
    log_level=_log_level,
    sweeper=_sweeper,
    alerts=AlertWatch(
        settings=settings,
        checks=Checks(settings, _redis, _worker_registry),
        mailer=_mailer,
        dispatcher=_webhook_dispatcher,
    ),
)
_cleanup = Cleanup(
    Retention(default_days=settings.keep_jobs_days),
    _storage,
    _publisher,
    settings.kept_exports_bytes,
)
_digest = Digest(settings)
_scheduled = ScheduleRuns(
    {
        Scheduled.CLEAN_UP: _cleanup.delete_jobs,
        Scheduled.FORGET_EXPIRED: _cleanup.forget_expired,
        Scheduled.DELETE_ORPHANS: _cleanup.delete_orphans,
        Scheduled.DIGEST_DAILY: partial(_digest.write, "daily"),
        Scheduled.DIGEST_WEEKLY: partial(_digest.write, "weekly"),
        Scheduled.TIDY_DATABASE: tidied,
    }
)


@broker.task(task_name=ANALYZE)
async def analyze() -> None:
    """Run the next job, and then send the notifications about its end."""
    if broker.rests:  # the message arrived just before this worker was drained
        await send_task(broker, ANALYZE)
        return
    if await _analysis.run():
        await _sweeper.wake_for_limited()
    if await _end_notifications.queue():  # the watch of the outboxes finds what is due otherwise
        await _send_due()


@broker.task(task_name=RUN_SCHEDULED)
async def run_scheduled(run_id: str) -> None:
    """Run a task of a schedule."""
    await _scheduled.run(run_id)


@broker.task(task_name=SWEEP, schedule=[{"interval": SWEEP_EVERY_S}])
async def sweep() -> None:
    """Publish missing last events of jobs, save missing logs, and send notifications."""
    await _sweeper.publish_missing_ends()
    await _lost_logs.save_new()
    await send_notifications()


@broker.task(task_name=MEASURE, schedule=[{"interval": MEASURE_EVERY_S}])
async def measure_sizes() -> None:
    """Measure the disk usage for the administrators' page."""
    await measure(_redis, _storage)


@broker.task(task_name=SEND_NOTIFICATIONS)
async def send_notifications() -> None:
    """Queue notifications of ended jobs, and send those that are due."""
    await _end_notifications.queue()
    await _send_due()


async def _send_due() -> None:
    if await has_due_deliveries():
        _webhook_dispatcher.wake()
    if await has_due_emails():
        _mailer.wake()


_outbox_watch = OutboxWatch(send_notifications, rests=lambda: broker.rests)


@broker.task(task_name=SEND_EMAILS)
async def send_emails() -> None:
    """Send the e-mails in the outbox."""
    _mailer.wake()


@broker.task(task_name=PROBE)
async def answer_probe(ticket: str) -> None:
    """Report that a test task of ``sialoscope ping`` has arrived."""
    await _probes.answer(ticket, f"{socket.gethostname()}, process {os.getpid()}")


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def open_connections(_: TaskiqState) -> None:
    """Open connections and start background tasks when the worker starts."""
    await _open.enter_async_context(kept_open())
    await _tally.start()
    await _log_level.start()
    await _pool_size.start()
    await _heartbeat.start()
    await _dead_workers.start()
    await _outbox_watch.start()
    await processes.keep_one_ready()
    await _watchdog.start()
    tracing.set_up(settings, "worker")


@broker.on_event(TaskiqEvents.WORKER_SHUTDOWN)
async def hand_back(_: TaskiqState) -> None:
    """Hand back jobs and end all processes and connections when the worker stops."""
    await _analysis.hand_back()
    await _outbox_watch.stop()
    await _dead_workers.stop()
    await _heartbeat.stop()
    await _webhook_dispatcher.close()
    await _mailer.close()
    await _pool_size.stop()
    await processes.close()
    await _log_level.stop()
    await _tally.stop()
    tracing.shut_down()
    await _open.aclose()
    await _watchdog.stop()
