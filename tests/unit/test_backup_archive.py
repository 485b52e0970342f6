"""The file of a backup, where jobs share the file of their table."""

import gzip
import io
import os
import shutil
import tarfile
from collections import namedtuple
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from app.commands.backup import reader
from app.commands.backup.archive import DATABASE, MANIFEST, BackupError, Manifest, Member
from app.commands.backup.reader import opened
from app.commands.backup.writer import Writer

FIRST, SECOND = "storage/uploads/one.csv", "storage/uploads/two.csv"
TOKEN = "the token of the installation"  # noqa: S105 - of no installation


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


def begun(archive: Path, manifest: Manifest, first: Path, token: str = TOKEN) -> Writer:
    """A backup with a database and the first file in it."""
    writer = Writer(archive, manifest, token)
    writer.add(DATABASE, Path(shutil.copy(first, first.with_name("database"))))
    writer.add(FIRST, first)
    return writer


def restored(archive: Path, folder: Path) -> list[bytes]:
    """What is in both files of a backup."""
    folder.mkdir()
    with opened(archive, TOKEN) as backup:
        backup.unpack(folder)
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
    writer = begun(tmp_path / "old.tar", manifest, shared[0], token="")
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


def written(path: Path, manifest: Manifest, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    """An archive that somebody else made, of these members and this manifest."""
    text = msgspec.json.encode(manifest)
    last = tarfile.TarInfo(MANIFEST)
    last.size = len(text)
    with tarfile.open(path, "w") as tar:
        for info, content in (*members, (last, text)):
            tar.addfile(info, io.BytesIO(content))
    return path


def member(
    name: str, content: bytes = b"", *, kind: bytes = tarfile.REGTYPE, to: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, to
    return info, content


def refusal(archive: Path, folder: Path) -> str:
    """Why a backup is not unpacked; nothing lies outside of the folder then."""
    folder.mkdir()
    with pytest.raises(BackupError) as error, opened(archive, TOKEN) as backup:
        backup.unpack(folder)
    assert {each.name for each in folder.parent.iterdir()} <= {folder.name, archive.name}
    return str(error.value)


def holding(manifest: Manifest, **contents: bytes) -> Manifest:
    """The manifest with the hashes of these files, and of a database."""
    for name, content in ({DATABASE: b"rows"} | contents).items():
        manifest.members[name] = Member(len(content), sha256(content).hexdigest())
    return manifest


def test_the_token_that_made_a_backup_is_known_from_its_signature(
    shared: tuple[Path, Path], manifest: Manifest, tmp_path: Path
) -> None:
    begun(tmp_path / "signed.tar", manifest, shared[0]).finish()
    begun(tmp_path / "unsigned.tar", manifest, shared[0], token="").finish()
    for name, token, expected in (
        ("signed.tar", TOKEN, True),
        ("signed.tar", "another token", False),
        ("signed.tar", "", False),
        ("unsigned.tar", TOKEN, False),
        ("unsigned.tar", "", False),
    ):
        with opened(tmp_path / name, token) as backup:
            assert backup.is_signed == expected, (name, token)


def test_a_changed_manifest_is_not_signed(
    shared: tuple[Path, Path], manifest: Manifest, tmp_path: Path
) -> None:
    begun(tmp_path / "signed.tar", manifest, shared[0]).finish()
    whole = (tmp_path / "signed.tar").read_bytes()
    old, new = (sha256(each).hexdigest().encode() for each in (b"a table", b"a lie!!"))
    assert whole.count(old) == 2  # of the database and of the file
    forged = whole.replace(b"a table", b"a lie!!").replace(old, new)
    (tmp_path / "forged.tar").write_bytes(forged)
    with opened(tmp_path / "forged.tar", TOKEN) as backup:
        assert not backup.is_signed
        backup.unpack(tmp_path)  # its hashes are right
    assert (tmp_path / FIRST).read_bytes() == b"a lie!!"


def test_a_link_stands_for_no_other_file_in_a_signed_backup(
    shared: tuple[Path, Path], manifest: Manifest, tmp_path: Path
) -> None:
    writer = begun(tmp_path / "signed.tar", manifest, shared[0])
    (tmp_path / "empty.log").touch()
    writer.add("storage/logs/empty", tmp_path / "empty.log")
    writer.finish()
    with tarfile.open(tmp_path / "signed.tar") as tar:
        members = [(each, file.read()) for each in tar if (file := tar.extractfile(each))]
    with tarfile.open(tmp_path / "forged.tar", "w") as tar:
        for info, content in members:
            if info.name == "storage/logs/empty":
                info.type, info.linkname = tarfile.LNKTYPE, FIRST
            tar.addfile(info, io.BytesIO(content))
    with opened(tmp_path / "forged.tar", TOKEN) as backup:
        assert backup.is_signed
        with pytest.raises(BackupError, match="empty does not match its hash"):
            backup.unpack(tmp_path)


def test_a_backup_that_is_larger_than_the_free_space_is_not_unpacked(
    shared: tuple[Path, Path],
    manifest: Manifest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun(tmp_path / "new.tar", manifest, shared[0]).finish()
    usage = namedtuple("usage", "free")
    monkeypatch.setattr("app.commands.backup.reader.shutil.disk_usage", lambda _: usage(13))
    folder = tmp_path / "here"
    folder.mkdir()
    with opened(tmp_path / "new.tar", TOKEN) as backup:
        with pytest.raises(BackupError, match="Make room first"):
            backup.unpack(folder)
        assert not list(folder.iterdir())
        monkeypatch.setattr("app.commands.backup.reader.shutil.disk_usage", lambda _: usage(14))
        backup.unpack(folder)


@pytest.mark.parametrize(
    "name",
    ["../out", "/out", "storage/../database-wal", "database-journal", "storage", "storage//a", ""],
)
def test_a_file_that_belongs_in_no_backup_is_refused(
    name: str, manifest: Manifest, tmp_path: Path
) -> None:
    forged = written(
        tmp_path / "forged.tar",
        holding(manifest, **{name: b"x"}),
        member(DATABASE, b"rows"),
        member(name, b"x"),
    )
    assert "a path outside of it" in refusal(forged, tmp_path / "here")


@pytest.mark.parametrize(
    "forged",
    [
        member(FIRST, kind=tarfile.SYMTYPE, to="/etc/passwd"),
        member(FIRST, kind=tarfile.SYMTYPE, to=FIRST),
        member(FIRST, kind=tarfile.LNKTYPE, to=FIRST),
        member(FIRST, kind=tarfile.FIFOTYPE),
        member(FIRST, kind=tarfile.GNUTYPE_SPARSE),
    ],
    ids=["link", "loop", "hard loop", "pipe", "sparse"],
)
def test_members_that_no_backup_has_are_refused(
    forged: tuple[tarfile.TarInfo, bytes], manifest: Manifest, tmp_path: Path
) -> None:
    known = holding(manifest, **{FIRST: b""})
    archive = written(tmp_path / "forged.tar", known, member(DATABASE, b"rows"), forged)
    assert f"{FIRST} does not match its hash" in refusal(archive, tmp_path / "here")


def test_a_backup_without_a_database_is_damaged(manifest: Manifest, tmp_path: Path) -> None:
    archive = written(tmp_path / "forged.tar", manifest)
    assert "database does not match its hash" in refusal(archive, tmp_path / "here")


def test_a_manifest_that_would_fill_the_memory_is_not_read(
    shared: tuple[Path, Path],
    manifest: Manifest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun(tmp_path / "new.tar", manifest, shared[0]).finish()
    monkeypatch.setattr(reader, "MOST_MANIFEST_BYTES", 10)
    assert "it has no manifest" in refusal_of(tmp_path / "new.tar")


def test_a_compressed_backup_is_decompressed_by_its_owner(
    manifest: Manifest, tmp_path: Path
) -> None:
    plain = written(tmp_path / "plain.tar", manifest)
    packed = tmp_path / "packed.tar.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert "decompress it first" in refusal_of(packed)


def refusal_of(archive: Path) -> str:
    """Why a backup is not opened."""
    with pytest.raises(BackupError) as error, opened(archive, TOKEN):
        pass
    return str(error.value)
