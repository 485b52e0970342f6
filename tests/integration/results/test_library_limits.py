"""The limits of retention libraries: what is read, what is kept, and what is refused."""

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.analysis.library.kept_law import encode_law
from app.db.libraries import new_versions
from app.db.libraries.errors import LibraryError
from app.db.libraries.new_versions import NewVersion, save_version, save_versions
from app.db.libraries.store import bytes_of, libraries, newest_of, versions_of
from app.proof.library_file import (
    MOST_BYTES,
    PURPOSE,
    LibraryFileError,
    LibraryOfFile,
    SignedLibrary,
    VersionOfFile,
    write_library,
)
from app.proof.signed_file import public_key_of
from tests.perf.library import library_law

NEW = NewVersion("j", "t.csv", "ada", "1", {}, "{}", 1, 3, 0.03)
LAW = encode_law(library_law()).decode()


def version(**changed: object) -> VersionOfFile:
    """A version whose fields are right but for those that are changed."""
    right = VersionOfFile(
        version=1,
        job="j",
        file_name="a.csv",
        made_by="ada",
        made_at="2026-01-01T00:00:00+00:00",
        engine="1",
        settings={},
        law=LAW,
    )
    return msgspec.structs.replace(right, **changed)


def signed(*versions: VersionOfFile) -> bytes:
    """The signed file of these versions, whatever they are."""
    key = Ed25519PrivateKey.generate()
    text = msgspec.json.encode(LibraryOfFile(name="limits", versions=versions))
    public = public_key_of(key.public_key()).pem.decode()
    signature = key.sign(PURPOSE + text).hex()
    return msgspec.json.encode(
        SignedLibrary(library=text.decode(), public_key=public, signature=signature)
    )


def law(groups: int) -> str:
    """A law with so many groups and without their covariance."""
    of_one = msgspec.json.decode(LAW)
    of_one["groups"] = of_one["groups"][:1] * groups
    of_one["covariance"] = []
    return msgspec.json.encode(of_one).decode()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"job": "j" * 33}, "length <= 32"),
        ({"made_by": "a" * 255}, "length <= 254"),
        ({"engine": "1" * 33}, "length <= 32"),
        ({"file_name": "f" * 201}, "length <= 200"),
        ({"made_at": "1" * 41}, "length <= 40"),
        ({"file_name": "a\0b"}, "matching regex"),
        ({"settings": {"a": "b" * 10_000}}, "at most 10000 bytes"),
        ({"law": law(501)}, "at most 500 groups"),
        ({"law": LAW + " " * 1_000_000}, "at most 1 MB"),
    ],
    ids=["job", "made_by", "engine", "file_name", "made_at", "nul", "settings", "groups", "law"],
)
def test_a_file_with_what_cannot_be_kept_is_refused(
    client: httpx.Client, changed: dict[str, Any], reason: str
) -> None:
    file = {"file": ("a.sialolib", signed(version(**changed)))}
    answer = client.post("/api/v1/library-files", files=file)

    assert answer.status_code == httpx.codes.BAD_REQUEST, answer.text
    assert reason in answer.json()["detail"]


@pytest.mark.parametrize("data", [b"[" * 100_000, b" " * (MOST_BYTES + 1)], ids=["deep", "large"])
def test_a_file_that_is_too_deep_or_too_large_is_refused(client: httpx.Client, data: bytes) -> None:
    answer = client.post("/api/v1/library-files", files={"file": ("a.sialolib", data)})

    assert answer.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.REQUEST_ENTITY_TOO_LARGE}


@pytest.mark.parametrize(
    "versions",
    [(), (version(job="j" * 33),), (version(law=LAW + " " * 970_000),) * 21],
    ids=["empty", "long", "large"],
)
def test_what_could_not_be_imported_again_is_not_exported(
    versions: tuple[VersionOfFile, ...],
) -> None:
    with pytest.raises(LibraryFileError):
        write_library(LibraryOfFile(name="a", versions=versions), Ed25519PrivateKey.generate())


@pytest.mark.usefixtures("database")
def test_lists_read_no_laws() -> None:
    async def work() -> None:
        saved = await save_versions("lists", [NEW, NEW], owner="ada")
        library = saved[0].library
        (newest, _) = await versions_of(library)
        assert (newest.id, newest.classes, newest.anchors) == (f"{library}-2", 1, 3)
        assert newest.spread_min == pytest.approx(0.03)
        assert "law" not in newest._fields
        assert await newest_of(library) == 2

    asyncio.run(work())


@pytest.mark.usefixtures("database")
def test_the_libraries_of_an_owner_have_a_limit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_versions, "MOST_BYTES_OF_OWNER", 2_000_000)
    large = NEW._replace(law=" " * 999_000)

    async def work() -> None:
        first = await save_version("one", large, owner="ada")
        await save_version("two", large, owner="ada")
        with pytest.raises(LibraryError, match="exceed 2 MB together"):
            await save_version("three", large, owner="ada")
        await save_version("one", large, owner="bob")
        assert [each.name for each in await libraries("ada")] == ["one", "two"]
        assert await bytes_of(first.library) == 999_002

    asyncio.run(work())


@pytest.mark.usefixtures("database")
def test_versions_saved_at_once_under_one_name_follow_each_other() -> None:
    async def work() -> None:
        saved = await asyncio.gather(*(save_version("busy", NEW, owner="ada") for _ in range(6)))
        assert sorted(each.version for each in saved) == [1, 2, 3, 4, 5, 6]
        assert len({each.library for each in saved}) == 1

    asyncio.run(work())
