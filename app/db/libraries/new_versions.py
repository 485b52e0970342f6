"""Save new versions of retention libraries, within the limits of their owner."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec

from app.db.engine.clock import from_now
from app.db.engine.transaction import one_by_one
from app.db.libraries.errors import LibraryError
from app.db.libraries.store import bytes_of, newest_of, record_event
from app.db.libraries.tables import LibraryVersion, RetentionLibrary
from app.db.security.trail import EventKind

MOST_LIBRARIES, MOST_VERSIONS = 100, 1_000
MOST_BYTES_OF_OWNER = 100_000_000
LONGEST_NAME = 60


class NewVersion(NamedTuple):
    """The law of a run, as text, what it was fitted to, and where it comes from.

    An imported version has who imported it, and the fingerprint of the key that signed its file.
    """

    job: str
    file_name: str
    made_by: str
    engine: str
    settings: dict[str, Any]
    law: str
    classes: int
    anchors: int
    spread_min: float
    imported_by: str = ""
    signed_by: str = ""


async def save_version(name: str, new: NewVersion, *, owner: str) -> LibraryVersion:
    """Save the law of a run as the next version of the owner's library of this name.

    Raises:
        LibraryError: the name cannot be used, or there are too many libraries, versions or bytes.
    """
    (saved,) = await save_versions(name, [new], owner=owner)
    return saved


async def save_versions(
    name: str, new: Sequence[NewVersion], *, owner: str
) -> list[LibraryVersion]:
    """Save several versions in their order, as ``save_version`` does."""
    async with one_by_one(f"libraries {owner}"):
        own = await RetentionLibrary.objects().where(RetentionLibrary.owner == owner)
        library = await _library_named(_checked_name(name), owner, own)
        last = await newest_of(library.id)
        if last + len(new) > MOST_VERSIONS:
            raise LibraryError(f"A library has at most {MOST_VERSIONS} versions; begin a new one.")
        rows = [_row(library.id, last + n, each) for n, each in enumerate(new, start=1)]
        before = await bytes_of(*(each.id for each in own))
        if before + sum(row.size_bytes for row in rows) > MOST_BYTES_OF_OWNER:
            raise LibraryError(
                f"Your libraries would exceed {MOST_BYTES_OF_OWNER // 1_000_000} MB together. "
                "Delete a library first."
            )
        await LibraryVersion.insert(*rows)
        is_imported = bool(new[0].signed_by)
        kind = EventKind.LIBRARY_IMPORTED if is_imported else EventKind.LIBRARY_SAVED
        await record_event(kind, library, versions=len(rows))
    return rows


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise LibraryError(f"Give the method a name of 1 to {LONGEST_NAME} characters.")
    return name


async def _library_named(name: str, owner: str, own: list[RetentionLibrary]) -> RetentionLibrary:
    for library in own:
        if library.name == name:
            return library
    if len(own) >= MOST_LIBRARIES:
        raise LibraryError(f"You have {MOST_LIBRARIES} libraries; delete one before you add more.")
    made = RetentionLibrary(id=uuid4().hex, owner=owner, name=name, created_at=from_now())
    await RetentionLibrary.insert(made)
    return made


def _row(library_id: str, version: int, new: NewVersion) -> LibraryVersion:
    settings, law = msgspec.json.encode(new.settings), new.law.encode()
    return LibraryVersion(
        **new._asdict() | {"settings": settings.decode()},
        id=f"{library_id}-{version}",
        library=library_id,
        version=version,
        made_at=from_now(),
        size_bytes=len(settings) + len(law),
        sha256=sha256(law).hexdigest(),
    )
