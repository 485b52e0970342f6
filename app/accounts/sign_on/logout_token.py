"""Checks a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6), and which sessions it ends.

joserfc checks; this module says what has to hold.
"""

import time
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from app.accounts.sign_on.errors import SignOnRefusedError
from app.accounts.sign_on.provider import Provider
from app.accounts.sign_on.signed_token import CLOCK_SKEW_S, with_valid_signature

EVENT = "http://schemas.openid.net/event/backchannel-logout"
UNTRUSTED = "The logout token cannot be trusted ({why}), so no session was ended."


class Ended(NamedTuple):
    """What ended at the provider: the session of a user, or all of theirs without a session.

    A provider may name the session alone. ``token_id`` is kept for ``kept_s`` seconds, so that the
    token works once.
    """

    issuer: str
    subject: str
    session: str
    token_id: str
    kept_s: int


def verified_logout(
    token: str, keys: Mapping[str, Any], provider: Provider, client_id: str
) -> Ended:
    """Return what a token of the provider says has ended.

    Raises:
        SignOnRefusedError: the provider did not sign it, or it is no logout token for us, now.
    """
    from joserfc.errors import JoseError
    from joserfc.jwt import JWTClaimsRegistry

    registry = JWTClaimsRegistry(
        leeway=CLOCK_SKEW_S,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": client_id},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
        events={"essential": True},
    )
    try:
        claims = with_valid_signature(token, keys, provider).claims
        registry.validate(claims)
        _require_logout(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignOnRefusedError(UNTRUSTED.format(why=str(error) or "it is damaged")) from error
    return Ended(
        issuer=provider.issuer,
        subject=str(claims.get("sub", "")),
        session=str(claims.get("sid", "")),
        token_id=str(claims["jti"]),
        kept_s=int(claims["exp"] - time.time()) + 2 * CLOCK_SKEW_S,
    )


def is_of(id_token: str, ended: Ended) -> bool:
    """Whether a session that was opened with this ID token has ended at the provider.

    The token was verified at the login. Without the provider's sessions in it, a user's logout ends
    all sessions of theirs.
    """
    claims = _claims_of(id_token)
    if claims.get("iss") != ended.issuer:
        return False
    if ended.subject and claims.get("sub") != ended.subject:
        return False
    unnamed = ended.session if ended.subject else None
    return not ended.session or claims.get("sid", unnamed) == ended.session


def _require_logout(claims: Mapping[str, Any]) -> None:
    """Raise ValueError unless these are claims of a logout, which no ID token has."""
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise ValueError("it is about another event")
    if "nonce" in claims:
        raise ValueError("it is an ID token")
    if not (claims.get("sub") or claims.get("sid")):
        raise ValueError("it names neither a user nor a session")


def _claims_of(id_token: str) -> dict[str, Any]:
    payload = id_token.split(".")[1] if id_token.count(".") == 2 else "e30"
    content = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return msgspec.json.decode(content, type=dict[str, Any])
