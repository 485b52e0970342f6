"""Check that the clocks of this machine, Redis and the database agree."""

import time

import asyncpg
from redis.exceptions import RedisError

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning
from app.db.engine.connect import DATABASE_FAULTS
from app.runtime.redis_connection import connect
from app.settings import Settings

NOTICED_S = 2
TOO_MUCH_S = 10


async def check(installation: Installation) -> Findings:
    """Compare the clocks; another check reports a server that does not answer."""
    found = []
    try:
        async with connect(installation.settings.redis_url) as redis:
            sent = time.time()
            seconds, microseconds = await redis.time()
            found += _skew("Redis", seconds + microseconds / 1e6, sent, time.time())
    except (RedisError, OSError):
        pass
    if not installation.settings.database_url.startswith("sqlite:"):
        found += await _postgresql_skew(installation.settings)
    for each in found:
        yield each
    if not found:
        yield ok("clock", "The clocks of all parts agree.")


async def _postgresql_skew(settings: Settings) -> list[Finding]:
    try:
        connection = await asyncpg.connect(settings.database_url)
    except DATABASE_FAULTS:
        return []
    try:
        sent = time.time()
        theirs = float(await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())"))
        return _skew("PostgreSQL", theirs, sent, time.time())
    finally:
        await connection.close()


def _skew(part: str, theirs: float, sent: float, received: float) -> list[Finding]:
    """Return a finding if a clock that was read between two of our times differs too much."""
    ahead_s = max(theirs - received, 0) or min(theirs - sent, 0)
    if abs(ahead_s) < NOTICED_S:
        return []
    finding = error if abs(ahead_s) >= TOO_MUCH_S else warning
    return [
        finding(
            "clock-skew",
            f"The clock of {part} is {abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'}"
            " that of this machine.",
            why="Schedules run and links expire at the wrong time, and times in the log are wrong.",
            remedy="timedatectl set-ntp true  # on every machine",
        )
    ]
