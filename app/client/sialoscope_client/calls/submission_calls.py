"""The requests that make jobs: of a table, of many, of a job again, with settings."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from sialoscope_client.calls.call import (
    Call,
    JobOrId,
    Priority,
    accepted_id,
    job_path,
    key_header,
    reads,
)
from sialoscope_client.jobs import Batch
from sialoscope_client.tables import File


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


class ReadingChoices(TypedDict, total=False):
    """How a table is read, where it does not say so itself; ``preview`` asks for what it needs.

    ``sheets`` are separated by ``/``, ``anchor_words`` by ``;``, ``marked_rows`` is ``excluded`` or
    ``judged``, and ``sample_roles`` has lines such as ``B1=blank``.
    """

    encoding: str
    sheets: str
    anchor_words: str
    marked_rows: str
    sample_roles: str


class Reading(ReadingChoices, total=False):
    """All that can be chosen about how a table is read, beside its columns."""

    decimal: str
    rt_unit: str


class Submission(Settings, ReadingChoices, total=False):
    """The settings of an analysis, and how its tables are read."""


def preview(
    file: File, reading: Reading, columns: Mapping[str, str] | None
) -> Call[dict[str, Any]]:
    """Read how a table would be read, without analyzing it."""
    sent = _form([file], {**reading}, columns, None)
    return Call("POST", "/api/v1/previews", reads(dict[str, Any]), sent=sent)


def submit(
    file: File, settings: Submission, columns: Mapping[str, str] | None, key: str | None
) -> Call[str]:
    """Submit a table; the result is the id of its job, as for every call that makes a job."""
    sent = _form([file], {**settings}, columns, key)
    return Call("POST", "/api/v1/jobs", accepted_id, sent=sent)


def submit_batch(
    files: Sequence[File], settings: Submission, columns: Mapping[str, str] | None, key: str | None
) -> Call[Batch]:
    """Submit many tables as a job each."""
    sent = _form(files, {**settings}, columns, key)
    return Call("POST", "/api/v1/batches", reads(Batch), sent=sent)


def submit_cohort(
    files: Sequence[File],
    name: str,
    settings: Submission,
    columns: Mapping[str, str] | None,
    key: str | None,
) -> Call[str]:
    """Submit many tables as one job."""
    fields = {**settings, **({"name": name} if name else {})}
    return Call("POST", "/api/v1/cohorts", accepted_id, sent=_form(files, fields, columns, key))


def batch(batch_id: str) -> Call[Batch]:
    """List the jobs of a batch."""
    return Call("GET", f"/api/v1/batches/{batch_id}", reads(Batch))


def rerun(job: JobOrId, settings: Settings, key: str | None) -> Call[str]:
    """Analyze the table again with other settings."""
    sent = {"json": settings, "headers": key_header(key)}
    return Call("POST", job_path(job, "rerun"), accepted_id, sent=sent)


def refit(job: JobOrId, overrides: Iterable[Mapping[str, Any]], key: str | None) -> Call[str]:
    """Analyze the table again with calls and anchors overridden."""
    sent = {"json": {"overrides": [dict(each) for each in overrides]}, "headers": key_header(key)}
    return Call("POST", job_path(job, "refit"), accepted_id, sent=sent)


def save_preset(name: str, settings: Settings) -> Call[dict[str, Any]]:
    """Save settings under a name."""
    sent = {"json": {"name": name, **settings}}
    return Call("POST", "/api/v1/presets", reads(dict[str, Any]), sent=sent)


def _form(
    files: Sequence[File],
    fields: Mapping[str, Any],
    columns: Mapping[str, str] | None,
    key: str | None,
) -> dict[str, Any]:
    data = {name: str(value) for name, value in fields.items()}
    data |= {f"{role}_column": header for role, header in (columns or {}).items()}
    return {"files": [("file", file) for file in files], "data": data, "headers": key_header(key)}
