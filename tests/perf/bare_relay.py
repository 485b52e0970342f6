"""The bound of every relay: one pub/sub channel to its clients, and nothing else.

``python -m tests.perf.bare_relay REDIS_URL CHANNEL PORT``
"""

import asyncio
import sys
from contextlib import suppress

import uvicorn
from redis.asyncio import Redis
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

HEADERS = [(b"content-type", b"text/event-stream")]


class BareRelay:
    """An ASGI application without routes, checks, replay or limits."""

    def __init__(self) -> None:
        self._clients: set[asyncio.Queue[bytes]] = set()

    async def __call__(self, scope: Scope, _: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Send what is published from now on."""
        if scope["type"] != "http":
            return
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._clients.add(queue)
        await send(
            {"type": "http.response.start", "status": 200, "headers": HEADERS, "trailers": False}
        )
        message = b": connected\n\n"
        while True:
            await send({"type": "http.response.body", "body": message, "more_body": True})
            message = await queue.get()

    async def listen(self, redis_url: str, channel: str) -> None:
        """Hand on what is published."""
        async with Redis.from_url(redis_url) as redis, redis.pubsub() as pubsub:
            await pubsub.subscribe(channel)
            async for published in pubsub.listen():
                if published["type"] == "message":
                    message = b"data: " + published["data"] + b"\n\n"
                    for queue in self._clients:
                        queue.put_nowait(message)


async def main(redis_url: str, channel: str, port: int) -> None:
    """Serve until ended."""
    relay = BareRelay()
    listening = asyncio.create_task(relay.listen(redis_url, channel))
    config = uvicorn.Config(relay, port=port, lifespan="off", log_config=None, access_log=False)
    await uvicorn.Server(config).serve()
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
