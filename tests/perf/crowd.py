"""A crowd of cheap clients, which follow one stream and note when each event reached them."""

import asyncio
import re
import time
from dataclasses import dataclass, field

STAMP = re.compile(rb"#(\d+) at ([\d.]+)#")
CONNECTS_AT_ONCE = 64
# A source address of its own for so many: ports are counted by address.
CLIENTS_PER_ADDRESS = 5000


def stamp(number: int) -> str:
    """A text that tells which event it is and when it was made, on this machine's clock."""
    return f"#{number} at {time.monotonic():.6f}#"


@dataclass
class Crowd:
    """``latencies_s`` are by event number, one for each client that got the event.

    ``broken`` are the connections that ended before the crowd left.
    """

    port: int
    request: bytes
    arrived: int = 0
    delivered: int = 0
    broken: int = 0
    latencies_s: dict[int, list[float]] = field(default_factory=dict)
    transports: list[asyncio.Transport] = field(default_factory=list)

    async def gather(self, clients: int, *, first_number: int = 0) -> None:
        """Connect so many more, and return once each stream stands.

        Numbers choose the source addresses; crowds that are there at once begin with other ones.
        """
        wanted = self.arrived + clients
        places = asyncio.Semaphore(CONNECTS_AT_ONCE)
        numbers = range(first_number, first_number + clients)
        await asyncio.gather(*(self._connect(number, places) for number in numbers))
        async with asyncio.timeout(120):
            while self.arrived < wanted:  # noqa: ASYNC110 - counted by many protocols
                await asyncio.sleep(0.05)

    def leave(self) -> None:
        """End all connections."""
        transports, self.transports = self.transports, []
        for transport in transports:
            transport.abort()

    async def _connect(self, number: int, places: asyncio.Semaphore) -> None:
        source = f"127.0.0.{2 + number // CLIENTS_PER_ADDRESS}"
        async with places:
            transport, client = await asyncio.get_running_loop().create_connection(
                lambda: _Client(self), "127.0.0.1", self.port, local_addr=(source, 0)
            )
            transport.write(self.request)
            self.transports.append(transport)
            await client.stands


class _Client(asyncio.Protocol):
    def __init__(self, crowd: Crowd) -> None:
        self.stands: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._crowd = crowd
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        now, crowd = time.monotonic(), self._crowd
        if not self.stands.done():
            if b"connected" not in (self._rest + data):
                self._rest += data
                return
            self.stands.set_result(None)
            crowd.arrived += 1
        whole, newline, self._rest = (self._rest + data).rpartition(b"\n")
        for number, sent_at in STAMP.findall(whole + newline):
            crowd.delivered += 1
            crowd.latencies_s.setdefault(int(number), []).append(now - float(sent_at))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.stands.done():
            heard = self._rest.decode(errors="replace")
            self.stands.set_exception(error or ConnectionError(f"No stream opened: {heard}"))
        elif self._crowd.transports:
            self._crowd.broken += 1
