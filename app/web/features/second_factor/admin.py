"""Second factors for administrators: who must have one, and removing that of a user."""

from typing import Literal

from litestar import post
from litestar.response import Redirect

from app.accounts.email_queue import EmailQueue
from app.accounts.second_factor import SecondFactors
from app.accounts.security_emails import SecurityEmail
from app.db.accounts.errors import AccountError
from app.db.accounts.policy import require_second_factor_from
from app.db.accounts.store import AccountStore
from app.web.http.identity.security import ADMIN_AGAIN, AnyRequest

SEE_OTHER: Literal[303] = 303
OWN = "Remove your own second factor on the page of your account, which asks for a code of it."


@post("/admin/second-factor", include_in_schema=False, opt=ADMIN_AGAIN)
async def change_policy(request: AnyRequest) -> Redirect:
    """Require a second factor from nobody, from administrators or from everybody."""
    form = await request.form()
    await require_second_factor_from(str(form.get("from", "")))
    return Redirect("/admin/accounts#second-factor", status_code=SEE_OTHER)


@post(
    "/admin/accounts/{account_id:str}/second-factor/remove",
    include_in_schema=False,
    opt=ADMIN_AGAIN,
)
async def remove_for(
    request: AnyRequest,
    account_id: str,
    accounts: AccountStore,
    factors: SecondFactors,
    mail: EmailQueue,
) -> Redirect:
    """Remove the second factor of a user who has lost it; all their sessions end."""
    if account_id == request.user.name:
        raise AccountError(OWN)
    account = await accounts.get(account_id)
    if await factors.store.remove(account.id):
        await mail.write_to_account(account, SecurityEmail.SECOND_FACTOR_REMOVED)
    return Redirect("/admin/accounts", status_code=SEE_OTHER)


HANDLERS = [change_policy, remove_for]
