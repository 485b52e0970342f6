"""The methods of the asynchronous client about jobs."""

from collections.abc import Iterable
from typing import Any, TypeVar

from sialoscope_client.calls import job_calls
from sialoscope_client.calls.call import Call, JobOrId
from sialoscope_client.jobs import Attempt, Job, JobList, MeasuredStep

T = TypeVar("T")


class AsyncJobMethods:
    """What a client does with jobs; ``_run`` makes a call."""

    async def _run(self, call: Call[T]) -> T:
        raise NotImplementedError

    async def job(self, job: JobOrId) -> Job:
        """Read the current state of a job."""
        return await self._run(job_calls.job(job))

    async def jobs(self, *, limit: int = 50, offset: int = 0, **which: Any) -> JobList:  # noqa: ANN401
        """List your jobs, newest first."""
        return await self._run(job_calls.jobs(limit, offset, which))

    async def attempts(self, job: JobOrId) -> list[Attempt]:
        """List the attempts at a job, oldest first."""
        return await self._run(job_calls.attempts(job))

    async def attempt_log(self, job: JobOrId, attempt: int) -> list[dict[str, Any]]:
        """Read the log of an attempt: lines with time, level, type and text."""
        return await self._run(job_calls.attempt_log(job, attempt))

    async def attempt_profile(self, job: JobOrId, attempt: int) -> list[MeasuredStep]:
        """Read the time and memory of each step of an attempt that has ended."""
        return await self._run(job_calls.attempt_profile(job, attempt))

    async def cancel(self, job: JobOrId) -> Job:
        """Cancel a job."""
        return await self._run(job_calls.cancel(job))

    async def label(
        self,
        job: JobOrId,
        *,
        tags: Iterable[str] | None = None,
        note: str | None = None,
        name: str | None = None,
    ) -> Job:
        """Replace the tags, the note or the name of a job; an omitted one stays as it is."""
        return await self._run(job_calls.label(job, tags, note, name))

    async def share(self, job: JobOrId, name: str, *, may: str = "view") -> None:
        """Let an account ``view`` or ``edit`` all versions of a job, on a server with accounts."""
        await self._run(job_calls.share(job, name, may))

    async def start(self, job: JobOrId) -> Job:
        """Start a failed or cancelled job again."""
        return await self.job(await self._run(job_calls.start(job)))

    async def delete(self, job: JobOrId) -> None:
        """Delete a job with its table and result."""
        await self._run(job_calls.delete(job))
