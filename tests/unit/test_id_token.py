"""An ID token lets somebody in only if the provider signed it for us, for this sign-on, now."""

import time
from typing import Any

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from joserfc.jws import JWSRegistry

from app.accounts.sign_on.errors import SignOnRefusedError
from app.accounts.sign_on.id_token import (
    FRESH_FOR_S,
    Expected,
    require_fresh,
    verified_claims,
)
from app.accounts.sign_on.provider import Provider
from app.accounts.sign_on.signed_token import CLOCK_SKEW_S

ISSUER, CLIENT, NONCE = "https://login.lab.example", "sialoscope", "nonce-of-this-sign-on"
SECRET = "the secret of the client, long enough for HS256"  # noqa: S105
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
FOREIGN = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
KEYS = KeySet([KEY]).as_dict(private=False)
PROVIDER = Provider(
    issuer=ISSUER,
    authorization_endpoint=f"{ISSUER}/authorize",
    token_endpoint=f"{ISSUER}/token",
    jwks_uri=f"{ISSUER}/keys",
    # A provider may list them for others of its clients.
    id_token_signing_alg_values_supported=["RS256", "HS256", "none"],
)
EXPECTED = Expected(CLIENT, NONCE)


def claims(**other: Any) -> dict[str, Any]:  # noqa: ANN401
    now = int(time.time())
    usual = {"iss": ISSUER, "sub": "248289", "aud": CLIENT, "nonce": NONCE}
    return {**usual, "iat": now, "exp": now + 300, **other}


def signed(what: dict[str, Any], *, alg: str = "RS256", key: Any = KEY) -> str:  # noqa: ANN401
    registry = JWSRegistry(algorithms=[alg])
    return str(jwt.encode({"alg": alg, "kid": "one"}, what, key, registry=registry))


def verified(id_token: str) -> dict[str, Any]:
    return verified_claims(id_token, KEYS, PROVIDER, EXPECTED)


def test_a_token_of_the_provider_for_this_sign_on_is_taken() -> None:
    assert verified(signed(claims(groups=["lab"])))["groups"] == ["lab"]
    assert verified(signed(claims(aud=[CLIENT, "another"], azp=CLIENT)))["sub"] == "248289"


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "of another sign-on"},
        {"aud": "another client"},
        {"aud": ["another client"], "azp": CLIENT},
        {"aud": [CLIENT, "another client"], "azp": "another client"},
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"sub": ""},
        {"exp": "soon"},
    ],
    ids=str,
)
def test_a_token_for_somebody_or_something_else_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SignOnRefusedError, match="cannot be trusted"):
        verified(signed(claims(**wrong)))


@pytest.mark.parametrize(
    ("name", "from_now_s"), [("exp", -CLOCK_SKEW_S - 5), ("iat", 3600), ("nbf", 3600)]
)
def test_a_token_of_another_time_is_refused(name: str, from_now_s: int) -> None:
    with pytest.raises(SignOnRefusedError, match="cannot be trusted"):
        verified(signed(claims(**{name: int(time.time()) + from_now_s})))


@pytest.mark.parametrize("missing", ["nonce", "aud", "iss", "sub", "exp", "iat"])
def test_a_token_without_what_is_needed_is_refused(missing: str) -> None:
    with pytest.raises(SignOnRefusedError, match="cannot be trusted"):
        verified(signed({name: value for name, value in claims().items() if name != missing}))


def test_clocks_may_differ_a_little() -> None:
    now = int(time.time())
    late = claims(exp=now - CLOCK_SKEW_S // 2, iat=now - 400)
    early = claims(iat=now + CLOCK_SKEW_S // 2)
    assert verified(signed(late))["sub"] == verified(signed(early))["sub"] == "248289"


def test_a_token_that_the_provider_did_not_sign_is_refused() -> None:
    head, body, signature = signed(claims()).split(".")
    other = signed(claims(sub="somebody else")).split(".")[1]
    unsigned = "eyJhbGciOiJub25lIn0."  # {"alg":"none"}
    for forged in (
        signed(claims(), key=FOREIGN),
        f"{head}.{other}.{signature}",
        f"{head}.{body}.",
        f"{unsigned}{body}.",
        signed(claims(), alg="HS256", key=OctKey.import_key(SECRET)),
        "no token",
        "",
    ):
        with pytest.raises(SignOnRefusedError, match="cannot be trusted"):
            verified(forged)


@pytest.mark.parametrize("stated", [[], ["HS256"], ["none"]])
def test_a_provider_that_names_no_usual_algorithm_gets_none_by_default(stated: list[str]) -> None:
    """A library's own list would have HS256, for which a shared key among the others is enough."""
    shared = OctKey.import_key(SECRET, {"kid": "one"})
    provider = msgspec.structs.replace(PROVIDER, id_token_signing_alg_values_supported=stated)
    keys = {"keys": [shared.as_dict(private=True)]}
    with pytest.raises(SignOnRefusedError, match="none of the usual algorithms"):
        verified_claims(signed(claims(), alg="HS256", key=shared), keys, provider, EXPECTED)


@pytest.mark.parametrize("subject", ["a\0b", "a\nb", "a" * 256])
def test_a_subject_that_no_database_keeps_is_refused(subject: str) -> None:
    with pytest.raises(SignOnRefusedError, match="subject is no identifier"):
        verified(signed(claims(sub=subject)))


def test_a_login_of_long_ago_is_no_confirmation() -> None:
    now = time.time()
    require_fresh({"auth_time": now - FRESH_FOR_S / 2})
    for at in (now - FRESH_FOR_S - CLOCK_SKEW_S - 5, None, "now"):
        with pytest.raises(SignOnRefusedError, match="log in again"):
            require_fresh({"auth_time": at})
