"""The methods of the synchronous client about jobs."""

from collections.abc import Iterable
from typing import Any, TypeVar

from sialoscope_client.calls import job_calls
from sialoscope_client.calls.call import Call, JobOrId
from sialoscope_client.jobs import Attempt, Job, JobList, MeasuredStep

T = TypeVar("T")


class JobMethods:
    """What a client does with jobs; ``_run`` makes a call."""

    def _run(self, call: Call[T]) -> T:
        raise NotImplementedError

    def job(self, job: JobOrId) -> Job:
        """Read the current state of a job."""
        return self._run(job_calls.job(job))

    def jobs(self, *, limit: int = 50, offset: int = 0, **which: Any) -> JobList:  # noqa: ANN401
        """List your jobs, newest first."""
        return self._run(job_calls.jobs(limit, offset, which))

    def attempts(self, job: JobOrId) -> list[Attempt]:
        """List the attempts at a job, oldest first."""
        return self._run(job_calls.attempts(job))

    def attempt_log(self, job: JobOrId, attempt: int) -> list[dict[str, Any]]:
        """Read the log of an attempt: lines with time, level, type and text."""
        return self._run(job_calls.attempt_log(job, attempt))

    def attempt_profile(self, job: JobOrId, attempt: int) -> list[MeasuredStep]:
        """Read the time and memory of each step of an attempt that has ended."""
        return self._run(job_calls.attempt_profile(job, attempt))

    def cancel(self, job: JobOrId) -> Job:
        """Cancel a job."""
        return self._run(job_calls.cancel(job))

    def label(
        self,
        job: JobOrId,
        *,
        tags: Iterable[str] | None = None,
        note: str | None = None,
        name: str | None = None,
    ) -> Job:
        """Replace the tags, the note or the name of a job; an omitted one stays as it is."""
        return self._run(job_calls.label(job, tags, note, name))

    def share(self, job: JobOrId, name: str, *, may: str = "view") -> None:
        """Let an account ``view`` or ``edit`` all versions of a job, on a server with accounts."""
        self._run(job_calls.share(job, name, may))

    def start(self, job: JobOrId) -> Job:
        """Start a failed or cancelled job again."""
        return self.job(self._run(job_calls.start(job)))

    def delete(self, job: JobOrId) -> None:
        """Delete a job with its table and result."""
        self._run(job_calls.delete(job))
