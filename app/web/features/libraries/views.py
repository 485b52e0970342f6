"""Retention libraries as the API and the pages show them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.analysis.library.run_charts import MEASURES
from app.db.jobs.tables import Job
from app.db.libraries.runs import runs_of
from app.db.libraries.store import Version, newest_of, newest_versions, versions_of
from app.db.libraries.tables import LibraryRun, RetentionLibrary
from app.web.features.libraries.charts import Chart, charts


class LibraryVersionView(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a library: the run that it comes from, and what its law was fitted to.

    ``sha256`` is the hash of the text of the law, as in the records of the runs that used it. In a
    version that was imported, job, file, settings and ``made_by`` are what its file says;
    ``imported_by`` is who imported it, and ``signed_by`` the fingerprint of the key that signed it.
    Both are empty if it was saved from a run of this server.
    """

    id: str
    version: int
    job: str
    file_name: str
    made_by: str
    made_at: datetime
    engine: str
    settings: dict[str, Any]
    sha256: str
    classes: int
    anchors: int
    spread_min: float
    imported_by: str
    signed_by: str


class LibraryView(msgspec.Struct, frozen=True, kw_only=True):
    """The library of a method; ``newest`` is the id of its newest version, to submit with."""

    id: str
    name: str
    is_own: bool
    is_shared: bool
    created_at: datetime
    versions: int
    newest: str
    links: dict[str, str]


class LibraryRunView(msgspec.Struct, frozen=True, kw_only=True):
    """A run that used the library, or was refused it for the reason ``refusal``.

    It elutes ``drift_min`` later than the library at its middle and ``scale`` times as slow, and
    its peaks lie within ``width_min`` about that. It exceeds the limits of the measures that are
    ``out_of_control``.
    """

    job: str
    file_name: str
    version: int
    made_at: datetime
    refusal: str | None
    drift_min: float | None
    scale: float | None
    width_min: float | None
    anchors: int
    anchors_recovered: int
    out_of_control: list[str]


class LibraryDetails(msgspec.Struct, frozen=True, kw_only=True):
    """A library with its versions, the newest first, and the caller's runs, the oldest first.

    ``charts`` has the values and the control limits of each measure, run by run.
    """

    library: LibraryView
    versions: list[LibraryVersionView]
    runs: list[LibraryRunView]
    charts: dict[str, Chart]


async def all_libraries(user: str) -> list[LibraryView]:
    """List the libraries that a user may use."""
    return [_view(library, newest, user) for library, newest in await newest_versions(user)]


async def library_view(library: RetentionLibrary, user: str) -> LibraryView:
    """The view of a library for a user."""
    return _view(library, await newest_of(library.id), user)


async def details(library: RetentionLibrary, user: str) -> LibraryDetails:
    """All of a library for a user."""
    runs = await runs_of(library.id, user)
    found = charts([_use(job) | {"version": run.version} for run, job in runs])
    return LibraryDetails(
        library=await library_view(library, user),
        versions=[_version_view(each) for each in await versions_of(library.id)],
        runs=_run_views(runs, found),
        charts=found,
    )


def _view(library: RetentionLibrary, newest: int, user: str) -> LibraryView:
    here = f"/api/v1/libraries/{library.id}"
    return LibraryView(
        id=library.id,
        name=library.name,
        is_own=library.owner == user,
        is_shared=library.is_shared,
        created_at=library.created_at,
        versions=newest,
        newest=f"{library.id}-{newest}" if newest else "",
        links={"self": here, "file": f"{here}/file", "page": f"/libraries/{library.id}"},
    )


def _version_view(version: Version) -> LibraryVersionView:
    values = version._asdict() | {"settings": msgspec.json.decode(version.settings)}
    return LibraryVersionView(**values)


def _run_views(
    runs: Sequence[tuple[LibraryRun, Job]], found: dict[str, Chart]
) -> list[LibraryRunView]:
    return [
        _run_view(run, job, [name for name in MEASURES if found[name].points[n].is_out])
        for n, (run, job) in enumerate(runs)
    ]


def _run_view(run: LibraryRun, job: Job, out: list[str]) -> LibraryRunView:
    use = _use(job)
    return LibraryRunView(
        job=job.id,
        file_name=job.file_name,
        version=run.version,
        made_at=run.made_at,
        refusal=use.get("refusal"),
        drift_min=use.get("drift_min"),
        scale=use.get("scale"),
        width_min=use.get("width_min"),
        anchors=use.get("anchors", 0),
        anchors_recovered=use.get("anchors_recovered", 0),
        out_of_control=out,
    )


def _use(job: Job) -> dict[str, Any]:
    """How a finished job used its library."""
    summary: dict[str, Any] = msgspec.json.decode(job.summary)
    return dict(summary.get("library", {}))
