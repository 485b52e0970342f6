"""The lines of an attempt's log: its events and log lines with time, level and text.

A line is a JSON object of its own, so that a log can be read while only a part of it is there.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from app.analysis.state.calls import assignment
from app.contract.events import (
    AnyEvent,
    CallsMoved,
    Complete,
    Event,
    Failed,
    Log,
    Progress,
    RuleDone,
)

INFO, WARNING, ERROR = "info", "warning", "error"
END, MEASURED = "end", "measured"
# What each kind of attempt's end is worth.
LEVEL_OF_OUTCOME = {"succeeded": INFO, "cancelled": WARNING, "handed back": WARNING}


class LogLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line; ``time`` is ISO 8601 in UTC, ``type`` is that of the event, or ``end``.

    ``rule`` and ``counts`` are of a rule, ``step`` and ``percentage`` of progress, and ``logger``
    is the module that wrote a log line. ``seconds``, ``cpu_s`` (of all processors) and
    ``memory_bytes`` (the most at once) are of a ``measured`` step.
    """

    time: str
    level: str
    type: str
    text: str
    step: str | None = None
    percentage: int | None = None
    rule: int | None = None
    counts: dict[str, int] | None = None
    logger: str | None = None
    seconds: float | None = None
    cpu_s: float | None = None
    memory_bytes: int | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(LogLine).decode


def line_of(event: AnyEvent | Event, at: datetime) -> LogLine:
    """Return the line of an event; ``at`` is its time if the event has none of its own."""
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds")
    match event:
        case Log():
            return _line_of_log(event, moment)
        case Progress():
            return _line_of_progress(event)
        case RuleDone():
            return _line_of_rule(event, moment)
        case CallsMoved():
            return LogLine(time=moment, level=INFO, type=event.name, text=event.sentence)
    level = ERROR if isinstance(event, Failed) else INFO if isinstance(event, Complete) else WARNING
    return LogLine(time=moment, level=level, type=event.name, text=getattr(event, "message", ""))


def _line_of_log(event: Log, moment: str) -> LogLine:
    return LogLine(
        time=event.timestamp or moment,
        level=event.level,
        type=event.name,
        text=event.message,
        rule=event.rule,
        logger=event.logger,
    )


def _line_of_progress(event: Progress) -> LogLine:
    return LogLine(
        time=event.timestamp,
        level=INFO,
        type=event.name,
        text=event.message,
        step=event.current_step,
        percentage=event.percentage,
    )


def _line_of_rule(event: RuleDone, moment: str) -> LogLine:
    found = ", ".join(f"{number:,} {assignment(word)}" for word, number in event.counts.items())
    return LogLine(
        time=moment,
        level=INFO,
        type=event.name,
        text=f"Rule {event.number}, {event.title}: {found or 'no rows'}.",
        rule=event.number,
        counts=event.counts,
    )


def measured_line(
    step: str, *, seconds: float, cpu_s: float, memory_bytes: int, at: datetime
) -> LogLine:
    """Return the line of a step that ended at a moment."""
    return LogLine(
        time=at.astimezone(UTC).isoformat(timespec="milliseconds"),
        level=INFO,
        type=MEASURED,
        text=f"{step[:1].upper()}{step[1:]} took {seconds:.3f} s.",
        step=step,
        seconds=seconds,
        cpu_s=cpu_s,
        memory_bytes=memory_bytes,
    )


def end_line(outcome: str, message: str | None, at: datetime) -> LogLine:
    """Return the last line of a log: how the attempt ended, which only the database knows."""
    return LogLine(
        time=at.astimezone(UTC).isoformat(timespec="milliseconds"),
        level=LEVEL_OF_OUTCOME.get(outcome, ERROR if outcome == "failed" else WARNING),
        type=END,
        text=f"The attempt ended: {outcome}." + (f" {message}" if message else ""),
    )


def encode_lines(lines: Iterable[LogLine]) -> bytes:
    """Return lines as JSON, one object a line."""
    return b"".join(_encode(line) + b"\n" for line in lines)


def decode_lines(content: bytes) -> list[LogLine]:
    """Return the lines that ``encode_lines`` wrote; those that cannot be read are left out."""
    found = []
    for line in content.splitlines():
        try:
            found.append(_decode(line))
        except msgspec.MsgspecError:
            continue
    return found
