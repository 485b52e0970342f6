"""How soon a service works after its start."""

import time
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tests.perf.stacks.jobs import follow, medians
from tests.perf.stacks.stack import Stack


class Server(Protocol):
    """What can be stopped and started again with its data."""

    def start(self) -> None:
        """Start, and return once the pages answer."""
        ...

    def stop(self) -> None:
        """End all processes."""
        ...


class Start(NamedTuple):
    """Seconds from the start until the pages answer, and until a first job has ended."""

    answer: float
    first_job: float


async def starts(
    services: Sequence[tuple[Server, Stack]], table: bytes, number: int
) -> list[Start]:
    """The medians of so many starts of each service, by turns."""
    found = [
        [await _start(server, stack, table) for server, stack in services] for _ in range(number)
    ]
    return [Start(*each) for each in medians(found)]


async def _start(server: Server, stack: Stack, table: bytes) -> Start:
    server.stop()
    began = time.perf_counter()
    server.start()
    answered = time.perf_counter() - began
    await follow(stack, table)
    return Start(answered, time.perf_counter() - began)
