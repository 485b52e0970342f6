"""Check and explain cron expressions of five fields, and compute their times (UTC)."""

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
    """A text is not a cron expression; the error says why and how to write one."""


def require_cron(text: str, *, now: datetime) -> str:
    """Check a cron expression, and return it with one space between its fields.

    Raises:
        CronError: it is not a cron expression, or its time never comes.
    """
    cron = " ".join(text.upper().split())
    if len(cron) > LONGEST:
        raise CronError(f"A schedule has at most {LONGEST} characters. {HOW_TO}")
    if len(cron.split()) != FIELDS:
        raise CronError(f"{text.strip()!r} does not have five fields. {HOW_TO}")
    try:
        next_after(cron, now)
    except CronSimError as error:
        raise CronError(f"{cron!r} cannot be used: {str(error).lower()}. {HOW_TO}") from None
    except StopIteration:
        raise CronError(f"The time of {cron!r} never comes. {HOW_TO}") from None
    return cron


def next_after(cron: str, moment: datetime) -> datetime:
    """Return the first time of an expression after a moment."""
    return next(CronSim(cron, moment))


def next_times(cron: str, moment: datetime, number: int) -> list[datetime]:
    """Return the first ``number`` times of an expression after a moment."""
    return list(islice(CronSim(cron, moment), number))


def meaning(cron: str, moment: datetime) -> str:
    """Return the meaning of an expression in English."""
    return CronSim(cron, moment).explain() + " (UTC)."
