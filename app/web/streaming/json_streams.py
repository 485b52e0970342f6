"""Opens event streams as JSON: for users and API tokens, and for stream tokens alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from litestar import Response

from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.progress.relay import Relay
from app.progress.streams import EventId
from app.web.http.identity.security import User
from app.web.streaming.access import StreamAccess
from app.web.streaming.cloud_events import CloudStream
from app.web.streaming.event_stream import EventStream
from app.web.streaming.job_events import has_seen_the_end, job_events
from app.web.streaming.limits import StreamLimits
from app.web.streaming.owner_events import owner_events
from app.web.streaming.sse import HEARTBEAT, KEEP_ALIVE, EventBatches, as_json
from app.web.streaming.tagged import only_tagged
from app.web.streaming.watchers import Watcher, Watchers
from app.web.wait_estimate import WaitEstimate

NO_CONTENT = 204
# A method of ``Watchers``: how somebody who follows a job is shown to the others.
Follow: TypeAlias = Callable[[EventBatches, str, Watcher], EventBatches]


@dataclass(frozen=True, kw_only=True)
class JsonStreams:
    """Opens the streams of a job and of all jobs of an owner.

    Each method raises what ``StreamLimits.admit`` raises. ``seen`` is the last event that the
    client has, and ``cloud`` the stream of CloudEvents, or None for plain JSON.
    """

    jobs: JobStore
    relay: Relay
    limits: StreamLimits
    access: StreamAccess
    waiting: WaitEstimate
    watchers: Watchers

    async def of_owner(
        self,
        user: User,
        seen: EventId | None,
        *,
        cloud: CloudStream | None,
        heartbeats: bool,
        tag: str = "",
    ) -> Response[Any]:
        """Open the stream of a user's jobs, or of those with a tag."""
        batches = owner_events(user.name, seen, self.jobs, self.relay)
        messages = as_json(
            only_tagged(batches, user.name, tag) if tag else batches,
            self.relay,
            of_many_jobs=True,
            when_quiet=HEARTBEAT if heartbeats else KEEP_ALIVE,
            cloud=cloud,
        )
        watched = self.access.while_let_in(messages, user)
        return EventStream(await self.limits.admit(user.name, watched))

    async def of_job(
        self,
        job: Job,
        user: User,
        seen: EventId | None,
        *,
        cloud: CloudStream | None,
        follow: Follow | None,
    ) -> Response[Any]:
        """Open the stream of a job; 204 if the client has seen its end."""
        if seen and await has_seen_the_end(job, self.relay, seen):
            return Response(None, status_code=NO_CONTENT)
        batches = job_events(job, seen, self.waiting, self.relay)
        if follow:
            batches = follow(batches, job.id, Watcher.of(user))
        messages = as_json(batches, self.relay, cloud=cloud)
        watched = self.access.while_let_in(messages, user, job)
        return EventStream(await self.limits.admit(user.name, watched), job_id=job.id)
