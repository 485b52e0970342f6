"""The client for asyncio programs."""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self, TypeVar

import httpx
from httpx_sse import EventSource

from sialoscope_client.asynchronous.administration import AsyncAdministrationMethods
from sialoscope_client.asynchronous.alerts import AsyncAlertMethods
from sialoscope_client.asynchronous.arbiter import AsyncArbiterMethods
from sialoscope_client.asynchronous.dashboards import AsyncDashboardMethods
from sialoscope_client.asynchronous.libraries import AsyncLibraryMethods
from sialoscope_client.asynchronous.queue import AsyncQueueMethods
from sialoscope_client.asynchronous.results import AsyncResultMethods
from sialoscope_client.asynchronous.reviews import AsyncReviewMethods
from sialoscope_client.asynchronous.submissions import AsyncSubmissionMethods
from sialoscope_client.asynchronous.targets import AsyncTargetMethods
from sialoscope_client.calls import job_calls
from sialoscope_client.calls.call import Call, JobOrId
from sialoscope_client.connection import ended_well, options
from sialoscope_client.events import Event, Listening
from sialoscope_client.jobs import Job
from sialoscope_client.moves import FollowedMoves, Moves, moves_of
from sialoscope_client.notebook.progress_bar import shown_progress
from sialoscope_client.retry import Answer, talk

T = TypeVar("T")


class AsyncSialoscope(
    AsyncReviewMethods,
    AsyncQueueMethods,
    AsyncLibraryMethods,
    AsyncTargetMethods,
    AsyncArbiterMethods,
    AsyncDashboardMethods,
    AsyncAlertMethods,
    AsyncAdministrationMethods,
    AsyncResultMethods,
    AsyncSubmissionMethods,
):
    """Sialoscope for asyncio: methods to await, and events by ``async for``."""

    def __init__(
        self, url: str | None = None, token: str | None = None, *, timeout_s: float = 60.0
    ) -> None:
        self._http = httpx.AsyncClient(**options(url, token, timeout_s))

    async def wait(self, job: JobOrId) -> Job:
        """Wait until a job has succeeded, and return it.

        Raises:
            JobEndedError: it failed or was cancelled.
        """
        async for _ in self.follow(job):
            pass
        return ended_well(await self.job(job))

    async def show(self, job: JobOrId) -> Job:
        """Show the progress of a job in a notebook until it has succeeded, and return it.

        Raises:
            JobEndedError: it failed or was cancelled.
            SialoscopeError: IPython is not installed.
        """
        move = shown_progress(await self.job(job))
        async for event in self.follow(job):
            move(event)
        return ended_well(await self.job(job))

    def follow(self, job: JobOrId, *, last_event_id: str = "") -> AsyncIterator[Event]:
        """Follow the events of a job to its end, from the first one or after an event."""
        job_id = job if isinstance(job, str) else job.id
        return self._listen(Listening(job_calls.events_path(job), job_id, last_event_id))

    def follow_all(self, *, last_event_id: str = "") -> AsyncIterator[Event]:
        """Follow the events of all your jobs, without end; each has its ``job_id``."""
        return self._listen(Listening("/api/v1/events", last_id=last_event_id))

    async def moves(self, job: JobOrId) -> AsyncIterator[Moves]:
        """Follow which calls a refit moves, from the first ones to the end.

        Raises:
            JobEndedError: it failed or was cancelled, so that nothing moved.
        """
        followed = FollowedMoves()
        async for event in self.follow(job):
            if moves := followed.hear(event):
                yield moves
        ended_well(await self.job(job))
        if not followed.is_whole:
            yield await self._all_moves(job)

    async def _all_moves(self, job: JobOrId) -> Moves:
        pages = [await self._run(job_calls.moved_page(job, 0))]
        while (seen := sum(len(page.rows) for page in pages)) < pages[0].total:
            pages.append(await self._run(job_calls.moved_page(job, seen)))
        return moves_of(pages)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _run(self, call: Call[T]) -> T:
        """Make a call, and repeat it after temporary failures."""
        talking = talk(call)
        step = next(talking)
        while True:
            try:
                step = talking.send(await self._do(step))
            except StopIteration as end:
                result: T = end.value
                return result

    async def _do(self, step: Call[T] | float) -> Answer:
        if isinstance(step, float):
            await asyncio.sleep(step)
            return None
        try:
            return await self._http.request(**step.arguments())
        except httpx.TransportError as error:
            return error

    async def _listen(self, listening: Listening) -> AsyncIterator[Event]:
        while not listening.is_done:
            answer, broken = None, None
            try:
                async with self._http.stream(
                    "GET", listening.path, headers=listening.headers()
                ) as answer:
                    if listening.is_open(answer):
                        async for message in EventSource(answer).aiter_sse():
                            if event := listening.hear(message):
                                yield event
                    else:
                        await answer.aread()
            except httpx.TransportError as error:
                broken = error
            if not listening.is_done:
                await asyncio.sleep(listening.pause_s(answer, broken))
