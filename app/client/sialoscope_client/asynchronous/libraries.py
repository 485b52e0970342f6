"""The methods of the asynchronous client about retention libraries."""

from pathlib import Path
from typing import TypeVar

from sialoscope_client.calls import library_calls
from sialoscope_client.calls.call import Call, JobOrId
from sialoscope_client.calls.library_calls import Library, LibraryDetails

T = TypeVar("T")


class AsyncLibraryMethods:
    """What a client does with retention libraries; ``_run`` makes a call."""

    async def _run(self, call: Call[T]) -> T:
        raise NotImplementedError

    async def libraries(self) -> list[Library]:
        """List your retention libraries, and those that others share."""
        return (await self._run(library_calls.libraries())).libraries

    async def save_library(self, job: JobOrId, name: str) -> Library:
        """Save the retention law of a finished job as the next version of a method's library."""
        return await self._run(library_calls.save_library(job, name))

    async def library(self, which: Library | str) -> LibraryDetails:
        """Read a library with its versions, your runs with it, and their control charts."""
        return await self._run(library_calls.library(which))

    async def share_library(self, which: Library | str, *, is_shared: bool = True) -> Library:
        """Let everybody use your library, or nobody else."""
        return await self._run(library_calls.share_library(which, is_shared=is_shared))

    async def delete_library(self, which: Library | str) -> None:
        """Delete your library; results that used it stay as they are."""
        await self._run(library_calls.delete_library(which))

    async def export_library(self, which: Library | str, path: str | Path) -> Path:
        """Write a library to one file, signed by the installation."""
        path = Path(path)
        path.write_bytes(await self._run(library_calls.export_library(which)))
        return path

    async def import_library(self, path: str | Path, name: str = "") -> Library:
        """Import a library from its signed file, under its name or another one."""
        return await self._run(library_calls.import_library(Path(path), name))
