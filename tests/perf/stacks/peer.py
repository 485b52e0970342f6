"""Speaks with the peer as its pages would."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from tests.perf.stacks.peer_server import PeerServer
from tests.perf.stacks.stack import Heard, family, kill
from tests.servers import children

INSERT_WAITING = """
    INSERT INTO peer_stack_job (id, "table", state, summary, events, created_at)
    VALUES (?, '', 'queued', '{}', 0, ?)
"""
# What the greeting of a socket says of a job, in the words of the events.
NEWS = {"running": "progress", "succeeded": "complete", "failed": "error"}


class Peer:
    """Django, Channels and Celery."""

    name = "Celery"
    jobs_table = "peer_stack_job"

    def __init__(self, server: PeerServer, session: aiohttp.ClientSession) -> None:
        self._server = server
        self._session = session

    @property
    def rows(self) -> Path:
        return self._server.folder / "peer.db"

    async def submit(self, table: bytes) -> str:
        form = aiohttp.FormData()
        form.add_field("file", table, filename="peaks.csv")
        async with self._session.post(f"{self._server.url}/jobs/", data=form) as answer:
            answer.raise_for_status()
            return str((await answer.json())["id"])

    async def listen(self, job_id: str, _after: str = "") -> AsyncGenerator[Heard]:
        """Follow a job from now on; there is no replay."""
        async with self._session.ws_connect(f"{self._server.url}/ws/jobs/{job_id}/") as socket:
            async for message in socket:
                if heard := _heard(json.loads(message.data)):
                    yield heard
                    if heard.is_last:
                        return

    async def sent(self, job_id: str) -> int:
        async with self._session.get(f"{self._server.url}/jobs/{job_id}/") as answer:
            return int((await answer.json())["events"])

    @asynccontextmanager
    async def idle_listeners(self, number: int) -> AsyncGenerator[None]:
        url = f"{self._server.url}/ws/jobs/{self._waiting_job()}/"
        async with AsyncExitStack() as opened, asyncio.TaskGroup() as reading:
            tasks = []
            for _ in range(number):
                socket = await opened.enter_async_context(self._session.ws_connect(url))
                await socket.receive()  # the greeting
                tasks.append(reading.create_task(socket.receive()))  # answers pings
            yield
            assert not any(task.done() for task in tasks), "Listeners were cut off."
            for task in tasks:
                task.cancel()

    def _waiting_job(self) -> str:
        """The id of a job that no task runs."""
        job_id, now = uuid4(), datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        with closing(sqlite3.connect(self.rows)) as rows, rows:
            rows.execute(INSERT_WAITING, (job_id.hex, now))
        return str(job_id)

    def roots(self) -> list[int]:
        assert self._server.redis.process
        parts = [each.pid for each in self._server.parts.values()]
        return [self._server.redis.process.pid, *parts]

    def relay_pids(self) -> list[int]:
        assert self._server.redis.process
        return [self._server.redis.process.pid, *family(self._server.parts["web"].pid)]

    def kill_analyses(self) -> None:
        kill(children(self._server.parts["worker"].pid))

    def kill_worker(self) -> None:
        """Kill it with its pool, and start it again as systemd would."""
        self._server.kill_worker()
        self._server.start_worker()


def _heard(message: dict[str, Any]) -> Heard | None:
    """An event, or what the greeting says of a job that runs or has ended."""
    if message["type"] != "connected":
        return Heard(message["type"], str(message["number"]))
    news = NEWS.get(message["state"])
    return Heard(news) if news else None
