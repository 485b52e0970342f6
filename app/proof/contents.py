"""What a proof bundle holds, and the names of its files."""

from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from app.analysis.reading.cohort_file import CohortFile
from app.analysis.reading.decisions import AS_FOUND, ReadingChoices

ROWS = "rows.parquet"
RECORD = "record.json"
TRAIL = "trail.json"
READING = "reading.json"
SIGN_OFF = "sign-off.json"
PUBLIC_KEY = "signing-key.pem"
METADATA = "ro-crate-metadata.json"
# The table has the suffix of the uploaded file, by which its kind is recognised.
TABLE = "table"


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How the table is read: the choices for it, or the files of a cohort."""

    choices: ReadingChoices = AS_FOUND
    files: tuple[CohortFile, ...] = ()


class Contents(NamedTuple):
    """The parts of a bundle: files of this machine, and what becomes files of its own.

    ``title`` names the run for people. ``record`` is the file of the run record, and ``trail`` the
    entries of the audit trail. ``signed_off`` says who signed the version off, and when.
    """

    title: str
    table: Path
    rows: Path
    record: Path
    trail: list[dict[str, Any]]
    reading: Reading
    made_at: datetime
    public_key: bytes
    signed_off: dict[str, str] | None = None
