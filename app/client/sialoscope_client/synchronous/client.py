"""The client for synchronous programs."""

import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self, TypeVar

import httpx
from httpx_sse import EventSource

from sialoscope_client.calls import job_calls
from sialoscope_client.calls.call import Call, JobOrId
from sialoscope_client.connection import ended_well, options
from sialoscope_client.events import Event, Listening
from sialoscope_client.jobs import Job
from sialoscope_client.moves import FollowedMoves, Moves, moves_of
from sialoscope_client.notebook.progress_bar import shown_progress
from sialoscope_client.retry import Answer, talk
from sialoscope_client.synchronous.administration import AdministrationMethods
from sialoscope_client.synchronous.alerts import AlertMethods
from sialoscope_client.synchronous.arbiter import ArbiterMethods
from sialoscope_client.synchronous.dashboards import DashboardMethods
from sialoscope_client.synchronous.libraries import LibraryMethods
from sialoscope_client.synchronous.queue import QueueMethods
from sialoscope_client.synchronous.results import ResultMethods
from sialoscope_client.synchronous.reviews import ReviewMethods
from sialoscope_client.synchronous.submissions import SubmissionMethods
from sialoscope_client.synchronous.targets import TargetMethods

T = TypeVar("T")


class Sialoscope(
    ReviewMethods,
    QueueMethods,
    LibraryMethods,
    TargetMethods,
    ArbiterMethods,
    DashboardMethods,
    AlertMethods,
    AdministrationMethods,
    ResultMethods,
    SubmissionMethods,
):
    """A Sialoscope server, by its address and token, or by SIALOSCOPE_URL and SIALOSCOPE_TOKEN.

    Calls that fail temporarily are repeated for about half a minute; the key of a submission keeps
    a repeated one from making a second job. Each method raises SialoscopeError with the server's
    sentence.
    """

    def __init__(
        self, url: str | None = None, token: str | None = None, *, timeout_s: float = 60.0
    ) -> None:
        self._http = httpx.Client(**options(url, token, timeout_s))

    def wait(self, job: JobOrId) -> Job:
        """Wait until a job has succeeded, and return it.

        Raises:
            JobEndedError: it failed or was cancelled.
        """
        for _ in self.follow(job):
            pass
        return ended_well(self.job(job))

    def show(self, job: JobOrId) -> Job:
        """Show the progress of a job in a notebook until it has succeeded, and return it.

        Raises:
            JobEndedError: it failed or was cancelled.
            SialoscopeError: IPython is not installed.
        """
        move = shown_progress(self.job(job))
        for event in self.follow(job):
            move(event)
        return ended_well(self.job(job))

    def follow(self, job: JobOrId, *, last_event_id: str = "") -> Iterator[Event]:
        """Follow the events of a job to its end, from the first one or after an event."""
        job_id = job if isinstance(job, str) else job.id
        return self._listen(Listening(job_calls.events_path(job), job_id, last_event_id))

    def follow_all(self, *, last_event_id: str = "") -> Iterator[Event]:
        """Follow the events of all your jobs, without end; each has its ``job_id``."""
        return self._listen(Listening("/api/v1/events", last_id=last_event_id))

    def moves(self, job: JobOrId) -> Iterator[Moves]:
        """Follow which calls a refit moves, from the first ones to the end.

        Raises:
            JobEndedError: it failed or was cancelled, so that nothing moved.
        """
        followed = FollowedMoves()
        for event in self.follow(job):
            if moves := followed.hear(event):
                yield moves
        ended_well(self.job(job))
        if not followed.is_whole:
            yield self._all_moves(job)

    def _all_moves(self, job: JobOrId) -> Moves:
        pages = [self._run(job_calls.moved_page(job, 0))]
        while (seen := sum(len(page.rows) for page in pages)) < pages[0].total:
            pages.append(self._run(job_calls.moved_page(job, seen)))
        return moves_of(pages)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self, call: Call[T]) -> T:
        """Make a call, and repeat it after temporary failures."""
        talking = talk(call)
        step = next(talking)
        while True:
            try:
                step = talking.send(self._do(step))
            except StopIteration as end:
                result: T = end.value
                return result

    def _do(self, step: Call[T] | float) -> Answer:
        if isinstance(step, float):
            time.sleep(step)
            return None
        try:
            return self._http.request(**step.arguments())
        except httpx.TransportError as error:
            return error

    def _listen(self, listening: Listening) -> Iterator[Event]:
        while not listening.is_done:
            answer, broken = None, None
            try:
                with self._http.stream(
                    "GET", listening.path, headers=listening.headers()
                ) as answer:
                    if listening.is_open(answer):
                        for message in EventSource(answer).iter_sse():
                            if event := listening.hear(message):
                                yield event
                    else:
                        answer.read()
            except httpx.TransportError as error:
                broken = error
            if not listening.is_done:
                time.sleep(listening.pause_s(answer, broken))
