"""Keep the log of each attempt at a job as a file, as long as the job.

The key has the job and the attempt, so a log is written whole and never changed by another attempt.
"""

from app.storage.folder import Folder

LOGS = "logs"
SUFFIX = ".jsonl"


def logs_of(job_id: str) -> str:
    """Return the key of the folder with the logs of a job."""
    return f"{LOGS}/{job_id}"


def log_key(job_id: str, attempt: int) -> str:
    """Return the key of the log of an attempt."""
    return f"{logs_of(job_id)}/{attempt}{SUFFIX}"


def write_log(storage: Folder, job_id: str, attempt: int, content: bytes) -> None:
    """Write the log of an attempt, in place of an earlier one.

    Raises:
        StorageAwayError: the storage cannot be reached.
        OSError: the disk is full, or the folder is not writable.
    """
    storage.put(log_key(job_id, attempt), content)


def read_log(storage: Folder, job_id: str, attempt: int) -> bytes | None:
    """Return the log of an attempt; None if none is kept.

    Raises:
        StorageAwayError: the storage cannot be reached.
    """
    try:
        return storage.local(log_key(job_id, attempt)).read_bytes()
    except FileNotFoundError:
        return None


def attempts_with_logs(storage: Folder, job_id: str) -> set[int]:
    """Return the attempts at a job whose logs are kept.

    Raises:
        StorageAwayError: the storage cannot be reached.
    """
    names = [each.key.rpartition("/")[2] for each in storage.stored(logs_of(job_id))]
    return {int(name.removesuffix(SUFFIX)) for name in names if name.endswith(SUFFIX)}
