"""Where events lie in Redis, and how their ids compare.

Each job has a stream of its own, and each owner one with the events of all their jobs. The channel
of a stream has its name.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from app.contract.events import AnyEvent

CHANNEL_PREFIX = "sialoscope:events:"
FENCE_PREFIX = "sialoscope:fence:"
_ID = re.compile(r"\d{1,20}-\d{1,20}", re.ASCII)
# Redis takes no larger number in an id.
LARGEST = 2**64 - 1


class EventId(NamedTuple):
    """A Redis stream id: milliseconds and a counter. Compared as numbers, never as text."""

    milliseconds: int
    counter: int

    def __str__(self) -> str:
        return f"{self.milliseconds}-{self.counter}"


BEFORE_ALL = EventId(0, 0)


@dataclass(frozen=True, eq=False, slots=True)
class StoredEvent:
    """An event of a job and its place in the stream; one made for a single client has no id."""

    id: EventId | None
    event: AnyEvent
    job_id: str = ""


class Reading(NamedTuple):
    """What a stream holds after an event; ``last`` is where to read on.

    ``is_whole`` says that the stream still held that event, so that none between is missing.
    """

    events: list[StoredEvent]
    last: EventId
    is_whole: bool


def key_of(job_id: str) -> str:
    """The stream of a job."""
    return CHANNEL_PREFIX + job_id


def key_of_fence(job_id: str) -> str:
    """Where Redis notes the latest attempt at a job and which of its events were published."""
    return FENCE_PREFIX + job_id


def key_of_owner(owner: str) -> str:
    """The stream of all jobs of an owner. No job's id has a colon, so it is never a job's."""
    return f"{CHANNEL_PREFIX}owner:{owner}"


def parse_event_id(text: str) -> EventId | None:
    """The id a client says it has seen last; None when the text is none."""
    if not _ID.fullmatch(text):
        return None
    milliseconds, _, counter = text.partition("-")
    found = EventId(int(milliseconds), int(counter))
    return found if max(found) <= LARGEST else None
