"""A logout token ends sessions only if the provider signed it for us, as a logout, now."""

import time
from typing import Any

import pytest
from joserfc.jwk import OctKey

from app.accounts.sign_on.errors import SignOnRefusedError
from app.accounts.sign_on.logout_token import EVENT, Ended, is_of, verified_logout
from app.accounts.sign_on.signed_token import CLOCK_SKEW_S
from tests.unit.test_id_token import CLIENT, FOREIGN, ISSUER, KEYS, PROVIDER, SECRET, signed


def claims(**other: Any) -> dict[str, Any]:  # noqa: ANN401
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": CLIENT, "sub": "248289", "sid": "s1", "events": {EVENT: {}}}
    found = {**usual, "iat": now, "exp": now + 120, "jti": "one", **other}
    return {name: value for name, value in found.items() if value is not None}


def verified(token: str) -> Ended:
    return verified_logout(token, KEYS, PROVIDER, CLIENT)


def test_a_logout_of_the_provider_names_the_user_the_session_or_both() -> None:
    both = verified(signed(claims()))
    assert both[:4] == (ISSUER, "248289", "s1", "one")
    assert 120 < both.kept_s <= 120 + 2 * CLOCK_SKEW_S
    assert verified(signed(claims(sid=None)))[1:3] == ("248289", "")
    assert verified(signed(claims(sub=None)))[1:3] == ("", "s1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": None},
        {"events": None},
        {"events": {}},
        {"events": {EVENT: "now"}},
        {"events": [EVENT]},
        {"nonce": "that of an ID token"},
        {"sub": None, "sid": None},
        {"jti": None},
        {"exp": None},
        {"iat": None},
    ],
    ids=str,
)
def test_what_is_no_logout_for_us_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SignOnRefusedError, match="no session was ended"):
        verified(signed(claims(**wrong)))


def test_an_old_or_foreign_logout_is_refused() -> None:
    late = int(time.time()) - CLOCK_SKEW_S - 5
    hs256 = signed(claims(), alg="HS256", key=OctKey.import_key(SECRET))
    for token in (signed(claims(exp=late)), signed(claims(), key=FOREIGN), hs256, "", "a.b.c"):
        with pytest.raises(SignOnRefusedError, match="cannot be trusted"):
            verified(token)


@pytest.mark.parametrize(
    ("subject", "session", "ends"),
    [
        ("248289", "s1", "with without"),  # without sessions in ID tokens a logout ends all
        ("248289", "s2", "without"),
        ("248289", "", "with without"),
        ("another", "s1", ""),
        ("", "s1", "with"),
        ("", "s2", ""),
    ],
)
def test_a_logout_ends_the_sessions_that_it_names(subject: str, session: str, ends: str) -> None:
    ended = Ended(ISSUER, subject, session, "one", 120)
    of_sessions = {"with": signed(claims()), "without": signed(claims(sid=None))}
    assert [name for name, token in of_sessions.items() if is_of(token, ended)] == ends.split()
    assert not is_of(signed(claims(iss="https://other.example")), ended)
    assert not is_of("", ended), "A session that was opened with a password."
