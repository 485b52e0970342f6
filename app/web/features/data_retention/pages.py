"""The pages of data retention: the user's, the administrator's, and the button on a job's page."""

from datetime import UTC, datetime
from typing import Literal, NamedTuple

from litestar import get, post
from litestar.response import Redirect, Template

from app.db.data_retention.keeping_time import (
    KeepingTime,
    RetentionError,
    check_choice,
    check_keeping,
)
from app.db.data_retention.store import Retention, pin
from app.db.jobs.sharing.permission import May, permitted
from app.web.features.data_retention.views import NEXT_CLEANUP, due_view, keep_view
from app.web.http.identity.security import ADMIN, ADMIN_AGAIN, MANAGE, READ, AnyRequest

SEE_OTHER: Literal[303] = 303
NAMES_SHOWN = 100
# Jobs are shown this long before they are deleted, so that users can keep them.
SOON_DAYS = 7
NO_NUMBER = "Days must be a whole number, such as 30."


class Question(NamedTuple):
    """Whether to save fields of the form although the next cleanup then deletes so many jobs."""

    jobs: int
    fields: dict[str, str]


@get("/retention", include_in_schema=False, opt=READ)
async def own_page(request: AnyRequest, retention: Retention) -> Template:
    """The page with how long the user's jobs are kept, and which are deleted soon."""
    return await _user_page(request, retention)


@post("/retention", include_in_schema=False, opt=MANAGE)
async def choose_on_page(request: AnyRequest, retention: Retention) -> Template | Redirect:
    """Save how long the user's jobs are kept; an empty field means the default.

    If jobs would be deleted by it, the page asks first.
    """
    form, owner = await request.form(), request.user.name
    text = str(form.get("days", "")).strip()
    try:
        days = _days(text) if text else None
        check_choice(days, await retention.keeping())
        doomed = await retention.doomed_by_choice(days, _next_cleanup(), owner=owner)
        if doomed and "confirmed" not in form:
            return await _user_page(request, retention, question=Question(doomed, {"days": text}))
        await retention.choose(days, owner=owner)
    except RetentionError as error:
        return await _user_page(request, retention, error=str(error))
    return Redirect("/retention", status_code=SEE_OTHER)


@get("/admin/retention", include_in_schema=False, opt=ADMIN)
async def rule_page(retention: Retention) -> Template:
    """The page with how long everybody's jobs are kept, and what the cleanup would delete."""
    return await _admin_page(retention)


@post("/admin/retention", include_in_schema=False, opt=ADMIN_AGAIN)
async def set_rule_on_page(request: AnyRequest, retention: Retention) -> Template | Redirect:
    """Set how long jobs are kept by default, and the most days that users may choose.

    If jobs would be deleted by it, the page asks first.
    """
    form = await request.form()
    fields = {name: str(form.get(name, "")).strip() for name in KeepingTime._fields}
    try:
        keeping = KeepingTime(*(_days(text) for text in fields.values()))
        check_keeping(keeping)
        doomed = await retention.doomed_by_rule(keeping, _next_cleanup())
        if doomed and "confirmed" not in form:
            return await _admin_page(retention, question=Question(doomed, fields))
        await retention.set_keeping(keeping)
    except RetentionError as error:
        return await _admin_page(retention, error=str(error))
    return Redirect("/admin/retention", status_code=SEE_OTHER)


@post("/jobs/{job_id:str}/keep", include_in_schema=False, opt=MANAGE)
async def keep_on_page(request: AnyRequest, job_id: str) -> Redirect:
    """Keep a job for ever, or let the cleanup delete it in time."""
    job = await permitted(job_id, request.user.name, May.OWN)
    await pin(job, pinned=(await request.form()).get("kept") == "yes")
    return Redirect(f"/jobs/{job_id}", status_code=SEE_OTHER)


async def _user_page(
    request: AnyRequest,
    retention: Retention,
    *,
    error: str = "",
    question: Question | None = None,
) -> Template:
    owner = request.user.name
    return Template(
        "pages/retention.html",
        context={
            "keep": await keep_view(retention, owner=owner),
            "due": await due_view(retention, owner=owner, within_days=SOON_DAYS, limit=NAMES_SHOWN),
            "within_days": SOON_DAYS,
            "error": error,
            "question": question,
        },
        status_code=400 if error else 200,
    )


async def _admin_page(
    retention: Retention, *, error: str = "", question: Question | None = None
) -> Template:
    return Template(
        "pages/retention_of_all.html",
        context={
            "keeping": await retention.keeping(),
            "due": await due_view(retention, owner=None, within_days=0, limit=NAMES_SHOWN),
            "error": error,
            "question": question,
        },
        status_code=400 if error else 200,
    )


def _next_cleanup() -> datetime:
    return datetime.now(UTC) + NEXT_CLEANUP


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise RetentionError(NO_NUMBER)
    return int(text)


HANDLERS = [own_page, choose_on_page, rule_page, set_rule_on_page, keep_on_page]
