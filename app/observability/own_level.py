"""The level of our own loggers in this process.

It is the level of our own loggers alone: at ``debug``, libraries would log statements with the data
of users in them.
"""

import logging
from enum import StrEnum

OWN_LOGGERS = ("app", "workers", "sialoscope")

logger = logging.getLogger(__name__)


class Level(StrEnum):
    """The levels that can be set; warnings are always logged, because failed logins are such."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"


class _Own:
    """The level of this process."""

    level = Level.INFO


def own_level() -> Level:
    """Return the level of the own loggers of this process."""
    return _Own.level


def apply_level(level: Level) -> bool:
    """Set the level of the own loggers of this process; return whether it was another one."""
    if level is _Own.level:
        return False
    logger.warning("The level of the log is %s now.", level)
    _Own.level = level
    for name in OWN_LOGGERS:
        logging.getLogger(name).setLevel(level.upper())
    return True
