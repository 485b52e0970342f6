"""The API of the calls that a refit moves: all once it has ended, and those known so far before."""

import msgspec
import polars as pl
from litestar import get

from app.analysis.overrides.moved import cause_of, sentence_on
from app.contract.tasks import JobState
from app.db.jobs.contents.settings import overrides_of
from app.db.jobs.errors import JobConflictError, JobNotFoundError
from app.db.jobs.sharing.permission import permitted
from app.db.jobs.tables import Job
from app.progress.relay import Relay
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.rows import result_of
from app.web.features.versions.compare import Change, counted_changes
from app.web.http.answers.paging import Limit, Offset
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ, AnyRequest
from app.web.streaming.moved_rows import MovedRows, moved_so_far

NO_REFIT = "This job refits no other one, so it moves no calls. Compare two runs instead."
VERSION_IS_GONE = "The version before was deleted, so nothing can be compared with it."
SCHEMA = {"row": pl.UInt32, "before": pl.String, "after": pl.String}


class MovedRowView(msgspec.Struct, frozen=True, kw_only=True):
    """A row whose call the refit moved; ``name`` is that of the table."""

    row: int
    name: str | None
    call_before: str
    call_after: str


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """The rows whose calls a refit moved, against the version ``before``, and a sentence.

    ``cause`` is the subject of the sentence. ``total`` counts the rows, ``changes`` counts them by
    kind, and ``rows`` is a page of them. What ``is_provisional`` can change until the refit has
    succeeded.
    """

    before: str
    status: str
    is_provisional: bool
    total: int
    cause: str
    sentence: str
    changes: list[Change]
    rows: list[MovedRowView]


@get(
    "/api/v1/jobs/{job_id:str}/changes",
    tags=["results"],
    responses=problems(404, 409),
    opt=READ,
)
async def list_moved_calls(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    relay: Relay,
    threads: FairThreads,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Moved:
    """List the rows whose calls a refit moved.

    While it runs these are the rows that are known so far, as the event `changes` has them.
    """
    job = await permitted(job_id, request.user.name)
    before = await _version_before(job, request.user.name)
    running: MovedRows | None = None
    if job.state in (JobState.QUEUED, JobState.RUNNING):
        running = await moved_so_far(job, relay)
    return await threads.run(
        request.user.name, _moved, job, before, running, storage, limit=limit, offset=offset
    )


async def _version_before(job: Job, user: str) -> Job:
    if not (job.version_of and job.rerun_of):
        raise JobConflictError(NO_REFIT)
    try:
        return await permitted(job.rerun_of, user)
    except JobNotFoundError:
        raise JobConflictError(VERSION_IS_GONE) from None


def _moved(
    job: Job, before: Job, running: MovedRows | None, storage: Folder, *, limit: int, offset: int
) -> Moved:
    earlier = result_of(before, storage).rows()
    if running is None:
        rows = _differing(earlier, result_of(job, storage).rows())
        total = rows.height
    else:
        rows = pl.DataFrame(running.all(), schema=SCHEMA, orient="row")
        total = running.last.total if running.last else 0
    cause = cause_of(overrides_of(before), overrides_of(job))
    shown = _with_names(rows.slice(offset, limit), earlier)
    renamed = {"before": "call_before", "after": "call_after"}
    return Moved(
        before=before.id,
        status=job.state,
        is_provisional=running is not None,
        total=total,
        cause=cause,
        sentence=sentence_on(cause, total, so_far=running is not None),
        changes=counted_changes(rows.rename(renamed)),
        rows=[MovedRowView(**each) for each in shown.rename(renamed).sort("row").to_dicts()],
    )


def _differing(before: pl.LazyFrame, after: pl.LazyFrame) -> pl.DataFrame:
    """The rows whose calls differ, by row; the others are dropped as they are read."""
    both = before.select("row", before="call").join(after.select("row", after="call"), on="row")
    return both.filter(pl.col("before") != pl.col("after")).sort("row").collect()


def _with_names(shown: pl.DataFrame, table: pl.LazyFrame) -> pl.DataFrame:
    """The rows of a page with their names, which are read for these rows alone."""
    named = table.filter(pl.col("row").is_in(shown["row"].implode())).select("row", "name")
    return shown.join(named.collect(), on="row", how="left")


HANDLERS = [list_moved_calls]
