"""The log of each process on standard error: lines of text, or one JSON object per line.

Each line names its request, job and attempt, if it belongs to one. All times are UTC. No line
contains data of users, except the account and the address of a failed login, and the id of the
account whose event stream ended.
"""

import logging
import os
import socket
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec

from app.settings import JSON

LINE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
# The errors of this package quote cells of tables.
READS_CELLS = "polars"
CHATTY = ("piccolo", "taskiq", "botocore", "boto3", "s3transfer", "urllib3")
PROCESS = f"{socket.gethostname()}:{os.getpid()}"

NONE: Mapping[str, str] = MappingProxyType({})
_marks: ContextVar[Mapping[str, str]] = ContextVar("marks", default=NONE)


@contextmanager
def marked(**added: str | None) -> Iterator[None]:
    """Add marks, such as the id of a request, to every line that the ``with`` body logs."""
    token = _marks.set(marks() | {name: text for name, text in added.items() if text})
    try:
        yield
    finally:
        _marks.reset(token)


def marks() -> dict[str, str]:
    """Return the current marks."""
    return dict(_marks.get())


def set_up(log_format: str, part: str, *, tells_errors: bool = True) -> None:
    """Set up the log of this process (its ``part``, such as web) in one of ``LOG_FORMATS``.

    Without ``tells_errors`` the log has only the class and the traceback of an exception: its
    message may contain cells of a table.
    """
    handler = logging.StreamHandler(sys.stderr)
    kind = _Json if log_format == JSON else _Text
    handler.setFormatter(kind(part, tells_errors=tells_errors))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


class _Text(logging.Formatter):
    def __init__(self, part: str, *, tells_errors: bool) -> None:
        super().__init__(LINE)
        self.part = part
        self._tells_errors = tells_errors

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - logging's own
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own
        found = " ".join(f"{name}={text}" for name, text in marks().items())
        line = super().formatMessage(record) + (f" [{found}]" if found else "")
        return line.replace("\r", r"\r").replace("\n", r"\n")  # so that no path can forge a line

    def formatException(self, ei: Any) -> str:  # noqa: N802, ANN401 - logging's own
        kind, _, frames = ei
        if self._tells_errors and not kind.__module__.startswith(READS_CELLS):
            return super().formatException(ei)
        return "".join([*traceback.format_tb(frames), kind.__name__])


class _Json(_Text):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "part": self.part,
            "process": PROCESS,
            "logger": record.name,
            "message": record.getMessage(),
            **marks(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()
