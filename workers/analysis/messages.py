"""The messages between a worker and its analysis process: one JSON object per line."""

from typing import Any, TypeAlias

import msgspec

from app.analysis.overrides.override import Override
from app.analysis.reading.cohort_file import CohortFile
from app.analysis.reading.decisions import AS_FOUND, ReadingChoices
from app.contract.events import AnyEvent
from app.observability.own_level import Level

# Sent by the process between rules, or by the worker that had to kill it.
TOO_LONG = (
    "The analysis took too long and was stopped. Split the table into smaller files and submit "
    "them again."
)
# Sent by the process that runs out of memory, or by the worker that saw it crash.
TOO_MUCH = (
    "The analysis needs more memory than it may have, or the file is damaged. Split the table by "
    "sample, or export it again, and submit it again."
)


class About(msgspec.Struct, frozen=True, kw_only=True):
    """The facts about a job for the record of its run; times are ISO 8601 in UTC."""

    job: str
    who: str
    attempt: int
    file_name: str
    upload_bytes: int
    upload_sha256: str
    submitted_at: str
    started_at: str
    rerun_of: str | None = None
    version_of: str | None = None
    version: int = 1


class VersionBefore(msgspec.Struct, frozen=True, kw_only=True):
    """The version that a refit starts from: its id, its rows as a file, and its overrides."""

    job: str
    rows: str
    overrides: tuple[Override, ...] = ()


class LibraryOfRun(msgspec.Struct, frozen=True, kw_only=True):
    """The version of a retention library that a run uses.

    ``id`` is that of the version, and ``sha256`` the hash of the text of its ``law``.
    """

    id: str
    name: str
    version: int
    sha256: str
    law: str


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Analyze the table at ``table`` with ``settings`` and write the result below ``folder``.

    ``choices`` say how the table is read, as for ``read_peak_table``. ``overrides`` are decisions
    of people against the rules. With ``files`` the table is the archive of a cohort. ``marks`` are
    added to the lines of the log. Of a refit, ``before`` is the version whose calls it moves. The
    law of ``library`` is the prior of the retention model. ``log_level`` is that of the worker.
    """

    about: About
    table: str
    settings: dict[str, Any]
    overrides: tuple[Override, ...] = ()
    folder: str
    choices: ReadingChoices = AS_FOUND
    files: tuple[CohortFile, ...] = ()
    marks: dict[str, str] = {}
    before: VersionBefore | None = None
    library: LibraryOfRun | None = None
    log_level: Level = Level.INFO


class Happened(msgspec.Struct, frozen=True, tag="happened"):
    """An event for the users of the job."""

    event: AnyEvent


class Measured(msgspec.Struct, frozen=True, kw_only=True, tag="measured"):
    """What a step took: seconds, seconds of processors, and the most memory during it."""

    step: str
    seconds: float
    cpu_s: float
    memory_bytes: int


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The result is written; ``summary`` goes into the job's row."""

    summary: dict[str, Any]


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """There is no result; ``message`` tells the user what to do.

    ``traceback`` is for administrators, and empty if the table is at fault.
    """

    message: str
    error: str
    traceback: str = ""


class Faulted(msgspec.Struct, frozen=True, tag="faulted"):
    """A temporary fault of the machine, such as a full disk; ``message`` has no full stop."""

    message: str
    error: str
    traceback: str = ""


Answer: TypeAlias = Happened | Measured | Done | Refused | Faulted
# The answers that are the last ones to a request.
LAST = (Done, Refused, Faulted)

encode = msgspec.json.Encoder().encode
decode_request = msgspec.json.Decoder(Request).decode
decode_answer: "msgspec.json.Decoder[Answer]" = msgspec.json.Decoder(Answer)
