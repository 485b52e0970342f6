"""Cron expressions of five fields, in UTC: whether one is usable, what it means, and when."""

from datetime import datetime
from itertools import islice

from cronsim import CronSim, CronSimError

FIELDS = 5
LONGEST = 100
HOW_TO = (
    "A schedule has five fields: minute, hour, day of the month, month and day of the week, such "
    "as 30 2 * * * for 02:30 each day or 0 6 * * MON for Mondays at 06:00 (UTC)."
)


class CronError(Exception):
    """A text is no cron expression; it says why and how one is written."""


def require_cron(text: str, *, now: datetime) -> str:
    """The expression with one space between its fields.

    Raises:
        CronError: it is none, or its time never comes.
    """
    cron = " ".join(text.upper().split())
    if len(cron) > LONGEST:
        raise CronError(f"A schedule has at most {LONGEST} characters. {HOW_TO}")
    if len(cron.split()) != FIELDS:
        raise CronError(f"{text.strip()!r} has not five fields. {HOW_TO}")
    try:
        next_after(cron, now)
    except CronSimError as error:
        raise CronError(f"{cron!r} cannot be used: {str(error).lower()}. {HOW_TO}") from None
    except StopIteration:
        raise CronError(f"The time of {cron!r} never comes. {HOW_TO}") from None
    return cron


def next_after(cron: str, moment: datetime) -> datetime:
    """The first time after a moment."""
    return next(CronSim(cron, moment))


def next_times(cron: str, moment: datetime, number: int) -> list[datetime]:
    """The first times after a moment."""
    return list(islice(CronSim(cron, moment), number))


def meaning(cron: str, moment: datetime) -> str:
    """What an expression means, in English."""
    return CronSim(cron, moment).explain() + " (UTC)."
