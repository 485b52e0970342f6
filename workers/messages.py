"""What a worker and its analysis process say to each other: one JSON object a line."""

from typing import Any, TypeAlias

import msgspec

from app.analysis.overrides import Override
from app.analysis.reading.cohort import CohortFile
from app.contract.events import AnyEvent

# What both say: the process between rules, or the worker that had to kill it.
TOO_LONG = (
    "The analysis took too long and was stopped. Split the table into smaller files and submit "
    "them again."
)
# What both say: the process that is refused memory, or the worker that saw it end.
TOO_MUCH = (
    "The analysis needs more memory than it may have, or the file is damaged. Split the table by "
    "sample, or export it anew, and submit it again."
)


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What the record of a run tells of its job; times are ISO 8601 in UTC."""

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


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Analyze the table at ``table`` by ``settings`` and write the result below ``folder``.

    ``mapping`` says which column is what, as ``read_peak_table`` takes it, ``overrides`` what a
    person decided against the rules. With ``files`` the table is the archive of a cohort.
    ``marks`` is what the lines of the log are marked with.
    """

    about: About
    table: str
    settings: dict[str, Any]
    overrides: tuple[Override, ...] = ()
    folder: str
    mapping: dict[str, str] = {}
    files: tuple[CohortFile, ...] = ()
    marks: dict[str, str] = {}


class Happened(msgspec.Struct, frozen=True, tag="happened"):
    """Something the users of the job should see."""

    event: AnyEvent


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The result is written; ``summary`` is what the job row keeps of it."""

    summary: dict[str, Any]


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """There will be no result; ``message`` tells the user what to do.

    ``traceback`` is for administrators, where it was no fault of the table.
    """

    message: str
    error: str
    traceback: str = ""


class Faulted(msgspec.Struct, frozen=True, tag="faulted"):
    """A fault of the machine that may pass, such as a full disk; ``message`` has no full stop."""

    message: str
    error: str
    traceback: str = ""


Answer: TypeAlias = Happened | Done | Refused | Faulted

encode = msgspec.json.Encoder().encode
decode_request = msgspec.json.Decoder(Request).decode
decode_answer: "msgspec.json.Decoder[Answer]" = msgspec.json.Decoder(Answer)
