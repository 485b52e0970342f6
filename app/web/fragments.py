"""The progress panel of a job: built from its row, brought forward by its events."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from litestar import Litestar

from app.contract.events import (
    AnyEvent,
    Cancelled,
    Complete,
    Failed,
    Log,
    Progress,
    Snapshot,
)
from app.contract.tasks import JobState, Step
from app.db.tables import Job
from app.web.views import elapsed_s, started_at

STEPS = (Step.LOADING, Step.PREPROCESSING, Step.RULES, Step.SAVING, Step.COMPLETE)
MOST_LOG_LINES = 200
WAITING = "Waiting for a worker."


class LogLine(NamedTuple):
    """One line of the log on the page; ``level`` is info, warning or error."""

    level: str
    text: str


class ProgressPanel:
    """What the panel shows, and how to draw it."""

    def __init__(self, job: Job, app: Litestar) -> None:
        self._engine = app.template_engine
        self.job_id = job.id
        self.state = job.state
        self.step = job.step
        self.percentage = job.percentage
        self.message = job.message or WAITING
        self.elapsed_s = elapsed_s(job)
        self.started_at: datetime | None = started_at(job)
        self.result_url = ""
        self.log: list[LogLine] = []

    @classmethod
    def before_start(cls, job: Job, app: Litestar) -> "ProgressPanel":
        """The panel of a job as if nothing had happened yet, to show its events one by one."""
        panel = cls(job, app)
        panel.state, panel.step, panel.percentage = JobState.QUEUED, Step.QUEUED, 0
        panel.message, panel.elapsed_s, panel.started_at = WAITING, 0.0, None
        return panel

    def apply(self, event: AnyEvent) -> None:
        """Bring the panel forward by one event."""
        match event:
            case Progress():
                self._progress(event)
            case Log():
                self._say(event.level, event.message)
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

    def render(self) -> str:
        """The panel as HTML."""
        template: Any = self._engine.get_template("fragments/progress.html") if self._engine else ""
        return str(template.render(panel=self, steps=STEPS))

    def _progress(self, event: Progress) -> None:
        self.state = JobState.RUNNING
        self.percentage, self.step = event.percentage, event.current_step
        self.message = event.message
        moment = datetime.fromisoformat(event.timestamp)
        self.started_at = self.started_at or moment
        self.elapsed_s = (moment - self.started_at).total_seconds()
        if event.current_step != Step.RULES:  # the analysis's own log tells more of the rules
            self._say("info", event.message)

    def _end(self, state: JobState, message: str) -> None:
        self.state, self.message = state, message
        if state != JobState.SUCCEEDED:
            self._say("error", message)

    def _snapshot(self, job: dict[str, Any]) -> None:
        self.state, self.step = job["status"], job["step"]
        self.percentage = job["percentage"]
        self.message = job["message"] or self.message
        started = job["started_at"]
        self.started_at = datetime.fromisoformat(started) if started else None
        if self.started_at and self.state == JobState.RUNNING:
            self.elapsed_s = (datetime.now(UTC) - self.started_at).total_seconds()

    def _say(self, level: str, text: str) -> None:
        self.log = [*self.log, LogLine(level, text)][-MOST_LOG_LINES:]
