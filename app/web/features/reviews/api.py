"""The API of reviews: open and close them, judge rows, decide conflicts, adopt the decisions."""

from typing import Annotated

import msgspec
from litestar import get, post, put
from litestar.params import Parameter

from app.db.jobs.sharing.permission import permitted
from app.db.reviews.judgements import judgements_of
from app.db.reviews.queries import reviews_for, reviews_of, rows_of
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.filters.parameters import filter_of
from app.web.features.results.filters.row_filter import HIGHEST_ROW
from app.web.features.reviews.access import access as seen_by
from app.web.features.reviews.access import as_reader
from app.web.features.reviews.blind_rows import ReviewRow, blind_rows
from app.web.features.reviews.judging import judge_in_table
from app.web.features.reviews.opening import open_for
from app.web.features.reviews.views import (
    ReviewView,
    review_view,
)
from app.web.http.answers.paging import Limit, Offset
from app.web.http.faults.problems import problems
from app.web.http.identity.security import MANAGE, READ, AnyRequest

RowNumber = Annotated[int, Parameter(ge=1, le=HIGHEST_ROW)]
HIGHEST_PARENT = 2**31 - 1  # the highest number of an integer column
OF_JOB = "/api/v1/jobs/{job_id:str}/reviews"
ONE = "/api/v1/reviews/{review_id:str}"


class ReviewRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The names of at least two accounts, and which rows they judge.

    ``filter`` has the fields of the list of rows; empty means all rows that could be used. The
    reviewers see ``note``, and not the filter.
    """

    reviewers: list[str]
    filter: dict[str, str] = {}
    note: str = ""


class Reviews(msgspec.Struct, frozen=True, kw_only=True):
    """Reviews, as the caller may see them."""

    reviews: list[ReviewView]


class ReviewRows(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the rows of a review; ``total`` counts all."""

    total: int
    rows: list[ReviewRow]


class JudgementRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the caller says of a row: true, fragment, outlier or ambiguous.

    A fragment may have a ``parent_row``, another row of the table. ``note`` is one line.
    """

    call: str
    parent_row: Annotated[int, msgspec.Meta(ge=1, le=HIGHEST_PARENT)] | None = None
    note: str = ""


@post(OF_JOB, status_code=201, tags=["reviews"], responses=problems(404, 409), opt=MANAGE)
async def open_review(
    request: AnyRequest,
    job_id: str,
    data: ReviewRequest,
    storage: Folder,
    threads: FairThreads,
) -> ReviewView:
    """Ask reviewers to judge rows of a finished job without seeing its result.

    Until the review is closed, the reviewers are refused every version of the job and every other
    job of its owner with the same table, also by a share. Only the owner of the job may open a
    review. The answer does not reveal whether an account exists.
    """
    which = filter_of(data.filter)
    found = await open_for(job_id, request.user, data.reviewers, which, data.note, storage, threads)
    return await review_view(found)


@get(OF_JOB, tags=["reviews"], responses=problems(404), opt=READ)
async def list_reviews_of_job(request: AnyRequest, job_id: str) -> Reviews:
    """List the reviews of all versions of a job, newest first."""
    job = await permitted(job_id, request.user.name)
    ids = [each.id for each in await reviews_of(job)]
    return Reviews(reviews=[await review_view(await seen_by(i, request.user.name)) for i in ids])


@get("/api/v1/reviews", tags=["reviews"], responses=problems(), opt=READ)
async def list_reviews(request: AnyRequest) -> Reviews:
    """List the open reviews that ask for the caller's judgements, oldest first."""
    ids = [each.id for each in await reviews_for(request.user.name)]
    return Reviews(reviews=[await review_view(await seen_by(i, request.user.name)) for i in ids])


@get(ONE, tags=["reviews"], responses=problems(404), opt=READ)
async def show_review(request: AnyRequest, review_id: str) -> ReviewView:
    """Show a review: its progress and, once it is closed, the agreement of its reviewers."""
    return await review_view(await seen_by(review_id, request.user.name))


@get(f"{ONE}/rows", tags=["reviews"], responses=problems(404, 409), opt=READ)
async def list_review_rows(
    request: AnyRequest,
    review_id: str,
    storage: Folder,
    threads: FairThreads,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> ReviewRows:
    """List the rows that the caller judges, as the table has them, with their own judgements."""
    found = await as_reader(review_id, request.user.name)
    numbers = rows_of(found.review)
    said = await judgements_of(found.review, by=request.user.name)
    shown = numbers[offset : offset + limit]
    rows = await threads.run(request.user.name, blind_rows, found.job, shown, said, storage)
    return ReviewRows(total=len(numbers), rows=rows)


@put(f"{ONE}/rows/{{row:int}}", tags=["reviews"], responses=problems(404, 409), opt=MANAGE)
async def judge_row(
    request: AnyRequest,
    review_id: str,
    row: RowNumber,
    data: JudgementRequest,
    storage: Folder,
    threads: FairThreads,
) -> ReviewRow:
    """Judge a row; it replaces what the caller said of it before.

    Nobody else sees the judgement before the review is closed.
    """
    by = request.user.name
    found = await as_reader(review_id, by)
    said = await judge_in_table(
        found,
        row,
        storage,
        threads,
        by=by,
        call=data.call,
        parent_row=data.parent_row,
        note=data.note,
    )
    rows = await threads.run(by, blind_rows, found.job, [row], [said], storage)
    return rows[0]


HANDLERS = [
    open_review,
    list_reviews_of_job,
    list_reviews,
    show_review,
    list_review_rows,
    judge_row,
]
