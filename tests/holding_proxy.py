"""A real proxy whose event streams can be held back, or cut, while other requests pass."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

from tests.servers import free_port

STREAM = re.compile(rb"^GET (\S+/events)\b", re.MULTILINE)
CHUNK_BYTES = 65_536


@dataclass
class HoldingProxy:
    """What passes through it: ``streams`` has the address of each event stream that is open."""

    upstream_port: int
    streams: list[str] = field(default_factory=list)
    port: int = field(default_factory=free_port)
    is_holding: bool = False
    is_cutting: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, ready: threading.Event) -> None:
        async with await asyncio.start_server(self._pass, "127.0.0.1", self.port):
            ready.set()
            await asyncio.Event().wait()

    async def _pass(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        server, request = await asyncio.open_connection("127.0.0.1", self.upstream_port)
        opened: list[str] = []
        with suppress(ConnectionError), closing(answer), closing(request):
            pumps = [self._requests(client, request, opened), self._answers(server, answer, opened)]
            tasks = [asyncio.create_task(pump) for pump in pumps]
            _, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in left:
                task.cancel()
        for address in opened:
            self.streams.remove(address)

    async def _requests(
        self, client: asyncio.StreamReader, request: asyncio.StreamWriter, opened: list[str]
    ) -> None:
        while data := await client.read(CHUNK_BYTES):
            if (asked := STREAM.search(data)) and not opened:
                opened.append(asked[1].decode())
                self.streams += opened
            request.write(data)
            await request.drain()

    async def _answers(
        self, server: asyncio.StreamReader, answer: asyncio.StreamWriter, opened: list[str]
    ) -> None:
        reading = asyncio.ensure_future(server.read(CHUNK_BYTES))
        while not (opened and self.is_cutting):
            await asyncio.wait({reading}, timeout=0.05)
            if not reading.done() or (opened and self.is_holding):
                await asyncio.sleep(0.01)
                continue
            if not (data := reading.result()):
                return
            answer.write(data)
            await answer.drain()
            reading = asyncio.ensure_future(server.read(CHUNK_BYTES))


@contextmanager
def holding_proxy(upstream_port: int) -> Iterator[HoldingProxy]:
    """A proxy before a server of this machine, in a thread of its own."""
    proxy, ready = HoldingProxy(upstream_port), threading.Event()
    loop = asyncio.new_event_loop()
    serving = loop.create_task(proxy.serve(ready))
    thread = threading.Thread(target=lambda: _run(loop, serving))
    thread.start()
    ready.wait()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(serving.cancel)
        thread.join()


def _run(loop: asyncio.AbstractEventLoop, serving: "asyncio.Task[None]") -> None:
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(serving)
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(_ended(left))
    loop.close()


async def _ended(tasks: "set[asyncio.Task[None]]") -> None:
    """Wait for tasks, of which there may be none: outside of a coroutine gather needs one."""
    await asyncio.gather(*tasks, return_exceptions=True)
