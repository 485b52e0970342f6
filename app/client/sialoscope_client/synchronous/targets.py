"""The methods of the synchronous client about what to look for next."""

from pathlib import Path
from typing import Any, TypeVar, Unpack

from sialoscope_client.calls import target_calls
from sialoscope_client.calls.call import Call, JobOrId
from sialoscope_client.calls.target_calls import TargetChoice

T = TypeVar("T")


class TargetMethods:
    """What a client reads of targets; ``_run`` makes a call."""

    def _run(self, call: Call[T]) -> T:
        raise NotImplementedError

    def targets(self, job: JobOrId, **choice: Unpack[TargetChoice]) -> list[dict[str, Any]]:
        """Read the species that should be there and were not confirmed, the likeliest first."""
        return self._run(target_calls.targets(job, choice))

    def target_list(
        self, job: JobOrId, path: str | Path, *, kind: str, **choice: Unpack[TargetChoice]
    ) -> Path:
        """Write these species to a file that ``kind`` imports, such as ``skyline``."""
        path = Path(path)
        path.write_bytes(self._run(target_calls.target_list(job, kind, choice)))
        return path

    def standards(self, job: JobOrId) -> list[dict[str, Any]]:
        """Read the standards that would leave the least doubt about the rows, in their order."""
        return self._run(target_calls.standards(job))
