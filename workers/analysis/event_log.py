"""Shows the log lines of an analysis to the users of its job, as events."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from app.contract.events import Event, logged

Publish = Callable[[Event], None]


def relay_log_lines(publish: Publish) -> None:
    """Send the analysis's log records, from level info, to the users of the job."""
    handler = _EventHandler(publish)
    logger = logging.getLogger("app.analysis")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logger.propagate = False  # they may quote cells, which the server's log must not contain


class _EventHandler(logging.Handler):
    def __init__(self, publish: Publish) -> None:
        super().__init__()
        self._publish = publish

    def emit(self, record: logging.LogRecord) -> None:
        self._publish(
            logged(
                record.levelname.lower(),
                record.getMessage(),
                logger=record.name,
                rule=getattr(record, "rule", None),
                at=datetime.fromtimestamp(record.created, UTC),
            )
        )
