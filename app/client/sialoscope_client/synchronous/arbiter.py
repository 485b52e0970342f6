"""The methods of the synchronous client about the tables of one run by two programs."""

from pathlib import Path
from typing import Any, Unpack

from sialoscope_client.calls import arbiter_calls
from sialoscope_client.calls.arbiter_calls import PeakChoice
from sialoscope_client.calls.call import JobOrId
from sialoscope_client.jobs import Job
from sialoscope_client.synchronous.jobs import JobMethods


class ArbiterMethods(JobMethods):
    """What a client does with two programs; ``_run`` makes a call."""

    def judge_programs(
        self, one: JobOrId, other: JobOrId, *, key: str | None = None, **programs: str
    ) -> Job:
        """Compare the results of one run by two programs, as a new job.

        ``first`` and ``second`` name the programs, which else have the names of their tables.
        """
        return self.job(self._run(arbiter_calls.judge_programs(one, other, programs, key)))

    def judgements(self, job: JobOrId, **choice: Unpack[PeakChoice]) -> dict[str, Any]:
        """Read who is right about each peak on which two programs differ, and why."""
        return self._run(arbiter_calls.judgements(job, choice))

    def download_judgements(
        self, job: JobOrId, path: str | Path, **choice: Unpack[PeakChoice]
    ) -> Path:
        """Write these peaks to a file; its suffix says whether as CSV or XLSX."""
        path = Path(path)
        kind = path.suffix.removeprefix(".").lower()
        path.write_bytes(self._run(arbiter_calls.download_judgements(job, kind, choice)))
        return path

    def keep_what_holds(self, job: JobOrId, *, key: str | None = None) -> Job:
        """Make a table of what holds by a comparison, as a new job."""
        return self.job(self._run(arbiter_calls.keep_what_holds(job, key)))
