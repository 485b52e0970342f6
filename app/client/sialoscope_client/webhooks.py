"""Checks by its signature that a webhook call comes from Sialoscope (Standard Webhooks)."""

import base64
import hmac
import json
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sialoscope_client.errors import SialoscopeError

# Older calls may have been overheard and sent again.
TOLERANCE_S = 300
PREFIX = "whsec_"


class SignatureError(SialoscopeError):
    """A call is not signed by the secret, or is too old; answer it with 400."""


def verify(body: bytes, headers: Mapping[str, str], secret: str) -> dict[str, Any]:
    """Check the signature of a call, and return its content.

    ``body`` has the bytes of the request, ``headers`` its headers in upper or lower case, and
    ``secret`` is the one that the page of the webhook showed. After a lost answer the call is
    repeated with the same ``webhook-id``: keep the ids that you have seen.

    Raises:
        SignatureError: somebody else made the call, or it is old.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        call_id, timestamp = given["webhook-id"], given["webhook-timestamp"]
        signatures = given["webhook-signature"].split()
        age_s = time.time() - int(timestamp)
    except (KeyError, ValueError):
        raise SignatureError("The call has no signature, so it is not a webhook call.") from None
    right = _signature(f"{call_id}.{timestamp}.".encode() + body, secret)
    if not any(hmac.compare_digest(right, each.encode()) for each in signatures):
        raise SignatureError("The call is not signed by this secret.")
    if abs(age_s) > TOLERANCE_S:
        raise SignatureError("The call is too old, or one of the two clocks is wrong.")
    content: dict[str, Any] = json.loads(body)
    return content


def _signature(signed: bytes, secret: str) -> bytes:
    """The signature that a call with this id, time and content has."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return b"v1," + base64.b64encode(hmac.digest(key, signed, sha256))
