"""What an owner chose for tables of one shape, kept for the next table of that shape."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import msgspec
from piccolo.columns import And

from app.analysis.reading.decisions import AS_FOUND, ReadingChoices
from app.db.jobs.tables import TableChoice

MOST_SHAPES = 200


def shape_of(source: str, header: tuple[str, ...]) -> str:
    """A digest of the program and the header of a table, in hexadecimal."""
    return sha256(msgspec.json.encode([source, header])).hexdigest()


class TableChoices:
    """The choices in the database. Owners see only their own."""

    async def of(self, shape: str, *, owner: str) -> ReadingChoices:
        """Return the choices for a shape; ``AS_FOUND`` if the owner made none."""
        row = await TableChoice.objects().where(_is(shape, owner)).first()
        return msgspec.json.decode(row.choices, type=ReadingChoices) if row else AS_FOUND

    async def keep(self, shape: str, choices: ReadingChoices, *, owner: str) -> None:
        """Replace the choices for a shape; choices as the table says itself are not kept."""
        await TableChoice.delete().where(_is(shape, owner))
        if choices == AS_FOUND:
            return
        row = TableChoice(
            id=uuid4().hex,
            owner=owner,
            shape=shape,
            choices=msgspec.json.encode(choices).decode(),
            made_at=datetime.now(UTC),
        )
        await TableChoice.insert(row).on_conflict(
            target=(TableChoice.owner, TableChoice.shape), action="DO NOTHING"
        )
        await self._forget_oldest(owner)

    async def _forget_oldest(self, owner: str) -> None:
        mine = TableChoice.select(TableChoice.id).where(TableChoice.owner == owner)
        newest_first = mine.order_by(TableChoice.made_at, ascending=False)
        old = await newest_first.offset(MOST_SHAPES).limit(MOST_SHAPES)
        if old:
            await TableChoice.delete().where(TableChoice.id.is_in([row["id"] for row in old]))


def _is(shape: str, owner: str) -> And:
    return And(TableChoice.owner == owner, TableChoice.shape == shape)
