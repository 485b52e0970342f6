"""Checks an ID token: signature, issuer, audience, nonce and times (OpenID Connect Core, 3.1.3.7).

authlib and joserfc check; this module says what has to hold. They are imported when somebody signs
on, because few processes need them.
"""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from app.accounts.sign_on.errors import SignOnRefusedError
from app.accounts.sign_on.provider import Provider
from app.accounts.sign_on.signed_token import CLOCK_SKEW_S, with_valid_signature

# How old a login at the provider may be that stands for the password which we ask for again.
FRESH_FOR_S = 5 * 60
# The most characters of a subject (OpenID Connect Core, 2).
LONGEST_SUBJECT = 255
UNTRUSTED = (
    "What the provider sent cannot be trusted ({why}), so nobody was signed in. Start again on the "
    "login page. If it stays so, tell the administrator of this server."
)
NOT_FRESH = (
    "The provider did not ask you to log in again, so it is not sure that you sit here. Log out "
    "there, and sign in once more."
)


class Expected(NamedTuple):
    """What an ID token has to be for: this client and this sign-on."""

    client_id: str
    nonce: str
    access_token: str = ""


def verified_claims(
    id_token: str, keys: Mapping[str, Any], provider: Provider, expected: Expected
) -> dict[str, Any]:
    """Return the claims of an ID token that is signed by the provider and meant for us, now.

    Raises:
        SignOnRefusedError: it is not.
    """
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import JoseError

    try:
        token = with_valid_signature(id_token, keys, provider)
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": expected.client_id},
                "sub": {"essential": True},
            },
            expected._asdict(),
        )
        claims.validate(leeway=CLOCK_SKEW_S)
        _require_identifier(claims["sub"])
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignOnRefusedError(UNTRUSTED.format(why=str(error) or "it is damaged")) from error
    return dict(claims)


def _require_identifier(subject: str) -> None:
    """Raise ValueError unless a subject can be kept as an identifier."""
    if not subject.isprintable() or len(subject) > LONGEST_SUBJECT:
        raise ValueError("its subject is no identifier")


def require_fresh(claims: Mapping[str, Any]) -> None:
    """Make sure that the user logged in at the provider a moment ago.

    Raises:
        SignOnRefusedError: it was longer ago, or the provider does not say.
    """
    at = claims.get("auth_time")
    if not isinstance(at, int | float) or at < time.time() - FRESH_FOR_S - CLOCK_SKEW_S:
        raise SignOnRefusedError(NOT_FRESH)
