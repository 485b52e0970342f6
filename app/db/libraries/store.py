"""Retention libraries: find, share and delete them. A version never changes."""

from datetime import datetime
from typing import Any, NamedTuple

from piccolo.columns import And, Or
from piccolo.query.functions import Max, Sum

from app.db.engine.transaction import transaction
from app.db.libraries.errors import LibraryNotFoundError
from app.db.libraries.tables import LibraryRun, LibraryVersion, RetentionLibrary
from app.db.security.trail import EventKind, record


class Version(NamedTuple):
    """A version of a library without its law, which may be large."""

    id: str
    version: int
    job: str
    file_name: str
    made_by: str
    made_at: datetime
    engine: str
    settings: str
    sha256: str
    classes: int
    anchors: int
    spread_min: float
    imported_by: str
    signed_by: str


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


async def newest_of(library_id: str) -> int:
    """Return the number of the newest version of a library, 0 if it has none."""
    is_its = LibraryVersion.library == library_id
    return int(await LibraryVersion.count().where(is_its))


async def versions_of(library_id: str) -> list[Version]:
    """Return the versions of a library without their laws, the newest first."""
    columns = [getattr(LibraryVersion, name) for name in Version._fields]
    is_its = LibraryVersion.library == library_id
    rows = LibraryVersion.select(*columns).where(is_its)
    found = await rows.order_by(LibraryVersion.version, ascending=False)
    return [Version(**row) for row in found]


async def whole_versions(library_id: str) -> list[LibraryVersion]:
    """Return the versions of a library with their laws, the oldest first."""
    is_its = LibraryVersion.library == library_id
    return await LibraryVersion.objects().where(is_its).order_by(LibraryVersion.version)


async def bytes_of(*library_ids: str) -> int:
    """Return the size of the laws and settings of libraries together, in bytes."""
    are_theirs = LibraryVersion.library.is_in(list(library_ids) or [""])
    (row,) = await LibraryVersion.select(Sum(LibraryVersion.size_bytes)).where(are_theirs)
    return int(row["sum"] or 0)


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


async def share_library(library: RetentionLibrary, *, is_shared: bool) -> None:
    """Let everybody use a library, or the owner alone."""
    values: dict[Any, Any] = {RetentionLibrary.is_shared: is_shared}
    is_other = And(RetentionLibrary.id == library.id, RetentionLibrary.is_shared.eq(not is_shared))
    kind = EventKind.LIBRARY_SHARED if is_shared else EventKind.LIBRARY_UNSHARED
    async with transaction():
        changed = RetentionLibrary.update(values).where(is_other)
        if await changed.returning(RetentionLibrary.id):
            await record_event(kind, library)


async def delete_library(library: RetentionLibrary) -> None:
    """Delete a library with its versions; results that used it keep what they need."""
    async with transaction():
        gone = RetentionLibrary.delete().where(RetentionLibrary.id == library.id)
        if await gone.returning(RetentionLibrary.id):
            await record_event(EventKind.LIBRARY_DELETED, library)
        await LibraryVersion.delete().where(LibraryVersion.library == library.id)
        await LibraryRun.delete().where(LibraryRun.library == library.id)


async def forget_libraries(owner: str) -> None:
    """Delete all libraries of an owner."""
    for each in await RetentionLibrary.objects().where(RetentionLibrary.owner == owner):
        await delete_library(each)


async def record_event(kind: EventKind, library: RetentionLibrary, **detail: object) -> None:
    """Write what was done to a library into the security trail."""
    known = {"library": library.name, "id": library.id, **detail}
    await record(kind, about=library.owner, detail=known)


def _may_use(user: str) -> Or:
    return Or(RetentionLibrary.owner == user, RetentionLibrary.is_shared.eq(True))
