"""Whether workers and a scheduler are alive, as their signs and the last sweep tell."""

import asyncio
import socket

import psutil
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app import __version__
from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning
from app.contract.tasks import SWEEP
from app.queue.worker_registry import Presence, Seen, Sign
from app.runtime.redis_connection import connect

SCHEDULED = f"sialoscope:scheduled:{SWEEP}"
# The sweeper is sent every 10 s; the mark of that is gone for a moment before the next.
PATIENCE_S = 3


async def check(installation: Installation) -> Findings:
    """Look for the marks that they leave in Redis."""
    url = installation.settings.redis_url
    try:
        async with connect(url) as redis:
            has_scheduler = await _has_scheduler(redis)
            seen = await Presence(redis).seen()
    except (RedisError, OSError):
        return  # told by the check of Redis
    alive = [each for each in seen if not each.is_silent]
    if not alive:
        yield error(
            "processes-worker",
            "No worker shows itself.",
            why="Jobs wait for ever.",
            remedy="systemctl start sialoscope-worker@1  # or: sialoscope up",
        )
    if not has_scheduler:
        yield error(
            "processes-scheduler",
            "No scheduler has sent its tasks of late.",
            why="Jobs that lost their worker, letters and the cleanup wait.",
            remedy="systemctl start sialoscope-scheduler  # or: sialoscope up",
        )
    for each in (*_of_silence(seen), *_of_signs(alive)):
        yield each
    if alive and has_scheduler:
        yield ok("processes", f"{len(alive)} workers and a scheduler are alive.")


def _of_silence(seen: list[Seen]) -> list[Finding]:
    """The workers that no other has taken the place of."""
    helped = {each.sign.host for each in seen if not each.is_silent}
    return [
        warning(
            "processes-silent",
            f"The worker {each.sign.worker} has been silent for {each.silent_s:.0f} s.",
            why="It is frozen, dead or cut off, so fewer jobs run at once than you expect.",
            remedy=f"systemctl restart 'sialoscope-worker@*'  # on {each.sign.host}",
        )
        for each in seen
        if each.is_silent and (_is_here(each.sign) or each.sign.host not in helped)
    ]


def _is_here(sign: Sign) -> bool:
    return sign.host == socket.gethostname() and psutil.pid_exists(sign.pid)


def _of_signs(alive: list[Seen]) -> list[Finding]:
    """What the workers that show themselves tell: whether any takes jobs, and their versions."""
    findings = []
    if alive and not any(each.takes_jobs for each in alive):
        findings.append(
            warning(
                "processes-drained",
                f"All {len(alive)} workers are drained ({alive[0].drained_by} asked for it).",
                why="They are alive, but jobs wait until one takes jobs again.",
                remedy="systemctl restart 'sialoscope-worker@*'  # or resume one at /admin/ops",
            )
        )
    others = sorted({each.sign.version for each in alive} - {__version__})
    if others:
        findings.append(
            warning(
                "processes-version",
                f"Workers of Sialoscope {', '.join(others)} run beside this one of {__version__}.",
                why="They were not started again since an upgrade, or on another machine.",
                remedy="systemctl restart 'sialoscope-worker@*'  # on each machine",
            )
        )
    return findings


async def _has_scheduler(redis: Redis) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await redis.exists(SCHEDULED):  # noqa: ASYNC110 - a key tells nobody
                await asyncio.sleep(0.1)
            return True
    except TimeoutError:
        return False
