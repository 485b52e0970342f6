"""Work for an answer goes on as long as its reader is there."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from litestar import Request
from litestar.exceptions import ClientException

from app.web.http.errors import CLIENT_LEFT

Result = TypeVar("Result")


async def while_reader_waits(
    request: Request[Any, Any, Any], work: Coroutine[Any, Any, Result]
) -> Result:
    """What some work returns; it is cancelled as soon as the connection of the request ends.

    The body of the request must have been read before, if it has one.

    Raises:
        ClientException: the reader has left.
    """
    working, leaving = asyncio.create_task(work), asyncio.create_task(_left(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientException(CLIENT_LEFT)
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


async def _left(request: Request[Any, Any, Any]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
