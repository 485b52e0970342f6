"""Who a user of the provider is by their claims: identifier, names and role."""

from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

import msgspec

from app.accounts.sign_on.errors import SignOnRefusedError
from app.accounts.sign_on.provider import Provider
from app.db.accounts.roles import ROLES
from app.settings import Settings

EVERYBODY = "*"
EMAIL = "email"
# Claims that can name an account, the best first.
NAMES = (EMAIL, "preferred_username", "sub")
NO_GROUP = (
    "You are known to {name}, but none of your groups there may use this server. Ask the "
    "administrator of this server to give one of them a role, or to add you to one."
)


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A user as the provider knows them. Only issuer and subject together are unique and stay."""

    issuer: str
    subject: str
    names: list[str]
    role: str
    id_token: str


def identity_of(
    claims: Mapping[str, Any], provider: Provider, settings: Settings, *, id_token: str
) -> Identity:
    """Return who a user is, with the role of their groups.

    Raises:
        SignOnRefusedError: no group has a role.
    """
    groups = claims.get(settings.oidc_group_claim, [])
    return Identity(
        issuer=provider.issuer,
        subject=str(claims["sub"]),
        names=_names_in(claims),
        role=_role_of([groups] if isinstance(groups, str) else groups, settings),
        id_token=id_token,
    )


def _role_of(groups: object, settings: Settings) -> str:
    """The role with the most rights that one of the groups has.

    Raises:
        SignOnRefusedError: none has a role.
    """
    own = {str(each) for each in groups} if isinstance(groups, list) else set()
    roles = {role for group, role in settings.oidc_roles if group in own | {EVERYBODY}}
    if not roles:
        raise SignOnRefusedError(NO_GROUP.format(name=settings.provider_name))
    return max(roles, key=ROLES.index)


def _names_in(claims: Mapping[str, Any]) -> list[str]:
    """The names that an account can get, the best first.

    E-mails go to a name that is an address. So nobody gets an address that the provider has not
    verified, and no user name that looks like one while it says that it has verified none.
    """
    is_verified = claims.get("email_verified") in (True, "true")
    is_denied = "email_verified" in claims and not is_verified
    usable = NAMES if is_verified else NAMES[1:]
    names = [claims[each] for each in usable if isinstance(claims.get(each), str)]
    return [name for name in names if name and not (is_denied and "@" in normalize("NFKC", name))]
