"""Events in the structured JSON format of CloudEvents 1.0.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import quote, urlencode
from uuid import uuid4

import msgspec
from litestar import Request

from app.progress.streams import StoredEvent

MEDIA_TYPE = "application/cloudevents+json"
TYPE_PREFIX = "sialoscope.job."
OVERVIEW_TYPE = "sialoscope.overview"

EventFormat: TypeAlias = Literal["json", "cloudevents"]


class CloudStream(NamedTuple):
    """The stream of CloudEvents: its ``source``, and the job that its events are about.

    Two events of one source never have the same id, because a source is one stream in Redis: of a
    job, or of all jobs of an owner, whose events each name their job. The owner is the fragment of
    the source, so that its address still opens the stream.
    """

    source: str
    job_id: str = ""


def cloud_stream(
    request: Request[Any, Any, Any], wanted: EventFormat, *, job_id: str = "", owner: str = ""
) -> CloudStream | None:
    """The stream of CloudEvents of a job or an owner; None if the request wants plain JSON."""
    path = f"jobs/{job_id}/events" if job_id else f"events#{quote(owner)}"
    return _stream_at(path, request, wanted, job_id)


def cloud_overviews(
    request: Request[Any, Any, Any], wanted: EventFormat, *, owner: str, tag: str
) -> CloudStream | None:
    """The overviews of an owner as CloudEvents; None if the request wants plain JSON."""
    which = f"?{urlencode({'tag': tag})}" if tag else ""
    return _stream_at(f"streams/overview/events{which}#{quote(owner)}", request, wanted)


def _stream_at(
    path: str, request: Request[Any, Any, Any], wanted: EventFormat, job_id: str = ""
) -> CloudStream | None:
    accepts = request.headers.get("accept", "").lower()
    if wanted != "cloudevents" and MEDIA_TYPE not in accepts:
        return None
    return CloudStream(f"{request.app.state.settings.address}/api/v1/{path}", job_id)


def cloud_event(stored: StoredEvent, data: dict[str, Any], stream: CloudStream) -> bytes:
    """One event as a CloudEvent; the id is that of the message, or new if that has none."""
    about = stored.job_id or stream.job_id
    moment = datetime.now(UTC)
    if stored.id:
        moment = datetime.fromtimestamp(stored.id.milliseconds / 1000, UTC)
    return _encoded(
        {
            "id": str(stored.id) if stored.id else uuid4().hex,
            "source": stream.source,
            "type": TYPE_PREFIX + stored.event.name,
            **({"subject": about} if about else {}),
        },
        moment,
        data,
    )


def cloud_overview(overview: bytes, stream: CloudStream) -> bytes:
    """An overview, which is JSON, as a CloudEvent with a new id."""
    attributes = {"id": uuid4().hex, "source": stream.source, "type": OVERVIEW_TYPE}
    return _encoded(attributes, datetime.now(UTC), msgspec.Raw(overview))


def _encoded(attributes: dict[str, str], moment: datetime, data: object) -> bytes:
    event = {
        "specversion": "1.0",
        **attributes,
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": data,
    }
    return msgspec.json.encode(event)
