"""The page of alerts, for administrators."""

from typing import Literal

from litestar import get, post
from litestar.response import Redirect, Template

from app.db.notifications.alert_policy import RULES, AlertPolicyError, Choice, change_policy
from app.web.features.alerts.views import alerts_view
from app.web.http.identity.security import ADMIN, AnyRequest

SEE_OTHER: Literal[303] = 303
LONGEST_NUMBER = 9


@get("/admin/alerts", include_in_schema=False, opt=ADMIN)
async def alerts_page(request: AnyRequest) -> Template:
    """The page of the rules, who gets e-mails, and the last alerts."""
    return await _page(request)


@post("/admin/alerts", include_in_schema=False, opt=ADMIN)
async def save_on_page(request: AnyRequest) -> Template | Redirect:
    """Save the rules and the recipients."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        rules = {name: _choice(name, form) for name in RULES}
        to = form.get("recipients", "").replace(",", " ").split()
        await change_policy(rules=rules, recipients=to, by=request.user.name)
    except AlertPolicyError as error:
        return await _page(request, typed=form, error=str(error))
    return Redirect("/admin/alerts", status_code=SEE_OTHER)


def _choice(name: str, form: dict[str, str]) -> Choice:
    typed = form.get(f"{name}_threshold", "").strip()
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER
    # No rule allows 0, so its error names the bounds.
    return Choice(on=f"{name}_on" in form, threshold=int(typed) if is_number else 0)


async def _page(
    request: AnyRequest, *, typed: dict[str, str] | None = None, error: str = ""
) -> Template:
    return Template(
        "pages/alerts.html",
        context={
            "shown": await alerts_view(),
            "typed": typed,
            "error": error,
            "sends_mail": bool(request.app.state.settings.smtp_url),
        },
        status_code=400 if error else 200,
    )


HANDLERS = [alerts_page, save_on_page]
