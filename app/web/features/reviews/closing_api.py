"""The API of what happens to an open review, and what follows: decide conflicts, adopt."""

from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import Parameter

from app.db.jobs.sharing.permission import May
from app.db.reviews.readers import add_reader, withdraw_reader
from app.db.reviews.store import close_review
from app.jobs.submission import JobSubmission
from app.progress.relay import Relay
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.filters.row_filter import HIGHEST_ROW
from app.web.features.reviews.access import access as seen_by
from app.web.features.reviews.access import with_right
from app.web.features.reviews.conflicts import adopt, conflicts, decide
from app.web.features.reviews.live import review_events
from app.web.features.reviews.views import (
    ConflictView,
    ResolutionView,
    ReviewView,
    decisions_of,
    resolution_view,
    review_view,
)
from app.web.http.answers.paging import Limit, Offset
from app.web.http.faults.problems import problems
from app.web.http.identity.security import MANAGE, READ, READ_BY_SCRIPT, SUBMIT, AnyRequest
from app.web.job_view import Accepted, accepted, view
from app.web.streaming.access import StreamAccess
from app.web.streaming.event_docs import EVENT_STREAM, REVIEW_EVENTS, described
from app.web.streaming.event_stream import EventStream
from app.web.streaming.limits import StreamLimits

RowNumber = Annotated[int, Parameter(ge=1, le=HIGHEST_ROW)]
ONE = "/api/v1/reviews/{review_id:str}"


class NewReviewer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The name of an account that is to judge the rows of a review too."""

    name: str


class DecisionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a conflict is decided: true, fragment, outlier or ambiguous; ``note`` says why."""

    call: str
    note: str


class Conflicts(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the rows that the reviewers do not agree on; ``total`` counts all."""

    total: int
    conflicts: list[ConflictView]


@post(
    f"{ONE}/reviewers", status_code=200, tags=["reviews"], responses=problems(404, 409), opt=MANAGE
)
async def add_reviewer(request: AnyRequest, review_id: str, data: NewReviewer) -> ReviewView:
    """Add a reviewer to an open review, as the owner of its job.

    The answer does not reveal whether an account exists.
    """
    by = request.user.name
    found = await with_right(review_id, by, May.OWN)
    await add_reader(found.review, found.job, data.name, by=by)
    return await review_view(found)


@delete(
    f"{ONE}/reviewers/{{reviewer_id:str}}",
    status_code=200,
    tags=["reviews"],
    responses=problems(404, 409),
    opt=MANAGE,
)
async def withdraw_reviewer(request: AnyRequest, review_id: str, reviewer_id: str) -> ReviewView:
    """Withdraw a reviewer from an open review, as the owner of its job.

    Their judgements are kept and do not count. Two reviewers must be left. Whoever was withdrawn
    may see the job if it is shared with them, and cannot be added again.
    """
    by = request.user.name
    found = await with_right(review_id, by, May.OWN)
    await withdraw_reader(found.review, found.job, reviewer_id, by=by)
    return await review_view(found)


@post(f"{ONE}/close", status_code=200, tags=["reviews"], responses=problems(404, 409), opt=MANAGE)
async def close_review_of_job(request: AnyRequest, review_id: str) -> ReviewView:
    """Close a review: no judgement can change any more, and all can be seen.

    Only the owner of the job may do it. The reviewers may see the job again if it is shared with
    them.
    """
    found = await with_right(review_id, request.user.name, May.OWN)
    closed = await close_review(found.review, found.job, by=request.user.name)
    return await review_view(found._replace(review=closed))


@get(f"{ONE}/conflicts", tags=["reviews"], responses=problems(404, 409), opt=READ)
async def list_conflicts(
    request: AnyRequest,
    review_id: str,
    storage: Folder,
    threads: FairThreads,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Conflicts:
    """List the rows of a closed review that its reviewers do not agree on, decided ones too."""
    by = request.user.name
    found = await with_right(review_id, by, May.VIEW)
    shown = await conflicts(found, by, storage, threads, limit=limit, offset=offset)
    total = len((await decisions_of(found)).conflicts())
    return Conflicts(total=total, conflicts=shown)


@put(f"{ONE}/conflicts/{{row:int}}", tags=["reviews"], responses=problems(404, 409), opt=MANAGE)
async def decide_conflict(
    request: AnyRequest, review_id: str, row: RowNumber, data: DecisionRequest
) -> ResolutionView:
    """Decide a row that the reviewers do not agree on, as somebody who may change the job."""
    found = await with_right(review_id, request.user.name, May.EDIT)
    by = request.user.name
    return resolution_view(await decide(found, row, by=by, call=data.call, note=data.note))


@post(
    f"{ONE}/adopt",
    status_code=202,
    tags=["reviews"],
    responses=problems(404, 409, 429, 507),
    opt=SUBMIT,
)
async def adopt_review(
    request: AnyRequest, review_id: str, submissions: JobSubmission
) -> Response[Accepted]:
    """Make the next version of the job, with what the reviewers decided as overrides.

    Rows that no reviewer judged keep their calls.
    """
    found = await with_right(review_id, request.user.name, May.EDIT)
    return accepted(view(await adopt(found, submissions, by=request.user.name)))


@get(
    f"{ONE}/events",
    media_type=EVENT_STREAM,
    tags=["reviews"],
    responses=described("The review, whenever it changes.", REVIEW_EVENTS) | problems(404, 429),
    opt=READ_BY_SCRIPT,
)
async def follow_review(
    request: AnyRequest, review_id: str, relay: Relay, limits: StreamLimits, access: StreamAccess
) -> Response[Any]:
    """Follow the progress of a review until it is closed, as server-sent events."""
    by = request.user.name
    await seen_by(review_id, by)
    messages = access.while_let_in(review_events(review_id, by, relay), request.user)
    return EventStream(await limits.admit(by, messages))


HANDLERS = [
    *(add_reviewer, withdraw_reviewer, close_review_of_job),
    *(list_conflicts, decide_conflict, adopt_review, follow_review),
]
