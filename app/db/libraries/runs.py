"""Which jobs use which version of a library."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from piccolo.columns import And

from app.db.engine.clock import from_now
from app.db.jobs.changes.new_job import NewJob
from app.db.jobs.tables import Job
from app.db.libraries.errors import LibraryError
from app.db.libraries.store import library_of, version_by_id, versions_of
from app.db.libraries.tables import LibraryRun

LIBRARY = "library"
# The most runs that a page or an answer of the API has.
MOST_RUNS = 200


async def with_versions(new: Sequence[NewJob]) -> None:
    """Replace the library in the settings of new jobs by its newest version.

    A repeated job keeps its version, even if its user may no longer see the library.

    Raises:
        LibraryNotFoundError: there is no such library, or the user may not see it.
        LibraryError: the library has no such version.
    """
    for each in new:
        if given := each.settings.get(LIBRARY):
            each.settings[LIBRARY] = await _version(each, str(given))


async def note_runs(jobs: Sequence[Job], new: Sequence[NewJob]) -> None:
    """Note the new jobs that use a library."""
    noted = [
        LibraryRun(job=job.id, library=library, version=int(version), made_at=from_now())
        for job, each in zip(jobs, new, strict=True)
        if job.id == each.id and each.settings.get(LIBRARY)
        for library, _, version in [str(each.settings[LIBRARY]).partition("-")]
    ]
    if noted:
        await LibraryRun.insert(*noted)


async def runs_of(library_id: str, user: str) -> list[tuple[LibraryRun, Job]]:
    """Return the newest finished runs of a library that belong to a user, the oldest first."""
    own = Job.select(Job.id).where(And(Job.owner == user, Job.summary.is_not_null()))
    of_user = And(LibraryRun.library == library_id, LibraryRun.job.is_in(own))
    newest = LibraryRun.objects().where(of_user).order_by(LibraryRun.made_at, ascending=False)
    runs: dict[Any, LibraryRun] = {run.job: run for run in await newest.limit(MOST_RUNS)}
    if not runs:
        return []
    jobs = await Job.objects().where(Job.id.is_in(list(runs)))
    return sorted(((runs[job.id], job) for job in jobs), key=lambda each: each[0].made_at)


async def owners_of_runs(since: datetime) -> list[tuple[str, str]]:
    """Return each library that was used since then, with each owner of such a run, sorted."""
    runs = await LibraryRun.objects().where(LibraryRun.made_at >= since)
    jobs = [run.job for run in runs] or [""]
    rows = await Job.select(Job.id, Job.owner).where(Job.id.is_in(jobs))
    owners = {row["id"]: row["owner"] for row in rows}
    return sorted({(str(run.library), owners[run.job]) for run in runs if run.job in owners})


async def _library_of_job(job_id: str) -> str | None:
    job = await Job.select(Job.settings).where(Job.id == job_id).first()
    return msgspec.json.decode(job["settings"]).get(LIBRARY) if job else None


async def _version(new: NewJob, given: str) -> str:
    library_id, _, version = given.partition("-")
    if new.rerun_of and given == await _library_of_job(new.rerun_of):
        return str((await version_by_id(given)).id)
    library = await library_of(library_id, new.acted_by or new.owner)
    found = {str(each.version): each.id for each in await versions_of(library.id)}
    if version and version not in found:
        raise LibraryError(f"{library.name} has no version {version}.")
    return str(found[version] if version else next(iter(found.values())))
