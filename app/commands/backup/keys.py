"""Find the storage keys of all jobs in a database."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from app.db.jobs.contents.references import LOGS

KEYS = "SELECT upload_key, result_key, id FROM job ORDER BY id"

Keys: TypeAlias = list[str]


def keys_in(rows: Iterable[Sequence[Any]]) -> Keys:
    """Return the keys of uploads, results and logs, each once, in the order of ``KEYS``."""
    found = [key for *files, job_id in rows for key in (*files, f"{LOGS}{job_id}")]
    return list(dict.fromkeys(key for key in found if key))
