"""A request that the client sends, and how it reads the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeAlias, TypeVar
from uuid import uuid4

import httpx
import msgspec

from sialoscope_client.jobs import Job

T = TypeVar("T")
# What a call results in; a call for a string can stand where one for a job or a string is expected.
ResultT_co = TypeVar("ResultT_co", covariant=True)
JobOrId: TypeAlias = Job | str
Priority: TypeAlias = Literal["high", "normal", "low"]
ROWS_AT_A_TIME = 10_000


@dataclass(frozen=True)
class Call(Generic[ResultT_co]):
    """A request; one that ``is_repeatable`` has the same effect when it is sent twice."""

    method: str
    path: str
    read: Callable[[httpx.Response], ResultT_co]
    is_repeatable: bool = True
    sent: Mapping[str, Any] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        """The arguments for httpx."""
        return {"method": self.method, "url": self.path, **self.sent}


def key_header(key: str | None) -> dict[str, str]:
    """The header by which the server recognizes a repeated request."""
    return {"Idempotency-Key": key or uuid4().hex}


def id_of(job: JobOrId) -> str:
    """Return the id of a job."""
    return job if isinstance(job, str) else job.id


def job_path(job: JobOrId, rest: str = "") -> str:
    """The path of a job, or of something of it."""
    return f"/api/v1/jobs/{id_of(job)}" + (f"/{rest}" if rest else "")


def reads(kind: type[T]) -> Callable[[httpx.Response], T]:
    """A function that reads an answer as this type."""
    return lambda answer: msgspec.json.decode(answer.content, type=kind)


def accepted_id(answer: httpx.Response) -> str:
    """Read the id of a job that was queued."""
    return str(answer.json()["id"])


def content(answer: httpx.Response) -> bytes:
    """The bytes of an answer."""
    return answer.content
