"""Speaks with Sialoscope as its pages would."""

import subprocess
import sys
from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import httpx
from redis.asyncio import Redis

from app.progress.streams import key_of
from app.settings import broker_socket
from tests.event_stream import get_events
from tests.perf.stacks.stack import Heard, kill
from tests.perf.streams import MANY, Target, job_that_goes_on
from tests.servers import TOKEN, Sialoscope, jobs_in, wait_until

LIMITS = {"SIALOSCOPE_STREAMS_PER_USER": MANY, "SIALOSCOPE_STREAMS": MANY}
NOOP_FOLDER = Path(__file__).parent.parent  # where noop_worker.py is
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


class Own:
    """Sialoscope as ``sialoscope up`` starts it."""

    name = "Sialoscope"
    jobs_table = "job"

    def __init__(
        self, server: Sialoscope, session: aiohttp.ClientSession, more: Collection[int] = ()
    ) -> None:
        """``more`` are processes of it that its supervisor did not start."""
        self.server = server
        self._session = session
        self._more = more

    @property
    def rows(self) -> Path:
        return self.server.data / "sialoscope.db"

    async def submit(self, table: bytes) -> str:
        form = aiohttp.FormData()
        form.add_field("file", table, filename="peaks.csv")
        url = f"{self.server.url}/api/v1/jobs"
        async with self._session.post(url, data=form, headers=HEADERS) as answer:
            answer.raise_for_status()
            return str((await answer.json())["job_id"])

    async def listen(self, job_id: str, after: str = "") -> AsyncGenerator[Heard]:
        headers = HEADERS | ({"Last-Event-ID": after} if after else {})
        path = f"/api/v1/jobs/{job_id}/events"
        async with get_events(self.server.port, path, headers) as answer:
            async for event in answer.events:
                if event.id:  # no greeting
                    yield (heard := Heard(event.name, event.id))
                    if heard.is_last:
                        return

    async def sent(self, job_id: str) -> int:
        async with Redis.from_url(f"unix://{broker_socket(self.server.data)}") as redis:
            return int(await redis.xlen(key_of(job_id)))

    @asynccontextmanager
    async def idle_listeners(self, number: int) -> AsyncGenerator[None]:
        with jobs_in(self.server.database_url):
            path = f"/api/v1/jobs/{await job_that_goes_on()}/events"
        (web,) = self.server.pids("web")
        crowd = Target("web", self.server.port, path, web).crowd()
        await crowd.gather(number)
        yield
        assert not crowd.broken, "Listeners were cut off."
        crowd.leave()

    def roots(self) -> list[int]:
        assert self.server.process
        return [self.server.process.pid, *self._more]

    def relay_pids(self) -> list[int]:
        return [*self.server.pids("web"), *self.server.broker_pids()]

    def kill_analyses(self) -> None:
        kill(self.server.analyses())

    def kill_worker(self) -> None:
        """Kill it with its analyses; the supervisor starts it again."""
        kill([*self.server.analyses(), *self.server.pids("worker")])


@contextmanager
def noop_worker(server: Sialoscope) -> Iterator[int]:
    """A worker whose analyses do nothing, instead of that of a server; yields its process."""
    environment = server.command_environment() | {"PYTHONPATH": str(NOOP_FOLDER)}
    command = [sys.executable, "-m", "noop_worker"]
    with server.client() as client:
        wait_until(lambda: len(_workers(client)) == 1)
        (name,) = _workers(client)
        client.post(f"/api/v1/ops/workers/{name}/drain").raise_for_status()
        wait_until(lambda: _workers(client)[name] == "drained")
        worker = subprocess.Popen(command, env=environment, cwd=NOOP_FOLDER)
        try:
            wait_until(lambda: len(_workers(client)) > 1)
            yield worker.pid
        finally:
            worker.terminate()
            worker.wait()


def _workers(client: httpx.Client) -> dict[str, str]:
    """The status of each worker by its name."""
    found = client.get("/api/v1/ops").raise_for_status().json()["workers"]
    return {each["worker"]: each["status"] for each in found}
