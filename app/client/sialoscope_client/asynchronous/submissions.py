"""The methods of the asynchronous client that make jobs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack

from sialoscope_client.asynchronous.jobs import AsyncJobMethods
from sialoscope_client.calls import submission_calls
from sialoscope_client.calls.call import JobOrId
from sialoscope_client.calls.submission_calls import Reading, Settings, Submission
from sialoscope_client.jobs import Batch, Job
from sialoscope_client.tables import Table, file_of, files_of


class AsyncSubmissionMethods(AsyncJobMethods):
    """How a client makes jobs; ``_run`` makes a call."""

    async def preview(
        self,
        table: Table,
        *,
        name: str | None = None,
        columns: Mapping[str, str] | None = None,
        **reading: Unpack[Reading],
    ) -> dict[str, Any]:
        """Read how a table would be read: its columns, and what ``questions`` it leaves open."""
        call = submission_calls.preview(file_of(table, name), reading, columns)
        return await self._run(call)

    async def submit(
        self,
        table: Table,
        *,
        name: str | None = None,
        columns: Mapping[str, str] | None = None,
        key: str | None = None,
        **settings: Unpack[Submission],
    ) -> Job:
        """Submit a peak table: a path, bytes, or a data frame of Polars or pandas.

        ``columns`` says which column is what, such as ``{"name": "Compound", "rt": "tR"}``.
        """
        call = submission_calls.submit(file_of(table, name), settings, columns, key)
        return await self.job(await self._run(call))

    async def submit_batch(
        self,
        tables: Sequence[Table],
        *,
        columns: Mapping[str, str] | None = None,
        key: str | None = None,
        **settings: Unpack[Submission],
    ) -> Batch:
        """Submit many tables as a job each; check which were ``refused``."""
        return await self._run(
            submission_calls.submit_batch(files_of(tables), settings, columns, key)
        )

    async def submit_cohort(
        self,
        tables: Sequence[Table],
        *,
        name: str = "",
        columns: Mapping[str, str] | None = None,
        key: str | None = None,
        **settings: Unpack[Submission],
    ) -> Job:
        """Submit many tables as the samples of one job."""
        call = submission_calls.submit_cohort(files_of(tables), name, settings, columns, key)
        return await self.job(await self._run(call))

    async def batch(self, batch_id: str) -> Batch:
        """Read the current state of the jobs of a batch."""
        return await self._run(submission_calls.batch(batch_id))

    async def rerun(
        self, job: JobOrId, *, key: str | None = None, **settings: Unpack[Settings]
    ) -> Job:
        """Analyze the table of a job again with other settings, as a new job."""
        return await self.job(await self._run(submission_calls.rerun(job, settings, key)))

    async def refit(
        self, job: JobOrId, overrides: Iterable[Mapping[str, Any]], *, key: str | None = None
    ) -> Job:
        """Override calls and anchors, as the next version of a job.

        An override has ``row``, ``reason``, and ``call`` or ``anchor``.
        """
        return await self.job(await self._run(submission_calls.refit(job, overrides, key)))

    async def save_preset(self, name: str, **settings: Unpack[Settings]) -> None:
        """Save settings under a name for later submissions; a preset of this name is replaced."""
        await self._run(submission_calls.save_preset(name, settings))
