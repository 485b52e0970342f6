"""The Redis keys of event streams, and the ids of events.

Each job has its own stream, and each owner has one with the events of all their jobs. The pub/sub
channel of a stream has the same name.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from app.contract.events import AnyEvent

CHANNEL_PREFIX = "sialoscope:events:"
FENCE_PREFIX = "sialoscope:fence:"
_ID = re.compile(r"\d{1,20}-\d{1,20}", re.ASCII)
# Redis accepts no larger number in an id.
LARGEST = 2**64 - 1


class EventId(NamedTuple):
    """A Redis stream id: milliseconds and a counter. Ids compare as numbers, never as text."""

    milliseconds: int
    counter: int

    def __str__(self) -> str:
        return f"{self.milliseconds}-{self.counter}"


BEFORE_ALL = EventId(0, 0)


@dataclass(frozen=True, eq=False, slots=True)
class StoredEvent:
    """An event of a job and its id; an event made for a single client has no id."""

    id: EventId | None
    event: AnyEvent
    job_id: str = ""

    @property
    def time(self) -> datetime:
        """Return when Redis stored the event; the year 1970 if the event has no id."""
        return datetime.fromtimestamp(self.id.milliseconds / 1000 if self.id else 0, UTC)


class Reading(NamedTuple):
    """The events of a stream after an event; ``last`` is the id to continue from.

    ``is_whole`` means that the stream still held that event, so that no event is missing.
    ``is_damaged`` means that an event was left out because it cannot be decoded, and ``is_last``
    that the stream had no more events.
    """

    events: list[StoredEvent]
    last: EventId
    is_whole: bool
    is_damaged: bool = False
    is_last: bool = True


def key_of(job_id: str) -> str:
    """Return the key of a job's stream."""
    return CHANNEL_PREFIX + job_id


def key_of_fence(job_id: str) -> str:
    """Return the key with a job's latest attempt and the number of its last published event."""
    return FENCE_PREFIX + job_id


def key_of_owner(owner: str) -> str:
    """Return the key of an owner's stream; it has a colon, which no job id has."""
    return f"{CHANNEL_PREFIX}owner:{owner}"


def parse_event_id(text: str) -> EventId | None:
    """Parse the id of the last event that a client got; None if the text is not an id."""
    if not _ID.fullmatch(text):
        return None
    milliseconds, _, counter = text.partition("-")
    found = EventId(int(milliseconds), int(counter))
    return found if max(found) <= LARGEST else None
