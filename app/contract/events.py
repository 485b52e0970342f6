"""The typed events that a job publishes while it runs, for every progress stream.

The tag of an event is the ``event:`` field of a server-sent event; its JSON is the ``data:`` field.
"""

from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec

from app.contract.tasks import PERCENTAGE, Step

# The message of a job that no worker has claimed yet.
WAITING = "Waiting for a worker."


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """The base class of all events."""

    @property
    def name(self) -> str:
        """Return the event's tag, such as ``progress``."""
        return str(self.__struct_config__.tag)


class Connected(Event, frozen=True, kw_only=True, tag="connected"):
    """The stream is open; sent once to each client."""

    job_id: str | None = None


class Progress(Event, frozen=True, kw_only=True, tag="progress"):
    """A step of the job started. ``timestamp`` is ISO 8601 in UTC, ``percentage`` is 0 to 100."""

    message: str
    percentage: int
    current_step: str
    timestamp: str


class Log(Event, frozen=True, kw_only=True, tag="log"):
    """One line of the analysis's log; ``level`` is info, warning or error.

    ``logger`` is the module that wrote the line and ``rule`` the number of the rule, if any.
    ``timestamp`` is ISO 8601 in UTC.
    """

    level: str
    message: str
    logger: str | None = None
    rule: int | None = None
    timestamp: str | None = None


class RuleDone(Event, frozen=True, kw_only=True, tag="rule"):
    """A rule has checked every row; ``counts`` has the number of rows by verdict."""

    number: int
    title: str
    counts: dict[str, int]


class MovedCalls(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that moved from one call to another; if both are equal, they did not move after all."""

    before: str
    after: str
    rows: list[int]


class CallsMoved(Event, frozen=True, kw_only=True, tag="changes"):
    """More rows of a refit whose calls differ from those of the version ``before``.

    What it says of a row replaces what an earlier event of the same ``attempt`` said; another
    attempt starts from nothing. ``total`` counts all rows that moved so far, of which ``left_out``
    are too many to be named, and ``cause`` is the subject of the ``sentence``. What
    ``is_provisional`` can still change; the last event of a refit that succeeds is not.
    """

    before: str
    attempt: int
    total: int
    cause: str
    sentence: str
    is_provisional: bool
    changes: list[MovedCalls]
    left_out: int = 0


class Complete(Event, frozen=True, kw_only=True, tag="complete"):
    """The job succeeded and its result is saved."""

    success: bool
    redirect_url: str
    message: str


class Failed(Event, frozen=True, kw_only=True, tag="error"):
    """The job failed; ``message`` says what to do, ``error`` is the kind of error."""

    message: str
    error: str


class Cancelled(Event, frozen=True, kw_only=True, tag="cancelled"):
    """The job was cancelled before it ended."""

    message: str


class Snapshot(Event, frozen=True, kw_only=True, tag="snapshot"):
    """The job as it is in the database now, for a client whose stream lost events."""

    job: dict[str, Any]


class Watchers(Event, frozen=True, kw_only=True, tag="watchers"):
    """Who follows the job just now; it is made for each client and never stored.

    ``count`` includes dashboards, which follow by a stream token and have no name.
    """

    count: int
    names: list[str]


AnyEvent: TypeAlias = (
    Connected
    | Progress
    | Log
    | RuleDone
    | CallsMoved
    | Complete
    | Failed
    | Cancelled
    | Snapshot
    | Watchers
)
TERMINAL = (Complete, Failed, Cancelled)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(event: Event) -> bytes:
    """Return an event as JSON, with its tag in the field ``type``."""
    return _encoder.encode(event)


def encode_with_job(event: Event, job_id: str) -> bytes:
    """Return an event as JSON with the field ``job_id``, null if it belongs to no job."""
    return _encoder.encode(msgspec.to_builtins(event) | {"job_id": job_id or None})


def decode(data: bytes) -> AnyEvent:
    """Return the event that ``encode`` wrote.

    Raises:
        msgspec.ValidationError: the JSON is not an event of this version.
    """
    return _decoder.decode(data)


def entered(step: Step, message: str, percentage: int | None = None) -> Progress:
    """Return the event of a step that starts now, by default with the step's own percentage."""
    return Progress(
        message=message,
        percentage=PERCENTAGE[step] if percentage is None else percentage,
        current_step=step,
        timestamp=_timestamp(datetime.now(UTC)),
    )


def logged(
    level: str,
    message: str,
    *,
    logger: str | None = None,
    rule: int | None = None,
    at: datetime | None = None,
) -> Log:
    """Return the event of a log line, by default written now."""
    moment = _timestamp(at or datetime.now(UTC))
    return Log(level=level, message=message, logger=logger, rule=rule, timestamp=moment)


def is_terminal(event: Event) -> bool:
    """Whether this is the last event of its job's stream."""
    return isinstance(event, TERMINAL)


def _timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
