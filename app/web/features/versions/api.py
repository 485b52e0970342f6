"""The API of versions: refit a job with overrides, and compare two runs."""

import msgspec
from litestar import Response, get, post

from app.analysis.overrides.override import Override, validate_overrides
from app.db.jobs.sharing.permission import May, permitted
from app.db.jobs.tables import Job
from app.jobs.rerun import refit
from app.jobs.submission import JobSubmission
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.filters.parameters import filter_of
from app.web.features.versions.compare import Comparison, compare
from app.web.features.versions.overrides import chosen_rows, usable_overrides, with_decision
from app.web.http.answers.paging import Limit, Offset
from app.web.http.faults.problems import problems
from app.web.http.identity.security import READ, SUBMIT, AnyRequest
from app.web.job_view import Accepted, IdempotencyKey, accepted, view


class OverrideRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision on one row and its reason: another ``call``, or whether it is an ``anchor``."""

    row: int
    reason: str
    call: str | None = None
    anchor: bool | None = None

    def override(self) -> Override:
        """The override, as the analysis takes it.

        Raises:
            OverrideError: It has no reason, changes nothing, or names an unknown call.
        """
        return Override(row=self.row, reason=self.reason, call=self.call, anchor=self.anchor)


class Selection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One decision about all rows that match ``filter``, with the fields of the list of rows.

    ``{"filter": {"rows": "3,17"}, "call": "true", "reason": "seen in MS/MS"}`` overrides two rows.
    """

    filter: dict[str, str]
    reason: str
    call: str | None = None
    anchor: bool | None = None


class Refit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All overrides of the new version; it takes none over from earlier versions.

    ``selection`` adds one decision about many rows.
    """

    overrides: list[OverrideRequest]
    selection: Selection | None = None


@post(
    "/api/v1/jobs/{job_id:str}/refit",
    status_code=202,
    tags=["results"],
    responses=problems(404, 409, 422, 429, 507),
    opt=SUBMIT,
)
async def refit_job(
    request: AnyRequest,
    job_id: str,
    data: Refit,
    storage: Folder,
    threads: FairThreads,
    submissions: JobSubmission,
    idempotency_key: IdempotencyKey = None,
) -> Response[Accepted]:
    """Refit a job: analyze its table again with overridden calls and anchors, as its next version.

    Anchors change before the models are fitted, calls after. Each override needs a reason.
    """
    before = await permitted(job_id, request.user.name, May.EDIT)
    overrides = await threads.run(request.user.name, _overrides, before, data, storage)
    job = await refit(
        submissions, before, overrides, by=request.user.name, idempotency_key=idempotency_key
    )
    return accepted(view(job))


def _overrides(before: Job, data: Refit, storage: Folder) -> tuple[Override, ...]:
    wanted, selected = [each.override() for each in data.overrides], data.selection
    if selected is not None:
        rows = chosen_rows(before, filter_of(selected.filter), storage)
        wanted = with_decision(
            validate_overrides(wanted),
            rows,
            call=selected.call,
            anchor=selected.anchor,
            reason=selected.reason,
        )
    return usable_overrides(before, wanted, storage)


@get(
    "/api/v1/jobs/{job_id:str}/compare/{other_id:str}",
    tags=["results"],
    responses=problems(404, 409),
    opt=READ,
)
async def compare_jobs(
    request: AnyRequest,
    job_id: str,
    other_id: str,
    storage: Folder,
    threads: FairThreads,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Comparison:
    """Compare two runs: of one table by row, of two tables by species.

    What is the same in both is left out.
    """
    one, other = [await permitted(each, request.user.name) for each in (job_id, other_id)]
    return await threads.run(
        request.user.name, compare, one, other, storage, limit=limit, offset=offset
    )


HANDLERS = [refit_job, compare_jobs]
