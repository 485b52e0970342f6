"""A client that follows one job to its end, coming back whenever the stream breaks."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.event_stream import StreamEvent, get_events

TERMINAL = ("complete", "error", "cancelled")
NO_CONTENT, NOT_FOUND = 204, 404
COME_BACK_S = (0.5, 3.0)


@dataclass
class Follower:
    """``heard`` has every event, ``answers`` the number of answers by status."""

    port: int
    job_id: str
    headers: dict[str, str]
    chance: Random
    streams: str = "/api/v1/jobs"
    heard: list[StreamEvent] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    @property
    def ids(self) -> list[tuple[int, ...]]:
        """The ids of what it heard, as numbers, in the order in which it came."""
        return [as_numbers(event.id) for event in self.heard if event.id]

    @property
    def ends(self) -> list[str]:
        """The events that say that the job has ended."""
        return [event.name for event in self.heard if event.name in TERMINAL]

    async def follow(self) -> None:
        """Listen until told of the end, or until sent away for good."""
        while True:
            if await self._is_done_after_a_visit():
                return
            await asyncio.sleep(self.chance.uniform(*COME_BACK_S))

    async def _is_done_after_a_visit(self) -> bool:
        try:
            return await self.visit(self.heard_last()) in (NO_CONTENT, NOT_FOUND) or bool(self.ends)
        except (OSError, EOFError, TimeoutError) as error:
            self.answers[type(error).__name__] += 1
            return bool(self.ends)

    async def visit(self, last_event_id: str = "") -> int:
        """Open the stream once, listen while it lasts, and return the status it was opened with."""
        sent = {"Last-Event-ID": last_event_id} if last_event_id else {}
        path = f"{self.streams}/{self.job_id}/events"
        async with get_events(self.port, path, self.headers | sent) as answer:
            self.answers[str(answer.status)] += 1
            if answer.status == 200:
                async for event in answer.events:
                    self.heard.append(event)
            return answer.status

    def heard_last(self, *, before_the_end: bool = False) -> str:
        """The id that it reconnects with, or reconnected with before it got the end."""
        received = [event for event in self.heard if event.id]
        if before_the_end:
            received = [event for event in received if event.name not in TERMINAL]
        return received[-1].id if received else ""

    def again(self) -> "Follower":
        """Another client for the same job, which has heard nothing."""
        return Follower(self.port, self.job_id, self.headers, self.chance, self.streams)


def as_numbers(event_id: str) -> tuple[int, ...]:
    """An event id as it compares."""
    return tuple(int(part) for part in event_id.split("-"))
