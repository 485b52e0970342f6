"""The login of a server without accounts, with its one token."""

from litestar import get, post
from litestar.params import Parameter
from litestar.response import Redirect, Template

from app.db.security.actor import name_actor
from app.db.security.trail import EventKind, record
from app.runtime.login_token import LOCAL_USER
from app.web.features.accounts.failures import log_failure
from app.web.http.identity.authentication import is_local_token
from app.web.http.identity.security import AnyRequest
from app.web.http.identity.sessions import start_session


@get("/login", exclude_from_auth=True, include_in_schema=False)
async def show_login(
    request: AnyRequest, link_token: str = Parameter(query="token", default="")
) -> Template | Redirect:
    """Log in by the link that ``sialoscope up`` prints, or ask for its token."""
    if link_token:
        return await _log_in(request, link_token)
    return Template("pages/login.html", context={"wrong": False})


@post("/login", exclude_from_auth=True, include_in_schema=False)
async def submit_login(request: AnyRequest) -> Template | Redirect:
    """Log in with the token typed into the form."""
    form = await request.form()
    return await _log_in(request, str(form.get("token", "")).strip())


async def _log_in(request: AnyRequest, token: str) -> Template | Redirect:
    if not is_local_token(request, token):
        log_failure("wrong token", name=LOCAL_USER)
        return Template("pages/login.html", context={"wrong": True}, status_code=403)
    name_actor(LOCAL_USER, LOCAL_USER)
    await record(EventKind.LOGIN, about=LOCAL_USER, detail={"by": "token"})
    await start_session(request, LOCAL_USER, {"user": LOCAL_USER})
    return Redirect("/", status_code=303)


HANDLERS = [show_login, submit_login]
