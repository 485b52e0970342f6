"""The client for synchronous programs."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx
import polars as pl
from httpx_sse import EventSource

from sialoscope_client import calls
from sialoscope_client.calls import Call, JobOrId, Settings, Which
from sialoscope_client.connection import ended_well, options
from sialoscope_client.events import Event, Listening
from sialoscope_client.jobs import Attempt, Batch, Job, JobList, MeasuredStep
from sialoscope_client.moves import FollowedMoves, Moves, moves_of
from sialoscope_client.notebook import Plot, shown_progress
from sialoscope_client.retry import Answer, talk
from sialoscope_client.sync_administration import AdministrationMethods
from sialoscope_client.sync_alerts import AlertMethods
from sialoscope_client.sync_arbiter import ArbiterMethods
from sialoscope_client.sync_dashboards import DashboardMethods
from sialoscope_client.sync_libraries import LibraryMethods
from sialoscope_client.sync_queue import QueueMethods
from sialoscope_client.sync_reviews import ReviewMethods
from sialoscope_client.sync_targets import TargetMethods
from sialoscope_client.tables import Table, file_of, files_of

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

    def submit(
        self,
        table: Table,
        *,
        name: str | None = None,
        columns: Mapping[str, str] | None = None,
        key: str | None = None,
        **settings: Unpack[Settings],
    ) -> Job:
        """Submit a peak table: a path, bytes, or a data frame of Polars or pandas.

        ``columns`` says which column is what, such as ``{"name": "Compound", "rt": "tR"}``.
        """
        call = calls.submit(file_of(table, name), settings, columns, key)
        return self.job(self._run(call))

    def submit_batch(
        self,
        tables: Sequence[Table],
        *,
        columns: Mapping[str, str] | None = None,
        key: str | None = None,
        **settings: Unpack[Settings],
    ) -> Batch:
        """Submit many tables as a job each; check which were ``refused``."""
        return self._run(calls.submit_batch(files_of(tables), settings, columns, key))

    def submit_cohort(
        self,
        tables: Sequence[Table],
        *,
        name: str = "",
        columns: Mapping[str, str] | None = None,
        key: str | None = None,
        **settings: Unpack[Settings],
    ) -> Job:
        """Submit many tables as the samples of one job."""
        call = calls.submit_cohort(files_of(tables), name, settings, columns, key)
        return self.job(self._run(call))

    def job(self, job: JobOrId) -> Job:
        """Read the current state of a job."""
        return self._run(calls.job(job))

    def jobs(self, *, limit: int = 50, offset: int = 0, **which: Any) -> JobList:  # noqa: ANN401
        """List your jobs, newest first."""
        return self._run(calls.jobs(limit, offset, which))

    def batch(self, batch_id: str) -> Batch:
        """Read the current state of the jobs of a batch."""
        return self._run(calls.batch(batch_id))

    def attempts(self, job: JobOrId) -> list[Attempt]:
        """List the attempts at a job, oldest first."""
        return self._run(calls.attempts(job))

    def attempt_log(self, job: JobOrId, attempt: int) -> list[dict[str, Any]]:
        """Read the log of an attempt: lines with time, level, type and text."""
        return self._run(calls.attempt_log(job, attempt))

    def attempt_profile(self, job: JobOrId, attempt: int) -> list[MeasuredStep]:
        """Read the time and memory of each step of an attempt that has ended."""
        return self._run(calls.attempt_profile(job, attempt))

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

    def plot(self, job: JobOrId) -> Plot:
        """Read the rows of a result for a plot of residuals, which a notebook shows as SVG."""
        return Plot(f"Residuals of {self.job(job).file_name}", self.rows(job))

    def follow(self, job: JobOrId, *, last_event_id: str = "") -> Iterator[Event]:
        """Follow the events of a job to its end, from the first one or after an event."""
        job_id = job if isinstance(job, str) else job.id
        return self._listen(Listening(calls.events_path(job), job_id, last_event_id))

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
        pages = [self._run(calls.moved_page(job, 0))]
        while (seen := sum(len(page.rows) for page in pages)) < pages[0].total:
            pages.append(self._run(calls.moved_page(job, seen)))
        return moves_of(pages)

    def cancel(self, job: JobOrId) -> Job:
        """Cancel a job."""
        return self._run(calls.cancel(job))

    def label(
        self,
        job: JobOrId,
        *,
        tags: Iterable[str] | None = None,
        note: str | None = None,
        name: str | None = None,
    ) -> Job:
        """Replace the tags, the note or the name of a job; an omitted one stays as it is."""
        return self._run(calls.label(job, tags, note, name))

    def share(self, job: JobOrId, name: str, *, may: str = "view") -> None:
        """Let an account ``view`` or ``edit`` all versions of a job, on a server with accounts."""
        self._run(calls.share(job, name, may))

    def save_preset(self, name: str, **settings: Unpack[Settings]) -> None:
        """Save settings under a name for later submissions; a preset of this name is replaced."""
        self._run(calls.save_preset(name, settings))

    def start(self, job: JobOrId) -> Job:
        """Start a failed or cancelled job again."""
        return self.job(self._run(calls.start(job)))

    def delete(self, job: JobOrId) -> None:
        """Delete a job with its table and result."""
        self._run(calls.delete(job))

    def rerun(self, job: JobOrId, *, key: str | None = None, **settings: Unpack[Settings]) -> Job:
        """Analyze the table of a job again with other settings, as a new job."""
        return self.job(self._run(calls.rerun(job, settings, key)))

    def refit(
        self, job: JobOrId, overrides: Iterable[Mapping[str, Any]], *, key: str | None = None
    ) -> Job:
        """Override calls and anchors, as the next version of a job.

        An override has ``row``, ``reason``, and ``call`` or ``anchor``.
        """
        return self.job(self._run(calls.refit(job, overrides, key)))

    def rows(self, job: JobOrId, *, sort: str = "row", **which: Unpack[Which]) -> pl.DataFrame:
        """Read the rows of a result that match a filter such as ``call="outlier"``, or all rows."""
        page = self._run(calls.first_rows(job, sort, which))
        found = page.rows
        while page.next:
            page = self._run(calls.next_rows(page.next))
            found += page.rows
        return calls.frame(found, page.columns)

    def row(self, job: JobOrId, number: int) -> dict[str, Any]:
        """Explain the call of a row: each rule's sentence, its parent and its fragments."""
        return self._run(calls.row(job, number))

    def flips(self, job: JobOrId, number: int) -> dict[str, Any]:
        """Read the smallest changes that give a row another call, each kind in a sentence."""
        return self._run(calls.flips(job, number))

    def models(self, job: JobOrId) -> pl.DataFrame:
        """Read the retention models of a result."""
        return self._run(calls.models(job))

    def export(self, job: JobOrId, path: str | Path, *, kind: str | None = None) -> Path:
        """Write a result to a file, in the format ``kind`` or that of its suffix."""
        path = Path(path)
        path.write_bytes(self._run(calls.export(job, kind or calls.format_of(path))))
        return path

    def bundle(self, job: JobOrId, path: str | Path) -> Path:
        """Write the proof bundle of a run to a file, for ``sialoscope verify``."""
        path = Path(path)
        path.write_bytes(self._run(calls.bundle(job)))
        return path

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
