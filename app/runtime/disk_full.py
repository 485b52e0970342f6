"""Recognize a full disk from the errors of files, SQLite, PostgreSQL and Redis."""

import errno
import sqlite3

from asyncpg.exceptions import DiskFullError
from redis.exceptions import ResponseError

# No space on the disk or in the quota, or the file is too large.
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Redis refuses writes while it cannot save them, nearly always because its disk is full.
REFUSED_FOR_DISK = "MISCONF"


def is_disk_full(error: BaseException) -> bool:
    """Whether an error means that a disk is full."""
    if isinstance(error, DiskFullError):
        return True
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    if isinstance(error, ResponseError):
        return REFUSED_FOR_DISK in str(error)
    return isinstance(error, OSError) and error.errno in DISK_FULL
