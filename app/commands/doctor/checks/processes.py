"""Check that workers and a scheduler run, from their heartbeats."""

import socket

import psutil
from redis.exceptions import RedisError

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning
from app.queue.heartbeats import HeartbeatMessage, Seen
from app.queue.worker_registry import WorkerRegistry
from app.runtime.redis_connection import connect
from app.version import __version__


async def check(installation: Installation) -> Findings:
    """Look for the keys that workers and the scheduler write to Redis."""
    url = installation.settings.redis_url
    try:
        async with connect(url) as redis:
            workers = WorkerRegistry(redis)
            has_scheduler = not (await workers.silence()).of_scheduler
            seen = await workers.seen()
    except (RedisError, OSError):
        return  # the check of Redis reports it
    alive = [each for each in seen if not each.is_silent]
    for each in (
        *_missing_parts(has_worker=bool(alive), has_scheduler=has_scheduler),
        *_silent_workers(seen),
        *_drained_or_outdated(alive),
    ):
        yield each
    if alive and has_scheduler:
        yield ok("processes", f"{len(alive)} workers and a scheduler are running.")


def _missing_parts(*, has_worker: bool, has_scheduler: bool) -> list[Finding]:
    no_worker = error(
        "processes-worker",
        "No worker is running.",
        why="No job starts.",
        remedy="systemctl start sialoscope-worker@1  # or: sialoscope up",
    )
    no_scheduler = error(
        "processes-scheduler",
        "No scheduler is running.",
        why="Lost jobs are not restarted, e-mail is not sent, and old data is not deleted.",
        remedy="systemctl start sialoscope-scheduler  # or: sialoscope up",
    )
    return [*([] if has_worker else [no_worker]), *([] if has_scheduler else [no_scheduler])]


def _silent_workers(seen: list[Seen]) -> list[Finding]:
    """Return a finding for each silent worker that no other worker has replaced."""
    replaced = {each.heartbeat.host for each in seen if not each.is_silent}
    return [
        warning(
            "processes-silent",
            f"The worker {each.heartbeat.worker} has been silent for {each.silent_s:.0f} s.",
            why="It hangs, has died or lost its network, so fewer jobs run at once.",
            remedy=f"systemctl restart 'sialoscope-worker@*'  # on {each.heartbeat.host}",
        )
        for each in seen
        if each.is_silent and (_is_here(each.heartbeat) or each.heartbeat.host not in replaced)
    ]


def _is_here(heartbeat: HeartbeatMessage) -> bool:
    return heartbeat.host == socket.gethostname() and psutil.pid_exists(heartbeat.pid)


def _drained_or_outdated(alive: list[Seen]) -> list[Finding]:
    """Return findings if all running workers are drained, or some have another version."""
    findings = []
    if alive and not any(each.takes_jobs for each in alive):
        findings.append(
            warning(
                "processes-drained",
                f"All {len(alive)} workers are drained (by {alive[0].drained_by}).",
                why="They run, but start no job until one of them is resumed.",
                remedy="systemctl restart 'sialoscope-worker@*'  # or resume one at /admin/ops",
            )
        )
    others = sorted({each.heartbeat.version for each in alive} - {__version__})
    if others:
        findings.append(
            warning(
                "processes-version",
                f"Some workers run Sialoscope {', '.join(others)}; this is {__version__}.",
                why="They were not restarted after an upgrade, here or on another machine.",
                remedy="systemctl restart 'sialoscope-worker@*'  # on each machine",
            )
        )
    return findings
