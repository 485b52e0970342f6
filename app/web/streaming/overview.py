"""The overview that tiles show: how many jobs are in each state, and the last results."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
from litestar.response.sse import ServerSentEventMessage

from app.analysis.state.calls import CALLS, assignment
from app.db.jobs.lists.search import JobFilter, count_by_state, last_ended
from app.db.jobs.lists.terms import Term
from app.db.jobs.tables import Job
from app.progress.relay import Relay
from app.progress.streams import key_of_owner
from app.web.streaming.cloud_events import CloudStream, cloud_overview
from app.web.streaming.sse import KEEP_ALIVE, RETRY_MS, reconnect_soon
from app.web.streaming.stream_end import WEB_STOPS, StreamEnd

LAST_RESULTS = 5
# Many events make one look.
LOOK_EVERY_S = 1.0


class LastResult(msgspec.Struct, frozen=True, kw_only=True):
    """A job that has ended: ``counts`` has the rows by call, empty without a result.

    ``assignments`` says the same for people, as in "160 confirmed, 88 not confirmed".
    """

    id: str
    file_name: str
    status: str
    finished_at: datetime
    rows: int | None
    counts: dict[str, int]
    assignments: str


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The jobs of an owner, or those with a tag: how many are in each state, and the last ended."""

    counts: dict[str, int]
    last_results: list[LastResult]


async def overview(owner: str, tag: str) -> Overview:
    """The overview of an owner's jobs now; of those with a tag, if one is given."""
    terms = (Term("tag", (tag,)),) if tag else ()
    ended = await last_ended(*terms, owner=owner, limit=LAST_RESULTS)
    return Overview(
        counts=await count_by_state(JobFilter(terms=terms), owner=owner),
        last_results=[_last_result(job) for job in ended],
    )


async def overview_events(
    owner: str, tag: str, relay: Relay, cloud: CloudStream | None
) -> AsyncIterator[bytes]:
    """Yield the overview at once, and again whenever it has changed; with ``cloud`` as CloudEvents.

    Raises:
        StreamEnd: This process is about to stop.
    """
    key = key_of_owner(owner)
    after, last = await relay.streams.tip(key), b""
    heard = relay.follow(key, after=after)
    while not relay.is_draining:
        data = msgspec.json.encode(await overview(owner, tag))
        yield KEEP_ALIVE if data == last else _message(data, cloud)
        last = data
        await asyncio.sleep(LOOK_EVERY_S)
        if await anext(heard, None) is None:
            break
    yield reconnect_soon()
    raise StreamEnd(WEB_STOPS)


def _message(data: bytes, cloud: CloudStream | None) -> bytes:
    data = cloud_overview(data, cloud) if cloud else data
    message = ServerSentEventMessage(data=data.decode(), event="overview", retry=RETRY_MS)
    return message.encode()


def _last_result(job: Job) -> LastResult:
    summary = msgspec.json.decode(job.summary) if job.summary else {}
    counts: dict[str, int] = summary.get("counts", {})
    return LastResult(
        id=job.id,
        file_name=job.file_name,
        status=job.state,
        finished_at=job.finished_at.astimezone(UTC),
        rows=summary.get("rows"),
        counts=counts,
        assignments=", ".join(
            f"{counts[call]:,} {assignment(call)}" for call in CALLS if counts.get(call)
        ),
    )
