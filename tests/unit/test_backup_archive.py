"""The file of a backup, where jobs share the file of their table."""

import os
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest

from app.commands.backup.archive import Manifest, Member, Writer, read_manifest, unpack

FIRST, SECOND = "storage/uploads/one.csv", "storage/uploads/two.csv"


@pytest.fixture
def manifest() -> Manifest:
    return Manifest(sialoscope="0.1.0", made_at="2026-11-26", database="sqlite", schema="1")


@pytest.fixture
def shared(tmp_path: Path) -> tuple[Path, Path]:
    """Two names of one file."""
    first, second = tmp_path / "one.csv", tmp_path / "two.csv"
    first.write_bytes(b"a table")
    os.link(first, second)
    return first, second


def begun(archive: Path, manifest: Manifest, first: Path) -> Writer:
    """A backup with the first file in it."""
    writer = Writer(archive, manifest)
    writer.add(FIRST, first)
    return writer


def restored(archive: Path, folder: Path) -> list[bytes]:
    """What is in both files of a backup."""
    with tarfile.open(archive) as tar:
        unpack(tar, read_manifest(tar), folder)
    return [(folder / name).read_bytes() for name in (FIRST, SECOND)]


def test_a_file_of_two_names_is_written_once_and_restored_under_both(
    shared: tuple[Path, Path], manifest: Manifest, tmp_path: Path
) -> None:
    writer = begun(tmp_path / "new.tar", manifest, shared[0])
    writer.add(SECOND, shared[1])
    writer.finish()
    with tarfile.open(tmp_path / "new.tar") as tar:
        assert tar.getmember(SECOND).islnk()
    assert manifest.members[FIRST] == manifest.members[SECOND]
    assert restored(tmp_path / "new.tar", tmp_path / "here") == [b"a table", b"a table"]


def test_a_backup_of_an_earlier_version_is_restored(
    shared: tuple[Path, Path], manifest: Manifest, tmp_path: Path
) -> None:
    writer = begun(tmp_path / "old.tar", manifest, shared[0])
    writer.add(SECOND, shared[1])
    manifest.members[SECOND] = Member(0, sha256().hexdigest())  # as 0.1.0 wrote it
    writer.finish()
    assert restored(tmp_path / "old.tar", tmp_path / "here") == [b"a table", b"a table"]


def test_another_file_with_the_number_of_a_deleted_one_is_written_whole(
    shared: tuple[Path, Path], manifest: Manifest, tmp_path: Path
) -> None:
    writer = begun(tmp_path / "new.tar", manifest, shared[0])
    shared[1].write_bytes(b"another table")  # of the same inode
    writer.add(SECOND, shared[1])
    writer.finish()
    assert restored(tmp_path / "new.tar", tmp_path / "here") == [b"a table", b"another table"]
