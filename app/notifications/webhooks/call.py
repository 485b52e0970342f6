"""Call a webhook once: only at checked addresses, and with a time limit."""

import asyncio
import time
from typing import NamedTuple

import aiohttp
from yarl import URL

from app.db.notifications.tables import Delivery, Webhook
from app.db.notifications.webhooks import WebhookError
from app.notifications.webhooks.addresses import require_url
from app.notifications.webhooks.pinned_resolver import resolved
from app.notifications.webhooks.signature import signed_headers

ANSWER_TIMEOUT_S = 10
LONGEST_ANSWER = 300
FAULTS = (OSError, aiohttp.ClientError, WebhookError, ValueError)
USER_AGENT = "Sialoscope"


class Answer(NamedTuple):
    """The outcome of a call: a sentence, and the HTTP status, None without an answer."""

    says: str
    status: int | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver accepted the call."""
        return self.status is not None and self.status // 100 == 2

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more calls (status 410, by Standard Webhooks)."""
        return self.status == 410


async def call(webhook: Webhook, delivery: Delivery, *, to_private: bool) -> Answer:
    """Call a webhook once. Redirects are not followed, and the answer's body is never read."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            status = await _post(webhook, delivery, to_private=to_private)
    except TimeoutError:
        return Answer(f"It gave no answer within {ANSWER_TIMEOUT_S} s.")
    except FAULTS as error:
        why = str(error) if isinstance(error, WebhookError) else f"It cannot be called: {error}."
        return Answer(why[:LONGEST_ANSWER])
    if 300 <= status < 400:
        return Answer(f"It answered {status}, but redirects are not followed.", status)
    return Answer(f"It answered {status}.", status)


async def _post(webhook: Webhook, delivery: Delivery, *, to_private: bool) -> int:
    # Check again: the address may have been allowed when the webhook was made, but not now.
    url = URL(require_url(webhook.url, to_private=to_private))
    body = delivery.body.encode()
    pinned = await resolved(url, to_private=to_private)
    signed = signed_headers(delivery.id, int(time.time()), body, secret=webhook.secret)
    headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT} | signed
    connector = aiohttp.TCPConnector(resolver=pinned, use_dns_cache=False, force_close=True)
    async with (
        aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        ) as session,
        session.post(url, data=body, headers=headers, allow_redirects=False) as response,
    ):
        return response.status
