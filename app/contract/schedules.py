"""The schedules: the task of each, and its default time."""

from enum import StrEnum
from typing import NamedTuple


class Scheduled(StrEnum):
    """The tasks that run on a schedule."""

    CLEAN_UP = "clean_up"
    FORGET_EXPIRED = "forget_expired"
    DELETE_ORPHANS = "delete_orphans"
    DIGEST_DAILY = "digest_daily"
    DIGEST_WEEKLY = "digest_weekly"
    TIDY_DATABASE = "tidy_database"


class Usual(NamedTuple):
    """The defaults of a schedule; ``catch_up`` means that one missed run is made up for."""

    task: Scheduled
    cron: str
    catch_up: bool = True


# The schedules by name; the times are UTC.
SCHEDULES = {
    "jobs": Usual(Scheduled.CLEAN_UP, "0 2 * * *"),
    "expired": Usual(Scheduled.FORGET_EXPIRED, "15 2 * * *"),
    "files": Usual(Scheduled.DELETE_ORPHANS, "30 2 * * *"),
    "database": Usual(Scheduled.TIDY_DATABASE, "0 3 * * SUN"),
    "daily-digest": Usual(Scheduled.DIGEST_DAILY, "0 6 * * *"),
    "weekly-digest": Usual(Scheduled.DIGEST_WEEKLY, "0 6 * * MON"),
}


class Outcome(StrEnum):
    """The state of a run. The last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    MISSED = "missed"
