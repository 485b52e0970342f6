"""The requests about results: rows, retention models and files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import httpx
import polars as pl

from sialoscope_client.calls.call import (
    ROWS_AT_A_TIME,
    Call,
    JobOrId,
    content,
    id_of,
    job_path,
    reads,
)

# The types of a column, in the words of the API.
TYPES = {"integer": pl.Int64, "number": pl.Float64, "string": pl.String, "boolean": pl.Boolean}


class Which(TypedDict, total=False):
    """A filter of rows: a row must match every given field.

    ``call`` takes several with commas between them, ``anchor`` yes or no. ``search`` and ``reason``
    to ``alternative_species`` are a text within a column. ``ranges`` and ``within`` are ranges of
    numbers, both ends included, such as ``rt_min:7.5:9,carbons:36:`` (times in minutes).
    ``threshold`` keeps rows that are true with at least this confidence (0 to 1), or by hand.
    """

    call: str
    category: str
    prefix: str
    isomer: str
    anchor: str
    sample: str
    sample_role: str
    evidence_level: str
    rule: str
    adduct: str
    charge: str
    isotope_label: str
    ion: str
    set_apart: str
    search: str
    reason: str
    species: str
    molecular_name: str
    shorthand_name: str
    alternative_species: str
    ranges: str
    threshold: str
    within: str
    rows: str


@dataclass(frozen=True)
class Page:
    """Some rows, and the address of the next ones."""

    rows: list[dict[str, Any]]
    columns: dict[str, str]
    next: str | None


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


def compare(job: JobOrId, other: JobOrId) -> Call[dict[str, Any]]:
    """Read what differs between two results."""
    sent = {"params": {"limit": ROWS_AT_A_TIME}}
    path = job_path(job, f"compare/{id_of(other)}")
    return Call("GET", path, reads(dict[str, Any]), sent=sent)


def quantities(job: JobOrId, by: str, standards: Sequence[str]) -> Call[dict[str, Any]]:
    """Read how much of each species there is."""
    sent = {"params": {"by": by, "standard": list(standards), "limit": ROWS_AT_A_TIME}}
    return Call("GET", job_path(job, "quantities"), reads(dict[str, Any]), sent=sent)


def record(job: JobOrId) -> Call[dict[str, Any]]:
    """Read the record of a run."""
    return Call("GET", job_path(job, "record"), reads(dict[str, Any]))


def models(job: JobOrId) -> Call[pl.DataFrame]:
    """Read the retention models."""
    return Call("GET", job_path(job, "models"), _models)


def export(job: JobOrId, kind: str) -> Call[bytes]:
    """Download the result as a file."""
    return Call("GET", job_path(job, "export"), content, sent={"params": {"format": kind}})


def bundle(job: JobOrId) -> Call[bytes]:
    """Download the proof bundle of a run."""
    return Call("GET", job_path(job, "bundle"), content)


def format_of(path: Path) -> str:
    """The export format for a file name, by its suffix."""
    suffix = path.suffix.lower().lstrip(".")
    return {"mztab": "mztab-m", "htm": "html"}.get(suffix, suffix)


def frame(rows: list[dict[str, Any]], columns: Mapping[str, str]) -> pl.DataFrame:
    """Rows as a data frame, with the columns that the server names even if there is no row."""
    return pl.DataFrame(rows, schema={name: TYPES[kind] for name, kind in columns.items()})


def _page(answer: httpx.Response) -> Page:
    page = answer.json()
    return Page(page["rows"], page["columns"], page["next"])


def _models(answer: httpx.Response) -> pl.DataFrame:
    found = answer.json()
    return frame(found["models"], found["columns"])
