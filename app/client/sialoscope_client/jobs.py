"""Jobs as the server describes them; unknown fields are ignored."""

from datetime import datetime
from typing import Any

import msgspec

from sialoscope_client.notebook.fact_table import fact_table

FINAL = ("succeeded", "failed", "cancelled")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job: its state, its settings and its result.

    ``percentage`` is 0-100; ``summary`` has the number of rows by call once it has succeeded.
    """

    id: str
    status: str
    step: str
    percentage: int
    message: str
    error: str | None
    file_name: str
    settings: dict[str, Any]
    created_at: datetime
    finished_at: datetime | None
    summary: dict[str, Any] | None = None
    overrides: list[dict[str, Any]] = []
    files: list[dict[str, Any]] = []
    mapping: dict[str, str] = {}
    reading: dict[str, Any] = {}
    batch_id: str | None = None
    rerun_of: str | None = None
    version_of: str | None = None
    version: int = 1
    queue_position: int | None = None
    estimated_wait_s: int | None = None
    queue_paused: bool = False
    tags: list[str] = []
    note: str = ""
    priority: str = "normal"
    signed_off: dict[str, Any] | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the job has ended."""
        return self.status in FINAL

    def _repr_html_(self) -> str:
        counts: dict[str, int] = (self.summary or {}).get("counts", {})
        facts = [("Job", self.id), ("State", self.status), ("Message", self.error or self.message)]
        facts += [(call, f"{count:,}") for call, count in counts.items()]
        return fact_table(self.file_name, facts)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's try at a job; ``outcome`` is None while it runs."""

    attempt: int
    outcome: str | None
    message: str | None
    queued_at: datetime
    started_at: datetime
    ended_at: datetime | None
    has_log: bool


class MeasuredStep(msgspec.Struct, frozen=True, kw_only=True):
    """What a step of an attempt took, such as ``rule 3``."""

    step: str
    seconds: float
    cpu_s: float
    memory_bytes: int


class MovedCall(msgspec.Struct, frozen=True):
    """A row and its call in the version before and now."""

    row: int
    before: str
    after: str


class MovedPage(msgspec.Struct, frozen=True):
    """A page of the moved rows of a refit, as the server lists them."""

    total: int
    sentence: str
    rows: list[dict[str, Any]]


class JobList(msgspec.Struct, frozen=True, kw_only=True):
    """Some jobs; ``total`` counts all that match the filter."""

    total: int
    jobs: list[Job]


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a batch that cannot become a job, and why."""

    file_name: str
    detail: str


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The jobs of files that were submitted together, and the files that were refused."""

    batch_id: str
    jobs: list[Job]
    refused: list[Refused] = []
