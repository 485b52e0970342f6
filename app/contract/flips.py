"""What the web and the process that looks for changes of a row say to each other."""

from typing import Any, Literal, TypeAlias

import msgspec

from app.analysis.flips.said import RowFlips
from app.analysis.overrides.override import Override
from app.analysis.reading.cohort_file import CohortFile
from app.analysis.reading.decisions import AS_FOUND, ReadingChoices

# The module of the process. The web starts it by this name and imports no analysis.
PROCESS = "workers.analysis.flip_process"


class FlipRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Find what would change the call of a row of the table at ``table``, as a job analyzed it.

    ``law`` is that of the retention library of the job.
    """

    table: str
    settings: dict[str, Any]
    choices: ReadingChoices = AS_FOUND
    overrides: tuple[Override, ...] = ()
    files: tuple[CohortFile, ...] = ()
    law: str | None = None
    row: int = 0


class Found(msgspec.Struct, frozen=True, tag="found"):
    """What would change the call of the row."""

    flips: RowFlips


class NoAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="none"):
    """Why there is no answer; of a table at fault, ``text`` tells the user what to do."""

    problem: Literal["table", "gone", "other"]
    text: str = ""


FlipAnswer: TypeAlias = Found | NoAnswer
encode = msgspec.json.Encoder().encode
decode_request = msgspec.json.Decoder(FlipRequest).decode
decode_answer: "msgspec.json.Decoder[FlipAnswer]" = msgspec.json.Decoder(FlipAnswer)
