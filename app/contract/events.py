"""What a job tells about itself while it runs: the typed events of every progress stream.

The tag of an event is the ``event:`` field of a server-sent event, its JSON is the ``data:``.
"""

from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec

from app.contract.tasks import PERCENTAGE, Step

# The message of a job that no worker has claimed yet.
WAITING = "Waiting for a worker."


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What all events share: nothing but being one."""

    @property
    def name(self) -> str:
        """The event's tag, such as ``progress``."""
        return str(self.__struct_config__.tag)


class Connected(Event, frozen=True, kw_only=True, tag="connected"):
    """The stream stands; sent once to each client."""

    job_id: str | None = None


class Progress(Event, frozen=True, kw_only=True, tag="progress"):
    """A step of the job was entered. ``timestamp`` is ISO 8601 in UTC, ``percentage`` 0-100."""

    message: str
    percentage: int
    current_step: str
    timestamp: str


class Log(Event, frozen=True, kw_only=True, tag="log"):
    """One line of the analysis's own log; ``level`` is info, warning or error.

    ``logger`` names the module that wrote it and ``rule`` the rule it is about, where there are
    such; ``timestamp`` is ISO 8601 in UTC.
    """

    level: str
    message: str
    logger: str | None = None
    rule: int | None = None
    timestamp: str | None = None


class RuleDone(Event, frozen=True, kw_only=True, tag="rule"):
    """A rule has looked at every row; ``counts`` are rows by verdict."""

    number: int
    title: str
    counts: dict[str, int]


class Complete(Event, frozen=True, kw_only=True, tag="complete"):
    """The job succeeded and its result is saved."""

    success: bool
    redirect_url: str
    message: str


class Failed(Event, frozen=True, kw_only=True, tag="error"):
    """The job failed; ``message`` tells the user what to do, ``error`` is its kind."""

    message: str
    error: str


class Cancelled(Event, frozen=True, kw_only=True, tag="cancelled"):
    """The job was cancelled before it ended."""

    message: str


class Snapshot(Event, frozen=True, kw_only=True, tag="snapshot"):
    """The job as the database has it now, for a client whose stream has a gap before it."""

    job: dict[str, Any]


AnyEvent: TypeAlias = (
    Connected | Progress | Log | RuleDone | Complete | Failed | Cancelled | Snapshot
)
TERMINAL = (Complete, Failed, Cancelled)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(event: Event) -> bytes:
    """The event as JSON, its tag in the field ``type``."""
    return _encoder.encode(event)


def encode_with_job(event: Event, job_id: str) -> bytes:
    """The same among events of many jobs: with the field ``job_id``, null if it is of none."""
    return _encoder.encode(msgspec.to_builtins(event) | {"job_id": job_id or None})


def decode(data: bytes) -> AnyEvent:
    """The event that ``encode`` wrote.

    Raises:
        msgspec.ValidationError: the JSON is no event of this version.
    """
    return _decoder.decode(data)


def entered(step: Step, message: str, percentage: int | None = None) -> Progress:
    """The event of entering a step now; the percentage is the step's own unless one is given."""
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
    """The event of a log line of this moment, unless another is given."""
    moment = _timestamp(at or datetime.now(UTC))
    return Log(level=level, message=message, logger=logger, rule=rule, timestamp=moment)


def is_terminal(event: Event) -> bool:
    """Whether nothing follows this event in its job's stream."""
    return isinstance(event, TERMINAL)


def _timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
