"""Asks a limited process what would change the call of a row."""

import asyncio
import logging
from dataclasses import dataclass

import msgspec

from app.analysis.flips.said import RowFlips
from app.analysis.state.calls import assignment
from app.contract.flips import FlipRequest, NoAnswer, decode_answer, encode
from app.db.jobs.contents.settings import files_of, overrides_of, settings_and_choices
from app.db.jobs.errors import JobConflictError
from app.db.jobs.tables import Job
from app.db.libraries.errors import LibraryNotFoundError
from app.db.libraries.runs import LIBRARY
from app.db.libraries.store import version_by_id
from app.runtime.fair_threads import FairThreads
from app.runtime.places import Places
from app.runtime.warm_process import WarmProcess
from app.storage import Folder
from app.web.features.results.rows import result_of
from app.web.http.faults.errors import CannotMakeError
from app.web.http.faults.limit_errors import as_cannot_make

# A table of 100,000 rows takes some seconds.
LONGEST_S = 60
NO_TABLE = "The table of this job is no longer kept, so no change of it can be tried."
NO_LIBRARY = (
    "The retention library of this job was deleted, so no change of its table can be tried."
)
TOO_LARGE = (
    "This table takes more memory than the server gives to the search for changes. Submit the "
    "sample of the row alone, and ask there."
)
TOO_SLOW = (
    "This table takes longer than the server allows for the search for changes. Submit the sample "
    "of the row alone, and ask there."
)
FAILED = "What would change this row could not be found, because of an internal error."

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class FlipFinder:
    """Finds changes of rows, few at a time, in a process that keeps the last table."""

    storage: Folder
    threads: FairThreads
    places: Places
    process: WarmProcess

    async def flips_of(self, job: Job, row: int, *, user: str) -> RowFlips:
        """What would change the call of a row of a job's result.

        Raises:
            JobConflictError: The job has no result, or its table or library is gone or cannot be
                read.
            NoPlaceError: Too many are being looked for.
            CannotMakeError: It needs too much memory or time.
            app.storage.StorageAwayError: The storage cannot be reached.
        """
        result = result_of(job, self.storage)
        call = await self.threads.run(user, result.call_of, row)
        request = encode(await self._request(job, row))
        async with self.places.taken(user):
            with as_cannot_make(too_slow=TOO_SLOW, too_large=TOO_LARGE):
                line = await self.process.answer(request)
        answer = decode_answer.decode(line)
        if isinstance(answer, NoAnswer):
            raise _error_of(answer)
        return _of_result(answer.flips, call)

    async def _request(self, job: Job, row: int) -> FlipRequest:
        settings, choices = settings_and_choices(job)
        try:
            table = await asyncio.to_thread(self.storage.local, job.upload_key)
            library = settings.get(LIBRARY)
            law = (await version_by_id(library)).law if library else None
        except FileNotFoundError:
            raise JobConflictError(NO_TABLE) from None
        except LibraryNotFoundError:
            raise JobConflictError(NO_LIBRARY) from None
        return FlipRequest(
            table=str(table),
            settings=settings,
            choices=choices,
            overrides=overrides_of(job),
            files=files_of(job),
            law=law,
            row=row,
        )


def _of_result(answer: RowFlips, call: str) -> RowFlips:
    """The answer, unless this version of the analysis has another call than the result."""
    if answer.call == call:
        return answer
    sentence = (
        f"This version of Sialoscope makes this row {assignment(answer.call)}, and the result has "
        f"{assignment(call)}. Run the job again, and ask there."
    )
    return msgspec.structs.replace(answer, call=call, sentence=sentence, flips=[])


def _error_of(answer: NoAnswer) -> Exception:
    match answer.problem:
        case "table":
            return JobConflictError(answer.text)
        case "gone":
            return JobConflictError(NO_TABLE)
    logger.error("The changes of a row could not be found.")
    return CannotMakeError(500, FAILED)
