"""Cancels the work for a response when its client disconnects."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from litestar import Request
from litestar.exceptions import ClientException

from app.web.http.faults.explained_errors import CLIENT_LEFT

Result = TypeVar("Result")


async def while_reader_waits(
    request: Request[Any, Any, Any], work: Coroutine[Any, Any, Result]
) -> Result:
    """The result of ``work``, which is cancelled as soon as the client disconnects.

    The body of the request, if any, must have been read before.

    Raises:
        ClientException: The client has disconnected.
    """
    working, leaving = asyncio.create_task(work), asyncio.create_task(_wait_for_disconnect(request))
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


async def _wait_for_disconnect(request: Request[Any, Any, Any]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
