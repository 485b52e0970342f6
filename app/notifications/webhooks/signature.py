"""Sign a webhook call, so that its receiver can check who sent it (Standard Webhooks).

The signature is an HMAC-SHA256 over ``id.timestamp.body`` (https://www.standardwebhooks.com).
"""

import base64
import hmac
from hashlib import sha256

from app.db.notifications.webhooks import SECRET_PREFIX


def signed_headers(
    delivery_id: str, timestamp_s: int, body: bytes, *, secret: str
) -> dict[str, str]:
    """Return the headers that sign a call; ``timestamp_s`` is in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    text = f"{delivery_id}.{timestamp_s}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, text, sha256)).decode()
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": f"v1,{signature}",
    }
