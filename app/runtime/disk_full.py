"""Recognize a full disk from the errors of files, SQLite, PostgreSQL and Redis.

An analysis process has neither database nor Redis and must not import their clients for this. The
error of a client can only come where the client was imported.
"""

import errno
import sqlite3
import sys

# No space on the disk or in the quota, or the file is too large.
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Redis refuses writes while it cannot save them, nearly always because its disk is full.
REFUSED_FOR_DISK = "MISCONF"


def is_disk_full(error: BaseException) -> bool:
    """Whether an error means that a disk is full."""
    if _is_of(error, "asyncpg.exceptions", "DiskFullError"):
        return True
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    if _is_of(error, "redis.exceptions", "ResponseError"):
        return REFUSED_FOR_DISK in str(error)
    return isinstance(error, OSError) and error.errno in DISK_FULL


def _is_of(error: BaseException, module: str, name: str) -> bool:
    """Whether an error is of a class of a module that this process may not have imported."""
    return module in sys.modules and isinstance(error, getattr(sys.modules[module], name))
