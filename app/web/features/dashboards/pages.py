"""The page of dashboards: make stream tokens, and copy the tiles that they open."""

from typing import Any, Literal

from litestar import get, post
from litestar.response import Redirect, Template

from app.db.accounts.stream_tokens import (
    MOST_MINUTES,
    USUAL_MINUTES,
    NewStreamToken,
    Opens,
    StreamTokenError,
)
from app.db.jobs.contents.labels import LabelError
from app.db.jobs.errors import JobNotFoundError
from app.web.features.dashboards.tiles import snippets_of
from app.web.features.dashboards.views import StreamTokenRequest, make_for, revoke_for, views_of
from app.web.http.identity.security import READ, AnyRequest

SEE_OTHER: Literal[303] = 303
LONGEST_NUMBER = 9


@get("/dashboards", include_in_schema=False, opt=READ)
async def dashboards_page(request: AnyRequest, job: str = "", tag: str = "") -> Template:
    """The page of the user's stream tokens; a link to it can name the job or the tag to embed."""
    opens = Opens.JOB if job else Opens.TAG if tag else Opens.ALL
    return await _page(request, typed={"opens": opens, "what": job or tag})


@post("/dashboards", include_in_schema=False, status_code=200, opt=READ)
async def make_on_page(request: AnyRequest) -> Template:
    """Make a stream token, and show it with its tiles only this once."""
    form = await request.form()
    typed = {name: str(form.get(name, "")).strip() for name in ("opens", "what", "minutes")}
    try:
        made = await make_for(request.user, _wanted(typed))
    except (StreamTokenError, LabelError, JobNotFoundError) as error:
        return await _page(request, typed=typed, error=str(error))
    return await _page(request, typed=typed, made=made)


@post("/dashboards/{stream_token_id:str}/revoke", include_in_schema=False, opt=READ)
async def revoke_on_page(request: AnyRequest, stream_token_id: str) -> Redirect:
    """Revoke a stream token at once."""
    await revoke_for(request.user, stream_token_id)
    return Redirect("/dashboards", status_code=SEE_OTHER)


def _wanted(typed: dict[str, str]) -> StreamTokenRequest:
    minutes = typed["minutes"]
    if not (minutes.isascii() and minutes.isdecimal() and len(minutes) <= LONGEST_NUMBER):
        raise StreamTokenError(f"Minutes are a whole number from 1 to {MOST_MINUTES:,}.")
    if typed["opens"] not in list(Opens):
        raise StreamTokenError("Choose what the token opens: one job, a tag or all jobs.")
    what = "" if typed["opens"] == Opens.ALL else typed["what"]
    return StreamTokenRequest(opens=Opens(typed["opens"]), what=what, minutes=int(minutes))


async def _page(
    request: AnyRequest,
    *,
    typed: dict[str, Any],
    made: NewStreamToken | None = None,
    error: str = "",
) -> Template:
    settings = request.app.state.settings
    return Template(
        "pages/dashboards.html",
        context={
            "tokens": await views_of(request.user),
            "typed": {"minutes": USUAL_MINUTES} | typed,
            "most_minutes": MOST_MINUTES,
            "origins": settings.stream_origins,
            "secret": made.secret if made else "",
            "snippets": snippets_of(made, settings.address) if made else [],
            "error": error,
        },
        status_code=400 if error else 200,
    )


HANDLERS = [dashboards_page, make_on_page, revoke_on_page]
