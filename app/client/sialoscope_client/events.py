"""The events of jobs, and how a client resumes a stream that broke."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from httpx_sse import ServerSentEvent

from sialoscope_client.errors import SialoscopeError, UnreachableError, error_of
from sialoscope_client.retry import BUSY, asked_pause_s, pause_after

LAST = ("complete", "error", "cancelled")
NO_CONTENT = 204
# The server sends something at least every 15 s; a connection that is silent for longer is dead.
SILENCE_S = 45.0
GIVE_UP_AFTER_FAILURES = 60


@dataclass(frozen=True)
class Event:
    """An event of a job; ``data`` has the details.

    ``name`` is progress, log, rule, complete, error, cancelled or snapshot; ignore others.
    """

    name: str
    data: dict[str, Any] = field(repr=False)
    id: str = ""
    job_id: str = ""

    @property
    def is_last(self) -> bool:
        """Whether this is the last event of its job."""
        return self.name in LAST


@dataclass
class Listening:
    """Follows a stream over many connections, so that no event is repeated or lost."""

    path: str
    job_id: str = ""
    last_id: str = ""
    is_done: bool = False
    failures: int = 0
    retry_s: float = 0.0

    def headers(self) -> dict[str, str]:
        """The headers of the request that opens the stream."""
        known = {"Last-Event-ID": self.last_id} if self.last_id else {}
        return {"Accept": "text/event-stream", "Cache-Control": "no-store", **known}

    def is_open(self, answer: httpx.Response) -> bool:
        """Whether the stream is open; False if it has ended, or cannot be opened now."""
        self.is_done = answer.status_code == NO_CONTENT
        return answer.status_code == httpx.codes.OK

    def hear(self, message: ServerSentEvent) -> Event | None:
        """The event of a message; None if it has none, or one that was received before."""
        self.failures = 0
        if message.retry is not None:
            self.retry_s = message.retry / 1000
        if not message.data or message.event == "connected":
            self.last_id = self.last_id or message.id  # where to resume, before any event
            return None
        # A snapshot has no id; the id in its message is that of the previous event.
        own_id = "" if message.event == "snapshot" else message.id
        # A job ends once. The id of an end from the row is by another clock, so ids do not compare.
        is_end = bool(self.job_id) and message.event in LAST
        if not is_end and self._is_known(own_id):
            return None
        self.last_id = own_id or self.last_id
        return self._event(message, own_id)

    def pause_s(self, answer: httpx.Response | None, broken: Exception | None) -> float:
        """The seconds to wait before the stream is opened again.

        Raises:
            SialoscopeError: the server refuses, or could not be reached for some minutes.
        """
        self.failures += 1
        is_refusal = answer is not None and answer.is_client_error
        if answer is not None and is_refusal and answer.status_code not in BUSY:
            raise error_of(answer)
        if self.failures > GIVE_UP_AFTER_FAILURES:
            raise self._given_up(answer, broken)
        pause_s = asked_pause_s(answer, pause_after(self.failures - 1))
        return max(pause_s, self.retry_s if self.failures == 1 else 0.0)

    def _is_known(self, event_id: str) -> bool:
        if not event_id or not self.last_id:
            return False
        return _as_numbers(event_id) <= _as_numbers(self.last_id)

    def _event(self, message: ServerSentEvent, own_id: str) -> Event:
        data: dict[str, Any] = json.loads(message.data)
        event = Event(message.event, data, own_id, self.job_id or str(data.get("job_id") or ""))
        self.is_done = bool(self.job_id) and event.is_last
        return event

    def _given_up(self, answer: httpx.Response | None, broken: Exception | None) -> SialoscopeError:
        if answer is not None and not answer.is_success:
            return error_of(answer)
        return UnreachableError(f"The events at {self.path} could not be read: {broken}.")


def _as_numbers(event_id: str) -> tuple[int, ...]:
    return tuple(int(part) for part in event_id.split("-"))
