"""Files under keys, and what two jobs share."""

import os
from pathlib import Path

import pytest

from app.storage import Folder
from app.storage.folder import StorageError


@pytest.mark.parametrize("has_links", [True, False])
def test_a_shared_file_stays_until_both_keys_are_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    if not has_links:  # as on FAT or some network shares
        monkeypatch.setattr(os, "link", _refuse)
    storage = Folder(tmp_path)
    (tmp_path / "one.csv").write_text("peaks")
    storage.share("one.csv", "other.csv")
    storage.delete("one.csv")
    assert storage.path("other.csv").read_text() == "peaks"
    storage.delete("other.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["../x", "uploads/../../x", "/etc/passwd"])
def test_a_key_cannot_leave_the_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(StorageError):
        Folder(tmp_path).path(key)


def _refuse(*_: object, **__: object) -> None:
    raise PermissionError("Operation not permitted")
