"""The pages of a reader: the reviews that wait for them, and the rows that they judge."""

from typing import Annotated, Any, Literal

from litestar import get, post
from litestar.params import Parameter
from litestar.response import Redirect, Template

from app.db.reviews.errors import ReviewError
from app.db.reviews.judgements import JUDGED, judgements_of
from app.db.reviews.queries import reviews_for, rows_of
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.web.features.results.filters.row_filter import HIGHEST_ROW
from app.web.features.reviews.access import Access, access, as_reader
from app.web.features.reviews.blind_rows import blind_page, blind_rows
from app.web.features.reviews.judging import judge_in_table
from app.web.features.reviews.views import review_view
from app.web.http.identity.security import MANAGE, READ, AnyRequest

ROWS_PER_PAGE = 50
SEE_OTHER: Literal[303] = 303
# The key of each judgement.
KEYS = {"true": "c", "fragment": "f", "outlier": "n", "ambiguous": "a"}
NO_PARENT = "The parent is the number of another row, such as 12."

RowNumber = Annotated[int, Parameter(ge=1, le=HIGHEST_ROW)]
Page = Annotated[int, Parameter(ge=1, le=10**6)]


@get("/reviews", include_in_schema=False, opt=READ)
async def reviews_page(request: AnyRequest) -> Template:
    """The page of the open reviews that ask for the user's judgements."""
    by = request.user.name
    found = [await access(each.id, by) for each in await reviews_for(by)]
    context = {"reviews": [await review_view(each) for each in found]}
    return Template("reviews/mine.html", context=context)


@get("/reviews/{review_id:str}", include_in_schema=False, opt=READ)
async def review_page(
    request: AnyRequest, review_id: str, storage: Folder, threads: FairThreads, page: Page = 1
) -> Template | Redirect:
    """The rows that a reader judges; those who see the job are led to its page of reviews."""
    found = await access(review_id, request.user.name)
    if found.reader is None:
        return Redirect(f"/jobs/{found.job.id}/review", status_code=SEE_OTHER)
    return await _rows_page(found, found.reader.account, storage, threads, page)


@post("/reviews/{review_id:str}/rows/{row:int}", include_in_schema=False, opt=MANAGE)
async def judge_on_page(
    request: AnyRequest,
    review_id: str,
    row: RowNumber,
    storage: Folder,
    threads: FairThreads,
    page: Page = 1,
) -> Template | Redirect:
    """Judge a row by its buttons: the row as it is now for htmx, else its page."""
    by = request.user.name
    found = await as_reader(review_id, by)
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    said = await judge_in_table(
        found,
        row,
        storage,
        threads,
        by=by,
        call=form.get("call", ""),
        parent_row=_parent(form) if form.get("call") == "fragment" else None,
        note=form.get("note", ""),
    )
    if "hx-request" not in request.headers:
        return Redirect(f"/reviews/{review_id}?page={page}#row-{row}", status_code=SEE_OTHER)
    (judged,) = await threads.run(by, blind_rows, found.job, [row], [said], storage)
    return Template("reviews/row.html", context=await _about(found) | {"row": judged, "page": page})


def _parent(form: dict[str, str]) -> int | None:
    typed = form.get("parent_row", "")
    if typed and not (typed.isdecimal() and len(typed) < 10):
        raise ReviewError(NO_PARENT)
    return int(typed) if typed else None


async def _rows_page(
    found: Access, by: str, storage: Folder, threads: FairThreads, page: int
) -> Template:
    numbers = rows_of(found.review)
    last_page = max(1, -(-len(numbers) // ROWS_PER_PAGE))
    page = min(page, last_page)
    said = await judgements_of(found.review, by=by)
    shown = await threads.run(
        by,
        blind_page,
        found.job,
        numbers,
        said,
        storage,
        offset=(page - 1) * ROWS_PER_PAGE,
        limit=ROWS_PER_PAGE,
    )
    more = {"rows": shown.rows, "plot": shown.plot, "page": page, "last_page": last_page}
    return Template("reviews/rows.html", context=await _about(found) | more)


async def _about(found: Access) -> dict[str, Any]:
    return {"review": await review_view(found), "judged_as": JUDGED, "keys": KEYS}


HANDLERS = [reviews_page, review_page, judge_on_page]
