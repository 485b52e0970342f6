"""The requests that the client sends, and how it reads the answer to each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeAlias, TypedDict, TypeVar
from uuid import uuid4

import httpx
import msgspec
import polars as pl

from sialoscope_client.jobs import Attempt, Batch, Job, JobList, MeasuredStep, MovedPage
from sialoscope_client.tables import File

T = TypeVar("T")
# What a call results in; a call for a string can stand where one for a job or a string is expected.
ResultT_co = TypeVar("ResultT_co", covariant=True)
JobOrId: TypeAlias = Job | str
Priority: TypeAlias = Literal["high", "normal", "low"]
ROWS_AT_A_TIME = 10_000
# The types of a column, in the words of the API.
TYPES = {"integer": pl.Int64, "number": pl.Float64, "string": pl.String, "boolean": pl.Boolean}


class Settings(TypedDict, total=False):
    """The settings of an analysis and its priority; omitted ones have their defaults.

    A rerun takes over those of its job that are omitted.
    """

    r2_threshold: float
    outlier_threshold: float
    rt_tolerance: float
    mz_tolerance_ppm: float
    blank_factor: float
    data_type: str
    library: str
    decimal: str
    rt_unit: str
    priority: Priority


class Which(TypedDict, total=False):
    """A filter of rows: a row must match every given field."""

    call: str
    category: str
    prefix: str
    isomer: str
    anchor: str
    sample: str
    sample_role: str
    evidence_level: str
    search: str
    within: str
    rows: str


@dataclass(frozen=True)
class Call(Generic[ResultT_co]):
    """A request; one that ``is_repeatable`` has the same effect when it is sent twice."""

    method: str
    path: str
    read: Callable[[httpx.Response], ResultT_co]
    is_repeatable: bool = True
    sent: Mapping[str, Any] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        """The arguments for httpx."""
        return {"method": self.method, "url": self.path, **self.sent}


@dataclass(frozen=True)
class Page:
    """Some rows, and the address of the next ones."""

    rows: list[dict[str, Any]]
    columns: dict[str, str]
    next: str | None


def submit(
    file: File, settings: Settings, columns: Mapping[str, str] | None, key: str | None
) -> Call[str]:
    """Submit a table; the result is the id of its job, as for every call that makes a job."""
    sent = _form([file], {**settings}, columns, key)
    return Call("POST", "/api/v1/jobs", accepted_id, sent=sent)


def submit_batch(
    files: Sequence[File], settings: Settings, columns: Mapping[str, str] | None, key: str | None
) -> Call[Batch]:
    """Submit many tables as a job each."""
    sent = _form(files, {**settings}, columns, key)
    return Call("POST", "/api/v1/batches", reads(Batch), sent=sent)


def submit_cohort(
    files: Sequence[File],
    name: str,
    settings: Settings,
    columns: Mapping[str, str] | None,
    key: str | None,
) -> Call[str]:
    """Submit many tables as one job."""
    fields = {**settings, **({"name": name} if name else {})}
    return Call("POST", "/api/v1/cohorts", accepted_id, sent=_form(files, fields, columns, key))


def job(job: JobOrId) -> Call[Job]:
    """Read the current state of a job."""
    return Call("GET", job_path(job), reads(Job))


def jobs(limit: int, offset: int, which: Mapping[str, Any]) -> Call[JobList]:
    """List some jobs."""
    params = {"limit": limit, "offset": offset, **which}
    return Call("GET", "/api/v1/jobs", reads(JobList), sent={"params": params})


def batch(batch_id: str) -> Call[Batch]:
    """List the jobs of a batch."""
    return Call("GET", f"/api/v1/batches/{batch_id}", reads(Batch))


def attempts(job: JobOrId) -> Call[list[Attempt]]:
    """List the attempts at a job."""
    return Call("GET", job_path(job, "attempts"), _attempts)


def attempt_log(job: JobOrId, attempt: int) -> Call[list[dict[str, Any]]]:
    """Download the log of an attempt."""
    return Call("GET", job_path(job, f"attempts/{attempt}/log"), _lines)


def attempt_profile(job: JobOrId, attempt: int) -> Call[list[MeasuredStep]]:
    """Read what each step of an attempt took."""
    return Call("GET", job_path(job, f"attempts/{attempt}/profile"), _steps)


def cancel(job: JobOrId) -> Call[Job]:
    """Cancel a job."""
    return Call("POST", job_path(job, "cancel"), reads(Job), is_repeatable=False)


def label(
    job: JobOrId, tags: Iterable[str] | None, note: str | None, name: str | None
) -> Call[Job]:
    """Replace the tags, the note or the name of a job."""
    labels = {"tags": None if tags is None else list(tags), "note": note, "name": name}
    # A server of an earlier release knows no name and refuses one.
    sent = {"json": {key: value for key, value in labels.items() if value is not None}}
    return Call("PUT", job_path(job, "labels"), reads(Job), sent=sent)


def start(job: JobOrId) -> Call[str]:
    """Start a failed or cancelled job again."""
    return Call("POST", job_path(job, "start"), accepted_id, is_repeatable=False)


def delete(job: JobOrId) -> Call[None]:
    """Delete a job."""
    return Call("DELETE", job_path(job), lambda _: None, is_repeatable=False)


def rerun(job: JobOrId, settings: Settings, key: str | None) -> Call[str]:
    """Analyze the table again with other settings."""
    sent = {"json": settings, "headers": key_header(key)}
    return Call("POST", job_path(job, "rerun"), accepted_id, sent=sent)


def refit(job: JobOrId, overrides: Iterable[Mapping[str, Any]], key: str | None) -> Call[str]:
    """Analyze the table again with calls and anchors overridden."""
    sent = {"json": {"overrides": [dict(each) for each in overrides]}, "headers": key_header(key)}
    return Call("POST", job_path(job, "refit"), accepted_id, sent=sent)


def moved_page(job: JobOrId, offset: int) -> Call[MovedPage]:
    """List some of the rows whose calls a refit moved."""
    params = {"limit": ROWS_AT_A_TIME, "offset": offset}
    return Call("GET", job_path(job, "changes"), reads(MovedPage), sent={"params": params})


def share(job: JobOrId, name: str, may: str) -> Call[dict[str, Any]]:
    """Share all versions of a job with an account."""
    sent = {"json": {"name": name, "may": may}}
    return Call("PUT", job_path(job, "shares"), reads(dict[str, Any]), sent=sent)


def save_preset(name: str, settings: Settings) -> Call[dict[str, Any]]:
    """Save settings under a name."""
    sent = {"json": {"name": name, **settings}}
    return Call("POST", "/api/v1/presets", reads(dict[str, Any]), sent=sent)


def first_rows(job: JobOrId, sort: str, which: Which) -> Call[Page]:
    """Read the first rows that match a filter."""
    params = {"sort": sort, "limit": ROWS_AT_A_TIME, **which}
    return Call("GET", job_path(job, "rows"), _page, sent={"params": params})


def next_rows(address: str) -> Call[Page]:
    """Read the rows at the address that the previous page gave."""
    return Call("GET", address, _page)


def row(job: JobOrId, number: int) -> Call[dict[str, Any]]:
    """Read the explanation of a row's call."""
    return Call("GET", job_path(job, f"rows/{number}"), reads(dict[str, Any]))


def flips(job: JobOrId, number: int) -> Call[dict[str, Any]]:
    """Read what would change a row's call."""
    return Call("GET", job_path(job, f"rows/{number}/flips"), reads(dict[str, Any]))


def models(job: JobOrId) -> Call[pl.DataFrame]:
    """Read the retention models."""
    return Call("GET", job_path(job, "models"), _models)


def export(job: JobOrId, kind: str) -> Call[bytes]:
    """Download the result as a file."""
    return Call("GET", job_path(job, "export"), _content, sent={"params": {"format": kind}})


def bundle(job: JobOrId) -> Call[bytes]:
    """Download the proof bundle of a run."""
    return Call("GET", job_path(job, "bundle"), _content)


def events_path(job: JobOrId) -> str:
    """The path of a job's event stream."""
    return job_path(job, "events")


def format_of(path: Path) -> str:
    """The export format for a file name, by its suffix."""
    suffix = path.suffix.lower().lstrip(".")
    return {"mztab": "mztab-m", "htm": "html"}.get(suffix, suffix)


def frame(rows: list[dict[str, Any]], columns: Mapping[str, str]) -> pl.DataFrame:
    """Rows as a data frame, with the columns that the server names even if there is no row."""
    return pl.DataFrame(rows, schema={name: TYPES[kind] for name, kind in columns.items()})


def _form(
    files: Sequence[File],
    fields: Mapping[str, Any],
    columns: Mapping[str, str] | None,
    key: str | None,
) -> dict[str, Any]:
    data = {name: str(value) for name, value in fields.items()}
    data |= {f"{role}_column": header for role, header in (columns or {}).items()}
    return {"files": [("file", file) for file in files], "data": data, "headers": key_header(key)}


def key_header(key: str | None) -> dict[str, str]:
    """The header by which the server recognizes a repeated request."""
    return {"Idempotency-Key": key or uuid4().hex}


def id_of(job: JobOrId) -> str:
    """Return the id of a job."""
    return job if isinstance(job, str) else job.id


def job_path(job: JobOrId, rest: str = "") -> str:
    """The path of a job, or of something of it."""
    return f"/api/v1/jobs/{id_of(job)}" + (f"/{rest}" if rest else "")


def reads(kind: type[T]) -> Callable[[httpx.Response], T]:
    """A function that reads an answer as this type."""
    return lambda answer: msgspec.json.decode(answer.content, type=kind)


def accepted_id(answer: httpx.Response) -> str:
    """Read the id of a job that was queued."""
    return str(answer.json()["id"])


def _page(answer: httpx.Response) -> Page:
    page = answer.json()
    return Page(page["rows"], page["columns"], page["next"])


def _models(answer: httpx.Response) -> pl.DataFrame:
    found = answer.json()
    return frame(found["models"], found["columns"])


def _attempts(answer: httpx.Response) -> list[Attempt]:
    return reads(dict[str, list[Attempt]])(answer)["attempts"]


def _steps(answer: httpx.Response) -> list[MeasuredStep]:
    return msgspec.convert(answer.json()["steps"], list[MeasuredStep])


def _lines(answer: httpx.Response) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in answer.content.splitlines()]


def _content(answer: httpx.Response) -> bytes:
    return answer.content
