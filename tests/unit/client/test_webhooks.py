"""Whose call of a webhook is taken for Sialoscope's."""

import json
import time

import pytest
from sialoscope_client import SignatureError, verify

from app.db.notifications.webhooks import new_secret
from app.notifications.webhooks.signature import signed_headers

SECRET = new_secret()
BODY = json.dumps({"type": "complete"}).encode()


def signed(*, secret: str = SECRET, body: bytes = BODY, ago_s: int = 0) -> dict[str, str]:
    return signed_headers("an-id", int(time.time()) - ago_s, body, secret=secret)


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of https://github.com/standard-webhooks/standard-webhooks, in its tests."""
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  # noqa: S106 - of the standard
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_call_of_sialoscope_is_read() -> None:
    said = {"type": "complete"}
    assert verify(BODY, signed(), SECRET) == said
    shouted = {name.upper(): value for name, value in signed().items()}
    assert verify(BODY, shouted, SECRET) == said
    both = signed() | {"webhook-signature": "v1,AAAA " + signed()["webhook-signature"]}
    assert verify(BODY, both, SECRET) == said


@pytest.mark.parametrize(
    ("headers", "body", "sentence"),
    [
        (signed(), BODY + b" ", "not signed by this secret"),
        (signed(secret=new_secret()), BODY, "not signed by this secret"),
        (signed() | {"webhook-id": "another"}, BODY, "not signed by this secret"),
        (signed() | {"webhook-signature": "v1,\xe9 v2,x"}, BODY, "not signed by this secret"),
        (signed() | {"webhook-signature": ""}, BODY, "not signed by this secret"),
        (signed() | {"webhook-timestamp": "soon"}, BODY, "no signature"),
        ({}, BODY, "no signature"),
    ],
)
def test_a_call_of_somebody_else_is_refused(
    headers: dict[str, str], body: bytes, sentence: str
) -> None:
    with pytest.raises(SignatureError, match=sentence):
        verify(body, headers, SECRET)


@pytest.mark.parametrize("ago_s", [600, -600])
def test_a_call_of_another_time_is_refused(ago_s: int) -> None:
    with pytest.raises(SignatureError, match="too old"):
        verify(BODY, signed(ago_s=ago_s), SECRET)
