"""Write the record of a run: its input, settings, software versions and result."""

import platform
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from app.analysis.reporting.fingerprint import fingerprint
from app.version import __version__
from workers.analysis.messages import Request

# The packages on which a number in a result can depend.
DEPENDENCIES = ("polars", "numpy", "fastexcel")
DETERMINISTIC = (
    "The analysis draws no random numbers: the same table, settings and versions give the same "
    "rows. On another kind of processor the last digits of a number may differ."
)


def run_record(request: Request, rows: pl.DataFrame) -> dict[str, Any]:
    """Return the record of a run with these rows; it does not name the machine."""
    about = request.about
    return {
        "job": about.job,
        "who": about.who,
        "attempt": about.attempt,
        "rerun_of": about.rerun_of,
        "version_of": about.version_of,
        "version": about.version,
        "input": _input(request),
        "settings": request.settings,
        "overrides": [msgspec.to_builtins(each) for each in request.overrides],
        **_library(request),
        "seed": None,
        "deterministic": DETERMINISTIC,
        "software": _software(),
        "submitted_at": about.submitted_at,
        "started_at": about.started_at,
        "finished_at": datetime.now(UTC).isoformat(),
        "result": {"rows": rows.height, "sha256": fingerprint(rows)},
    }


def _input(request: Request) -> dict[str, Any]:
    about = request.about
    found = {
        "file_name": about.file_name,
        "bytes": about.upload_bytes,
        "sha256": about.upload_sha256,
    }
    return found | ({"files": msgspec.to_builtins(request.files)} if request.files else {})


def _library(request: Request) -> dict[str, Any]:
    """The library with its law, so that the run can be repeated without the server."""
    found = request.library
    return {} if found is None else {"library": msgspec.to_builtins(found)}


def _software() -> dict[str, str]:
    return {"sialoscope": __version__, "python": platform.python_version(), **_versions()}


@cache  # reading them takes longer than the rest of a record
def _versions() -> dict[str, str]:
    return {name: version(name) for name in DEPENDENCIES}


def write_record(record: dict[str, Any], folder: Path) -> None:
    """Write a record beside the result.

    Raises:
        OSError: the disk is full, or the folder is not writable.
    """
    (folder / "record.json").write_bytes(msgspec.json.format(msgspec.json.encode(record)) + b"\n")
