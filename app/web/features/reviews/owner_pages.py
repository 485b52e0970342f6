"""The page of a job's reviews, for those who see its result: open, follow, close, decide, adopt."""

from typing import Any, Literal

from litestar import get, post
from litestar.response import Redirect, Template

from app.db.accounts.errors import AccountError
from app.db.jobs.sharing.permission import May, permitted
from app.db.reviews.errors import ReviewConflictError, ReviewError
from app.db.reviews.judgements import JUDGED
from app.db.reviews.queries import reviews_of
from app.db.reviews.readers import add_reader, withdraw_reader
from app.db.reviews.store import close_review
from app.jobs.submission import JobSubmission
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.filters.parameters import filter_of
from app.web.features.results.filters.row_filter import HIGHEST_ROW
from app.web.features.reviews.access import Access, access, with_right
from app.web.features.reviews.conflicts import adopt, conflicts, decide
from app.web.features.reviews.opening import NO_ACCOUNTS, open_for
from app.web.features.reviews.views import review_view
from app.web.features.sharing.views import standing
from app.web.http.faults.errors import QueryError
from app.web.http.identity.security import MANAGE, READ, READ_BY_SCRIPT, SUBMIT, AnyRequest
from app.web.job_view import view

SEE_OTHER: Literal[303] = 303
MOST_CONFLICTS = 200
# The fields of the form that choose rows.
CHOICES = ("rows", "call", "prefix")


@get("/jobs/{job_id:str}/review", include_in_schema=False, opt=READ)
async def reviews_of_job_page(
    request: AnyRequest, job_id: str, storage: Folder, threads: FairThreads
) -> Template:
    """The reviews of a job, and the form that opens one."""
    return await _page(request, job_id, storage, threads)


@post("/jobs/{job_id:str}/review", include_in_schema=False, opt=MANAGE)
async def open_on_page(
    request: AnyRequest, job_id: str, storage: Folder, threads: FairThreads
) -> Template | Redirect:
    """Open a review, or show what is wrong beside what was typed."""
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    names = form.get("reviewers", "").replace(",", " ").split()
    try:
        which = filter_of({name: form[name] for name in CHOICES if form.get(name)})
        note = form.get("note", "")
        await open_for(job_id, request.user, names, which, note, storage, threads)
    except (ReviewError, AccountError, QueryError) as error:
        return await _page(request, job_id, storage, threads, typed=form, error=str(error))
    return Redirect(f"/jobs/{job_id}/review", status_code=SEE_OTHER)


@get("/reviews/{review_id:str}/progress", include_in_schema=False, opt=READ_BY_SCRIPT)
async def progress_part(request: AnyRequest, review_id: str) -> Template:
    """How far the readers of a review are, as a part of the page."""
    found = await with_right(review_id, request.user.name, May.VIEW)
    return Template("reviews/progress.html", context={"review": await review_view(found)})


@post("/reviews/{review_id:str}/reviewers", include_in_schema=False, opt=MANAGE)
async def add_on_page(
    request: AnyRequest, review_id: str, storage: Folder, threads: FairThreads
) -> Template | Redirect:
    """Add a reviewer, or show why not beside what was typed."""
    found = await with_right(review_id, request.user.name, May.OWN)
    name = str((await request.form()).get("name", "")).strip()
    try:
        await add_reader(found.review, found.job, name, by=request.user.name)
    except (ReviewError, ReviewConflictError, AccountError) as error:
        typed = {"name": name}
        return await _page(request, found.job.id, storage, threads, typed=typed, error=str(error))
    return Redirect(f"/jobs/{found.job.id}/review", status_code=SEE_OTHER)


@post(
    "/reviews/{review_id:str}/reviewers/{reviewer_id:str}/withdraw",
    include_in_schema=False,
    opt=MANAGE,
)
async def withdraw_on_page(request: AnyRequest, review_id: str, reviewer_id: str) -> Redirect:
    """Withdraw a reviewer."""
    found = await with_right(review_id, request.user.name, May.OWN)
    await withdraw_reader(found.review, found.job, reviewer_id, by=request.user.name)
    return Redirect(f"/jobs/{found.job.id}/review", status_code=SEE_OTHER)


@post("/reviews/{review_id:str}/close", include_in_schema=False, opt=MANAGE)
async def close_on_page(request: AnyRequest, review_id: str) -> Redirect:
    """Close a review."""
    found = await with_right(review_id, request.user.name, May.OWN)
    await close_review(found.review, found.job, by=request.user.name)
    return Redirect(f"/jobs/{found.job.id}/review", status_code=SEE_OTHER)


@post("/reviews/{review_id:str}/conflicts/{row:int}", include_in_schema=False, opt=MANAGE)
async def decide_on_page(request: AnyRequest, review_id: str, row: int) -> Redirect:
    """Decide a conflict by its form."""
    found = await with_right(review_id, request.user.name, May.EDIT)
    form = await request.form()
    call, note = str(form.get("call", "")), str(form.get("note", ""))
    await decide(found, min(row, HIGHEST_ROW), by=request.user.name, call=call, note=note)
    return Redirect(f"/jobs/{found.job.id}/review#conflicts", status_code=SEE_OTHER)


@post("/reviews/{review_id:str}/adopt", include_in_schema=False, opt=SUBMIT)
async def adopt_on_page(
    request: AnyRequest, review_id: str, submissions: JobSubmission
) -> Redirect:
    """Make the version that has the decisions of a review."""
    found = await with_right(review_id, request.user.name, May.EDIT)
    version = await adopt(found, submissions, by=request.user.name)
    return Redirect(f"/jobs/{version.id}?watch=1", status_code=SEE_OTHER)


async def _page(
    request: AnyRequest,
    job_id: str,
    storage: Folder,
    threads: FairThreads,
    *,
    typed: dict[str, str] | None = None,
    error: str = "",
) -> Template:
    job, by = await permitted(job_id, request.user.name), request.user.name
    found = [await access(each.id, by) for each in await reviews_of(job)]
    seen = [await review_view(each) for each in found]
    return Template(
        "reviews/of_job.html",
        context={
            "job": view(job),
            "standing": await standing(job, request.user),
            "open_review": next((each for each in seen if each.is_open), None),
            "closed": [each for each in seen if not each.is_open],
            **await _conflicts_of_last(found, by, storage, threads),
            "judged_as": JUDGED,
            "typed": typed or {},
            "error": error,
            "no_accounts": "" if request.user.has_account else NO_ACCOUNTS,
        },
        status_code=400 if error else 200,
    )


async def _conflicts_of_last(
    found: list[Access], by: str, storage: Folder, threads: FairThreads
) -> dict[str, Any]:
    """The conflicts of the last closed review, undecided ones first, and who may decide them."""
    last = next((each for each in found if each.review.closed_at), None)
    if last is None:
        return {"queue": [], "may_decide": False}
    queue = await conflicts(
        last, by, storage, threads, limit=MOST_CONFLICTS, offset=0, undecided_first=True
    )
    return {"queue": queue, "may_decide": last.reader is None}


HANDLERS = [
    *(reviews_of_job_page, open_on_page, progress_part, close_on_page),
    *(add_on_page, withdraw_on_page, decide_on_page, adopt_on_page),
]
