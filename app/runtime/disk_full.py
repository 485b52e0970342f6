"""How a full disk shows itself: to a file, to SQLite, to PostgreSQL and to Redis."""

import errno
import sqlite3

from asyncpg.exceptions import DiskFullError
from redis.exceptions import ResponseError

# No space, none in the quota, or none that a file may take.
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Redis takes no writes while it cannot keep them; that its disk is full is why, nearly always.
REFUSED_FOR_DISK = "MISCONF"


def is_disk_full(error: BaseException) -> bool:
    """Whether an error says that a disk is full."""
    if isinstance(error, DiskFullError):
        return True
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    if isinstance(error, ResponseError):
        return REFUSED_FOR_DISK in str(error)
    return isinstance(error, OSError) and error.errno in DISK_FULL
