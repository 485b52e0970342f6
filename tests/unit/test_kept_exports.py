"""Exports that are kept are bounded: by what all take, and by how long nobody read them."""

import os
import time
from pathlib import Path

from app.storage import Folder
from app.storage.kept_exports import UNREAD_FOR_S, export_key, trim_exports


def keep(storage: Folder, job: str, *, hours_ago: float, size: int = 100) -> Path:
    path = storage.path(export_key("results/x/1", job, "csv"))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * size)
    then = time.time() - hours_ago * 3600
    os.utime(path, (then, then))
    return path


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    storage = Folder(tmp_path)
    old, newer, new = (keep(storage, str(hours), hours_ago=hours) for hours in (3, 2, 1))
    assert trim_exports(storage, most_bytes=200) == 1
    assert [path.exists() for path in (old, newer, new)] == [False, True, True]


def test_what_nobody_read_for_long_goes_and_what_is_in_use_stays(tmp_path: Path) -> None:
    storage = Folder(tmp_path)
    unread = keep(storage, "a", hours_ago=UNREAD_FOR_S / 3600 + 1)
    in_use = keep(storage, "b", hours_ago=0, size=10_000)
    assert trim_exports(storage, most_bytes=1_000) == 1
    assert [unread.exists(), in_use.exists()] == [False, True]


def test_what_is_being_made_is_left_alone(tmp_path: Path) -> None:
    storage = Folder(tmp_path)
    making = storage.path("exports/4f.partial/export")
    making.parent.mkdir(parents=True)
    making.write_bytes(b"x" * 1000)
    assert trim_exports(storage, most_bytes=1) == 0
    assert making.exists()
