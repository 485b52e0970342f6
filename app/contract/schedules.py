"""The schedules there are: what each runs, and when until somebody says otherwise."""

from enum import StrEnum
from typing import NamedTuple


class Scheduled(StrEnum):
    """The tasks that run by the clock."""

    CLEAN_UP = "clean_up"
    FORGET_EXPIRED = "forget_expired"
    DELETE_ORPHANS = "delete_orphans"
    DIGEST_DAILY = "digest_daily"
    DIGEST_WEEKLY = "digest_weekly"
    TIDY_DATABASE = "tidy_database"


class Usual(NamedTuple):
    """How a schedule begins: ``catch_up`` is to make up for a run that was missed, once."""

    task: Scheduled
    cron: str
    catch_up: bool = True


# By their names; the times are UTC.
SCHEDULES = {
    "jobs": Usual(Scheduled.CLEAN_UP, "0 2 * * *"),
    "expired": Usual(Scheduled.FORGET_EXPIRED, "15 2 * * *"),
    "files": Usual(Scheduled.DELETE_ORPHANS, "30 2 * * *"),
    "database": Usual(Scheduled.TIDY_DATABASE, "0 3 * * SUN"),
    "daily-digest": Usual(Scheduled.DIGEST_DAILY, "0 6 * * *"),
    "weekly-digest": Usual(Scheduled.DIGEST_WEEKLY, "0 6 * * MON"),
}


class Outcome(StrEnum):
    """How a run stands. The last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    MISSED = "missed"
