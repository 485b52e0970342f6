"""Lets processes import their modules while the supervisor still prepares the database.

A process that waits at the gate holds the reading end of a pipe. The gate opens when the supervisor
closes the writing end, and stays open for processes that are restarted later.
"""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager

from app.runtime.watchdog import Watchdog

HEARTBEAT_EVERY_S = 1


class StartGate:
    """A gate that is closed at first; ``descriptor`` is the end that a process inherits."""

    def __init__(self) -> None:
        self.descriptor, self._writing = os.pipe()
        self._is_open = False

    def open(self) -> None:
        """Let all processes pass, from now on."""
        if not self._is_open:
            self._is_open = True
            os.close(self._writing)


@contextmanager
def start_gate() -> Iterator[StartGate]:
    """Make a gate, and remove it after the body of the ``with``."""
    gate = StartGate()
    try:
        yield gate
    finally:
        gate.open()
        os.close(gate.descriptor)


def wait_until_open(descriptor: int, watchdog: Watchdog) -> None:
    """Return once the gate is open, and send heartbeats meanwhile: a migration may take minutes."""
    while not select.select([descriptor], [], [], HEARTBEAT_EVERY_S)[0]:
        watchdog.send_heartbeat()
    os.close(descriptor)
