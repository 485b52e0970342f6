"""Retention libraries: save, find, share and delete them. A version never changes."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
from piccolo.columns import And, Or
from piccolo.query.functions import Max

from app.db.engine.clock import from_now
from app.db.engine.transaction import transaction
from app.db.libraries.errors import LibraryError, LibraryNotFoundError
from app.db.libraries.tables import LibraryRun, LibraryVersion, RetentionLibrary

MOST_LIBRARIES, MOST_VERSIONS = 100, 1_000
LONGEST_NAME = 60


class NewVersion(NamedTuple):
    """The law of a run, as text, and where it comes from."""

    job: str
    file_name: str
    made_by: str
    engine: str
    settings: dict[str, Any]
    law: str


async def libraries(user: str) -> list[RetentionLibrary]:
    """Return the libraries that a user may use, sorted by name."""
    return await RetentionLibrary.objects().where(_may_use(user)).order_by(RetentionLibrary.name)


async def library_of(library_id: str, user: str, *, to_change: bool = False) -> RetentionLibrary:
    """Return a library that a user may use, or only one to change.

    Raises:
        LibraryNotFoundError: there is none.
    """
    allowed = RetentionLibrary.owner == user if to_change else _may_use(user)
    is_it = And(RetentionLibrary.id == library_id, allowed)
    found = await RetentionLibrary.objects().where(is_it).first()
    if found is None:
        raise LibraryNotFoundError(
            f"There is no retention library {library_id}; it may have been deleted, or it is not "
            "yours."
        )
    return found


async def newest_versions(user: str) -> list[tuple[RetentionLibrary, int]]:
    """Return the libraries that a user may use, by name, with the number of the newest version."""
    found = await libraries(user)
    ids = [library.id for library in found] or [""]
    rows = (
        await LibraryVersion.select(LibraryVersion.library, Max(LibraryVersion.version, "newest"))
        .where(LibraryVersion.library.is_in(ids))
        .group_by(LibraryVersion.library)
    )
    newest = {row["library"]: int(row["newest"]) for row in rows}
    return [(library, newest.get(library.id, 0)) for library in found]


async def versions_of(library_id: str) -> list[LibraryVersion]:
    """Return the versions of a library, the newest first."""
    is_its = LibraryVersion.library == library_id
    return (
        await LibraryVersion.objects()
        .where(is_its)
        .order_by(LibraryVersion.version, ascending=False)
    )


async def version_by_id(version_id: str) -> LibraryVersion:
    """Return a version by its id, whoever may see its library.

    Raises:
        LibraryNotFoundError: it was deleted.
    """
    found = await LibraryVersion.objects().where(LibraryVersion.id == version_id).first()
    if found is None:
        raise LibraryNotFoundError(
            "The retention library of this job was deleted. Choose another one, or none."
        )
    return found


async def name_of(library_id: str) -> str:
    """Return the name of a library."""
    is_it = RetentionLibrary.id == library_id
    found = await RetentionLibrary.select(RetentionLibrary.name).where(is_it).first()
    return str(found["name"]) if found else ""


async def save_version(name: str, new: NewVersion, *, owner: str) -> LibraryVersion:
    """Save the law of a run as the next version of the owner's library of this name.

    Raises:
        LibraryError: the name cannot be used, or there are too many libraries or versions.
    """
    (saved,) = await save_versions(name, [new], owner=owner)
    return saved


async def save_versions(
    name: str, new: Sequence[NewVersion], *, owner: str
) -> list[LibraryVersion]:
    """Save several versions in their order, as ``save_version`` does."""
    async with transaction():
        library = await _library_named(_checked_name(name), owner)
        last = await LibraryVersion.count().where(LibraryVersion.library == library.id)
        if last + len(new) > MOST_VERSIONS:
            raise LibraryError(f"A library has at most {MOST_VERSIONS} versions; begin a new one.")
        rows = [_row(library.id, last + n, each) for n, each in enumerate(new, start=1)]
        await LibraryVersion.insert(*rows)
    return rows


async def share_library(library: RetentionLibrary, *, is_shared: bool) -> None:
    """Let everybody use a library, or the owner alone."""
    values: dict[Any, Any] = {RetentionLibrary.is_shared: is_shared}
    await RetentionLibrary.update(values).where(RetentionLibrary.id == library.id)


async def delete_library(library_id: str) -> None:
    """Delete a library with its versions; results that used it keep what they need."""
    async with transaction():
        await RetentionLibrary.delete().where(RetentionLibrary.id == library_id)
        await LibraryVersion.delete().where(LibraryVersion.library == library_id)
        await LibraryRun.delete().where(LibraryRun.library == library_id)


async def forget_libraries(owner: str) -> None:
    """Delete all libraries of an owner."""
    rows = await RetentionLibrary.select(RetentionLibrary.id).where(RetentionLibrary.owner == owner)
    for row in rows:
        await delete_library(row["id"])


def _may_use(user: str) -> Or:
    return Or(RetentionLibrary.owner == user, RetentionLibrary.is_shared.eq(True))


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise LibraryError(f"Give the method a name of 1 to {LONGEST_NAME} characters.")
    return name


async def _library_named(name: str, owner: str) -> RetentionLibrary:
    is_owned = RetentionLibrary.owner == owner
    own = await RetentionLibrary.objects().where(is_owned)
    for library in own:
        if library.name == name:
            return library
    if len(own) >= MOST_LIBRARIES:
        raise LibraryError(f"You have {MOST_LIBRARIES} libraries; delete one before you add more.")
    made = RetentionLibrary(id=uuid4().hex, owner=owner, name=name, created_at=from_now())
    await RetentionLibrary.insert(made)
    return made


def _row(library_id: str, version: int, new: NewVersion) -> LibraryVersion:
    return LibraryVersion(
        id=f"{library_id}-{version}",
        library=library_id,
        version=version,
        job=new.job,
        file_name=new.file_name,
        made_by=new.made_by,
        made_at=from_now(),
        engine=new.engine,
        settings=msgspec.json.encode(new.settings).decode(),
        law=new.law,
        sha256=sha256(new.law.encode()).hexdigest(),
    )
