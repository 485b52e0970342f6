"""Connects the parts of the web when the application starts, and stops them at its end."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from litestar import Litestar

from app.db.engine.connect import kept_open
from app.observability import tracing
from app.runtime.watchdog import alive
from app.web.wiring.foundation import Foundation
from app.web.wiring.parts import Parts

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def lifespan_of(base: Foundation, parts: Parts) -> Lifespan:
    """Start everything in order, and stop it in the opposite one."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with kept_open(), alive(base.settings), AsyncExitStack() as stack:
            stack.callback(tracing.shut_down)
            for connection in (base.redis, base.patient_redis):
                stack.push_async_callback(connection.aclose)
            await base.broker.startup()
            stack.push_async_callback(base.broker.shutdown)
            for each in parts.background:
                await each.start()
                stack.push_async_callback(each.stop)
            tracing.set_up(base.settings, "web")
            yield

    return lifespan
