"""Jobs that run for as long as a test looks at them, however small their table is."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import httpx

from tests.integration.api import SMALL, submit
from tests.servers import Sialoscope, wait_until

LOOK_EVERY_S = 0.02  # a new process imports for longer before it reads its table


@contextmanager
def held_job(
    server: Sialoscope, client: httpx.Client, name: str = "peaks.csv", content: bytes = SMALL
) -> Iterator[str]:
    """The id of a job that a worker has claimed, and whose analysis begins after this context."""
    with every_analysis_held(server):
        job_id = submit(client, content, name)
        path = f"/api/v1/jobs/{job_id}"
        wait_until(lambda: client.get(path).json()["status"] == "running")
        yield job_id


@contextmanager
def every_analysis_held(server: Sialoscope) -> Iterator[None]:
    """Pause the analyses of a server, and each that starts meanwhile; their workers continue."""
    held: set[int] = set()
    ends = Event()

    def hold_new_ones() -> None:
        while not ends.is_set():
            for pid in set(server.analyses()) - held:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
                    held.add(pid)
            ends.wait(LOOK_EVERY_S)

    hold = Thread(target=hold_new_ones, daemon=True)
    hold.start()
    try:
        yield
    finally:
        ends.set()
        hold.join()
        for pid in held:
            with suppress(ProcessLookupError):  # killed meanwhile
                os.kill(pid, signal.SIGCONT)
