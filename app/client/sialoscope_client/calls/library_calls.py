"""The requests about retention libraries: laws of finished runs, as priors of later runs."""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from sialoscope_client.calls.call import Call, JobOrId, reads

PATH = "/api/v1/libraries"


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """The library of a method.

    Submit with ``library=library.id`` for its newest version, or with the id of a version.
    """

    id: str
    name: str
    is_own: bool
    is_shared: bool
    created_at: datetime
    versions: int
    newest: str
    links: dict[str, str]


class LibraryDetails(msgspec.Struct, frozen=True, kw_only=True):
    """A library with its versions, the newest first, your runs with it, and their control charts.

    The fields of each are those of the API's description.
    """

    library: Library
    versions: list[dict[str, Any]]
    runs: list[dict[str, Any]]
    charts: dict[str, Any]


class Libraries(msgspec.Struct, frozen=True, kw_only=True):
    """The libraries that you may use."""

    libraries: list[Library]


def libraries() -> Call[Libraries]:
    """Read the libraries that the user may use."""
    return Call("GET", PATH, reads(Libraries))


def save_library(job: JobOrId, name: str) -> Call[Library]:
    """Save the law of a finished job."""
    sent = {"json": {"job": job if isinstance(job, str) else job.id, "name": name}}
    return Call("POST", PATH, reads(Library), is_repeatable=False, sent=sent)


def library(which: Library | str) -> Call[LibraryDetails]:
    """Read a library with its versions and runs."""
    return Call("GET", _path(which), reads(LibraryDetails))


def share_library(which: Library | str, *, is_shared: bool) -> Call[Library]:
    """Let everybody use a library, or nobody else."""
    sent = {"json": {"is_shared": is_shared}}
    return Call("PUT", f"{_path(which)}/sharing", reads(Library), sent=sent)


def delete_library(which: Library | str) -> Call[None]:
    """Delete a library."""
    return Call("DELETE", _path(which), lambda _: None, is_repeatable=False)


def export_library(which: Library | str) -> Call[bytes]:
    """Download the signed file of a library."""
    return Call("GET", f"{_path(which)}/file", lambda response: response.content)


def import_library(path: Path, name: str) -> Call[Library]:
    """Upload the signed file of a library."""
    sent = {"files": {"file": (path.name, path.read_bytes())}, "data": {"name": name}}
    return Call("POST", "/api/v1/library-files", reads(Library), is_repeatable=False, sent=sent)


def _path(which: Library | str) -> str:
    return f"{PATH}/{which if isinstance(which, str) else which.id}"
