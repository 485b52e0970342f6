"""Makes the proof bundle of a finished job, from its files and its audit trail."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec
import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.accounts.signer import Signer
from app.analysis.reporting.reasons import has_facts, with_words
from app.db.jobs.contents.settings import files_of, settings_and_choices
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.history.audit import Entry
from app.db.jobs.tables import Job
from app.proof.contents import Contents, Reading
from app.proof.signed_file import public_key_of
from app.runtime.fair_threads import FairThreads
from app.storage import Folder
from app.storage.kept_exports import folder_for_making
from app.web.features.results.records import audit_trail_of, record_file, signed_off_of
from app.web.features.results.rows import result_of


@dataclass(frozen=True, kw_only=True)
class Bundles:
    """Makes bundles in threads. They are not kept, because the audit trail grows."""

    storage: Folder
    threads: FairThreads
    signer: Signer

    async def open_bundle(self, job: Job, *, user: str) -> IO[bytes]:
        """Open a new bundle of a job.

        Raises:
            JobConflictError: The job has no result with a record.
            JobNotFoundError: The job was deleted in the meantime.
            OSError: The disk is full.
        """
        result_of(job, self.storage)  # raises if there is no result
        trail, key = await audit_trail_of(job.id, user), await self.signer.key()
        try:
            return await self.threads.run(user, self._opened, job, trail, key)
        except FileNotFoundError:
            raise JobNotFoundError(f"There is no job {job.id}.") from None

    def _opened(self, job: Job, trail: list[Entry], key: Ed25519PrivateKey) -> IO[bytes]:
        # The library needs half a second to import, and few runs become a bundle.
        from app.proof.crate import write_bundle

        contents = self._contents(job, trail, key)
        with folder_for_making(self.storage) as folder:
            contents = contents._replace(rows=_in_words(contents.rows, folder))
            path = folder / "bundle.zip"
            write_bundle(contents, path, key)
            return path.open("rb")

    def _contents(self, job: Job, trail: list[Entry], key: Ed25519PrivateKey) -> Contents:
        result = result_of(job, self.storage)
        _, choices = settings_and_choices(job)
        return Contents(
            title=job.file_name,
            table=self.storage.local(job.upload_key),
            rows=result.file("rows.parquet"),
            record=record_file(result),
            trail=[msgspec.to_builtins(entry) for entry in trail],
            reading=Reading(choices=choices, files=files_of(job)),
            made_at=datetime.now(UTC),
            public_key=public_key_of(key.public_key()).pem,
            signed_off=signed_off_of(job),
        )


def _in_words(stored: Path, folder: Path) -> Path:
    """The file of the rows with the reason of each in words, for people without the server."""
    rows = pl.scan_parquet(stored)
    if not has_facts(rows):
        return stored
    path = folder / stored.name
    with_words(rows).sink_parquet(path)
    return path
