"""The disk of uploads and results is full for some seconds."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

from tests.chaos.installation import Installation

FULL_S = 6
PIECE_BYTES = 1_000_000


def inject(installation: Installation, _: Random) -> None:
    """Fill the disk, then free it."""
    server = installation.server
    if installation.disk:
        full = _filled(installation.disk)
    else:
        full = _no_file_may_grow([*server.pids("web"), *server.pids("worker"), *server.analyses()])
    with full:
        time.sleep(FULL_S)


@contextmanager
def _filled(disk: Path) -> Iterator[None]:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(PIECE_BYTES))
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def _no_file_may_grow(pids: list[int]) -> Iterator[None]:
    """What a full disk looks like to processes where nothing may be mounted."""
    _limit_files(pids, 0)
    try:
        yield
    finally:
        _limit_files(pids, resource.RLIM_INFINITY)


def _limit_files(pids: list[int], size_bytes: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            soft = most if size_bytes == resource.RLIM_INFINITY else size_bytes
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, most))
