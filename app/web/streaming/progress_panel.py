"""The progress panel of a job's page: its state, updated by the job's events."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from litestar import Litestar

from app.contract.events import (
    WAITING,
    AnyEvent,
    CallsMoved,
    Cancelled,
    Complete,
    Failed,
    Log,
    Progress,
    Snapshot,
    Watchers,
)
from app.contract.tasks import JobState, Step
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.progress.relay import Relay
from app.storage import Folder
from app.web import words
from app.web.job_view import elapsed_s
from app.web.streaming.job_events import events_so_far
from app.web.streaming.moved_rows import MovedRows, names_of
from app.web.wait_estimate import WaitEstimate

STEPS = (Step.LOADING, Step.PREPROCESSING, Step.RULES, Step.SAVING, Step.COMPLETE)
MOST_LOG_LINES = 200
A_MINUTE_OR_TWO_S = 120
STARTS = "The analysis is starting."


class LogLine(NamedTuple):
    """One line of the log on the page; ``level`` is info, warning or error."""

    level: str
    text: str


class ProgressPanel:
    """The state of the panel, from an empty one on, and its rendering as HTML."""

    def __init__(self, app: Litestar, reader: str = "") -> None:
        self._reader = reader
        self._engine = app.template_engine
        self.state = JobState.QUEUED
        self.step: str = Step.QUEUED
        self.percentage = 0
        self.message = WAITING
        self.elapsed_s = 0.0
        self.started_at: datetime | None = None
        self.place_in_line = ""
        self.result_url = ""
        self.log: list[LogLine] = []
        self.moved = MovedRows()
        self.names: dict[int, str] = {}

    def apply(self, event: AnyEvent) -> None:
        """Update the panel by one event."""
        match event:
            case Progress():
                self._progress(event)
            case Log():
                self._add_to_log(event.level, event.message)
            case CallsMoved():
                self.moved.add(event)
            case Complete():
                self._end(JobState.SUCCEEDED, event.message)
                self.percentage, self.step = 100, Step.COMPLETE
                self.result_url = event.redirect_url
            case Failed():
                self._end(JobState.FAILED, event.message)
            case Cancelled():
                self._end(JobState.CANCELLED, event.message)
            case Snapshot():
                self._snapshot(event.job)

    async def name_rows(self, jobs: JobStore, storage: Folder) -> None:
        """Look up the names of the moved rows that the panel shows."""
        if any(moved.row not in self.names for moved in self.moved.first):
            self.names = await names_of(self.moved, jobs, storage)

    def render(self) -> str:
        """The panel as HTML."""
        template: Any = self._engine.get_template("fragments/progress.html") if self._engine else ""
        return str(template.render(panel=self, steps=STEPS))

    def others(self, watchers: Watchers) -> str:
        """Who else follows the job, in words; empty if nobody does."""
        names = [name for name in watchers.names if name != self._reader]
        dashboards = watchers.count - len(watchers.names)
        if dashboards:
            names.append(words.DASHBOARDS[dashboards > 1].format(dashboards))
        return words.ALSO_WATCHING.format(", ".join(names)) if names else ""

    def _progress(self, event: Progress) -> None:
        self.percentage, self.step = event.percentage, event.current_step
        self.message = event.message
        if event.current_step in (Step.QUEUED, Step.LOADING):  # another attempt begins
            self.moved = MovedRows()
        if event.current_step == Step.QUEUED:
            self.state = JobState.QUEUED
        else:
            self._mark_running(datetime.fromisoformat(event.timestamp))
        if event.current_step != Step.RULES:  # the analysis logs each rule itself
            self._add_to_log("info", event.message)

    def _mark_running(self, moment: datetime) -> None:
        self.state, self.place_in_line = JobState.RUNNING, ""
        self.started_at = self.started_at or moment
        self.elapsed_s = (moment - self.started_at).total_seconds()

    def _end(self, state: JobState, message: str) -> None:
        self.state, self.message, self.place_in_line = state, message, ""
        if state != JobState.SUCCEEDED:
            self._add_to_log("error", message)

    def _snapshot(self, job: dict[str, Any]) -> None:
        self.state, self.step = JobState(job["status"]), job["step"]
        self.percentage = job["percentage"]
        self.message = job["message"] or self.message
        if self.state == JobState.RUNNING and self.message == WAITING:
            self.message = STARTS  # claimed, and nothing was published of it yet
        self.place_in_line = place_in_line(
            job["queue_position"], job["estimated_wait_s"], is_paused=job["queue_paused"]
        )
        if job["started_at"]:
            self.started_at = datetime.fromisoformat(job["started_at"])
            until = job["finished_at"] and datetime.fromisoformat(job["finished_at"])
            self.elapsed_s = ((until or datetime.now(UTC)) - self.started_at).total_seconds()

    def _add_to_log(self, level: str, text: str) -> None:
        self.log = [*self.log, LogLine(level, text)][-MOST_LOG_LINES:]


async def panel_so_far(
    job: Job, app: Litestar, waiting: WaitEstimate, relay: Relay, storage: Folder
) -> ProgressPanel:
    """The panel with all events of a job until now."""
    panel = ProgressPanel(app)
    for stored in await events_so_far(job, waiting, relay):
        panel.apply(stored.event)
    if job.finished_at:  # events measure from the first one, but the result from the job's start
        panel.elapsed_s = elapsed_s(job)
    await panel.name_rows(waiting.jobs, storage)
    return panel


def place_in_line(
    queue_position: int | None, estimated_wait_s: int | None, *, is_paused: bool = False
) -> str:
    """A queued job's place and wait in words; empty for any other job."""
    if queue_position is None:
        return ""
    place = words.NEXT_IN_LINE
    if queue_position > 1:
        place = words.IN_LINE.format(place=queue_position, ending=_ordinal_suffix(queue_position))
    return place + (words.WAIT_IS_PAUSED if is_paused else _wait_text(estimated_wait_s))


def _ordinal_suffix(number: int) -> str:
    is_teen = 10 < number % 100 < 20
    return "th" if is_teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _wait_text(seconds: int | None) -> str:
    if seconds is None:
        return ""
    if seconds < A_MINUTE_OR_TWO_S:
        return words.IN_SECONDS.format(seconds)
    return words.IN_MINUTES.format(seconds // 60)
