"""Sign-on by an OpenID provider: the way there, and the way back."""

from typing import Annotated, Literal

from litestar import get
from litestar.params import Parameter
from litestar.response import Redirect
from litestar.utils.scope.state import ScopeState

from app.accounts.second_factor import SecondFactors
from app.accounts.sign_on.errors import SignOnRefusedError
from app.accounts.sign_on.identity import Identity
from app.accounts.sign_on.sign_on import CALLBACK, SignOn, new_attempt
from app.db.accounts.identities import Subject, account_linked_with, add_linked_account
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account
from app.db.security.actor import name_actor
from app.web.features.accounts.failures import DISABLED, note_failure
from app.web.features.accounts.half_login import Authenticated
from app.web.features.accounts.login import admit, own_path
from app.web.features.sign_on.attempts import Attempts
from app.web.http.identity.security import AnyRequest
from app.web.http.identity.throttling import Throttle, address_of

SEE_OTHER: Literal[303] = 303
LONGEST = 4096
REFUSED = (
    "{name} did not let you in: {why}. Start again on the login page, or ask the administrator of "
    "this server."
)
CLOSED = "Your account here is disabled. Ask the administrator of this server."

Text = Annotated[str, Parameter(max_length=LONGEST)]


@get("/login/sign-on", exclude_from_auth=True, include_in_schema=False)
async def begin_sign_on(
    request: AnyRequest,
    sign_on: SignOn,
    sign_ons: Attempts,
    throttle: Throttle,
    after: Annotated[str, Parameter(query="next", max_length=LONGEST)] = "",
    fresh: bool = False,
) -> Redirect:
    """Send the browser to the provider."""
    await throttle.admit_sign_on(address_of(request.client.host if request.client else None))
    attempt = new_attempt(after=own_path(after), fresh=fresh, browser=_browser(request))
    address = await sign_on.address(await sign_ons.keep(attempt), attempt)
    return Redirect(address, status_code=SEE_OTHER)


@get(CALLBACK, exclude_from_auth=True, include_in_schema=False)
async def finish_sign_on(
    request: AnyRequest,
    sign_on: SignOn,
    sign_ons: Attempts,
    accounts: AccountStore,
    factors: SecondFactors,
    returned_state: Annotated[str, Parameter(query="state", max_length=LONGEST)] = "",
    code: Text = "",
    error: Text = "",
    issuer: Annotated[str, Parameter(query="iss", max_length=LONGEST)] = "",
) -> Redirect:
    """Log in the user whom the provider names, and open the page that they wanted."""
    attempt = await sign_ons.take(returned_state, _browser(request))
    try:
        if error or not code:
            name, why = sign_on.settings.provider_name, error or "it sent no code"
            raise SignOnRefusedError(REFUSED.format(name=name, why=why))
        identity = await sign_on.identity(attempt, code, issuer)
    except SignOnRefusedError as refused:
        await note_failure(f"sign-on: {refused}"[:200], account=None)
        raise
    account = await _account_of(identity, accounts)
    how = Authenticated(by="sign-on", id_token=identity.id_token, is_fresh=attempt.fresh)
    return await admit(request, account, accounts, factors, how, after=attempt.after)


async def _account_of(identity: Identity, accounts: AccountStore) -> Account:
    """The account of a user of the provider, with the role that their groups have now."""
    subject = Subject(identity.issuer, identity.subject)
    account = await account_linked_with(subject)
    if account is None:
        return await add_linked_account(subject, identity.names, identity.role)
    if account.disabled:
        await note_failure(DISABLED, account=account)
        raise SignOnRefusedError(CLOSED)
    if account.role == identity.role:
        return account
    name_actor(account.id, account.name)
    await accounts.set_role(account.id, identity.role)
    return await accounts.get(account.id)


def _browser(request: AnyRequest) -> str:
    """What only this browser can send again: the token of its forms, bound to its cookies."""
    return str(ScopeState.from_scope(request.scope).csrf_token)


HANDLERS = [begin_sign_on, finish_sign_on]
