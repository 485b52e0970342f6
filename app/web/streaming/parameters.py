"""The parameters that event streams share, with their descriptions, and where a stream begins."""

from typing import Annotated

from litestar.di import Provide
from litestar.params import HeaderParameter, Parameter

from app.progress.streams import EventId, parse_event_id

LastEventId = Annotated[
    str,
    HeaderParameter(
        name="Last-Event-ID",
        description="The id of the last event seen; the stream continues after it.",
    ),
]
After = Parameter(
    query="after",
    default="",
    description="The same as Last-Event-ID, for clients that cannot set a header.",
)
Heartbeats = Annotated[
    bool,
    Parameter(
        description="Send an event ``heartbeat`` instead of a comment when the stream is quiet, "
        "for browsers, whose EventSource shows no comments."
    ),
]
Format = Parameter(
    query="format",
    default="json",
    description="``cloudevents`` puts each event into a CloudEvent 1.0 (structured JSON), as does "
    "``Accept: application/cloudevents+json``.",
)
Secret = Parameter(
    query="token",
    default="",
    description="The stream token, for EventSource, which cannot send it as "
    "``Authorization: Bearer TOKEN``.",
)
Tag = Annotated[str, Parameter(description="Only jobs that have this tag.")]
WithWatchers = Parameter(
    query="watchers",
    default=False,
    description="Send an event ``watchers`` when somebody begins or stops to follow the job.",
)


async def last_seen(last_event_id: LastEventId = "", after: str = After) -> EventId | None:
    """The last event that the client has seen, which its stream continues after; None if new."""
    return parse_event_id(last_event_id or after)


CONTINUED = {"seen": Provide(last_seen)}
