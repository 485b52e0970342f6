"""A lease on a row: claimed by one statement, and fenced by the number of the attempt.

Jobs, e-mails, webhook calls and schedule runs are all claimed, renewed and ended like this, so that
two workers never both write the same row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from piccolo.columns import And, Column, Integer
from piccolo.querystring import QueryString
from piccolo.table import Table

from app.db.engine.transaction import is_postgresql

Row = TypeVar("Row", bound=Table)

# The next turn of an owner: one more than the last turn of the owner's waiting rows, but at least
# the lowest turn of all waiting rows. So owners alternate, however many rows one of them has. Turns
# below 0 are of rows that an operator moved to the front, and count for nobody.
NEXT_TURN = """(
    SELECT MAX(turn) FROM (
        SELECT COALESCE(MAX(turn) + 1, 0) AS turn FROM {table}
        WHERE state = '{waiting}' AND {owner} = {{}}
        UNION ALL
        SELECT COALESCE(MIN(turn), 0) FROM {table} WHERE state = '{waiting}' AND turn >= 0
    ) AS turns
)"""


@dataclass(frozen=True)
class Lease(Generic[Row]):
    """How the rows of a table are claimed and held.

    ``attempt`` counts the claims of a row and is the fence: a worker that lost its lease has an old
    number and changes nothing. ``state`` is ``held`` while a worker may have the row.
    """

    table: type[Row]
    attempt: Integer
    state: Column
    held: str

    async def claim(self, statement: str, *values: object, of: str = "") -> Row | None:
        """Claim a row by an ``UPDATE`` that returns it; None if there is none to claim.

        The statement has ``{lock}`` at the end of its subquery. PostgreSQL's lock keeps two workers
        from the same row (of the alias ``of``); SQLite has one writer at a time.
        """
        lock = f"FOR UPDATE {of and f'OF {of} '}SKIP LOCKED" if is_postgresql() else ""
        rows = await self.table.raw(statement.format(lock=lock), *values)
        return self._known_part(rows[0]) if rows else None

    def _known_part(self, row: Mapping[str, Any]) -> Row:
        """The row without the columns that a newer version added to the table.

        An operator who goes back to this version keeps the newer schema.
        """
        names = {column._meta.name for column in self.table.all_columns()}  # noqa: SLF001
        return self.table(**{name: value for name, value in row.items() if name in names})

    async def claim_row(self, which: Any, values: dict[Any, Any]) -> Row | None:  # noqa: ANN401
        """Claim the row that a condition matches, and set values; None if it matches no row."""
        claimed = {self.attempt: self.attempt + 1, self.state: self.held}
        update = self.table.update(claimed | values).where(which)
        rows = await update.returning(*self.table.all_columns())
        return self.table(**rows[0]) if rows else None

    def is_held(self, row: Row) -> And:
        """Match a row only while this attempt holds it."""
        key = self.table._meta.primary_key  # noqa: SLF001 - Piccolo's documented access
        number = getattr(row, self.attempt._meta.name)  # noqa: SLF001
        is_this_attempt = And(key == getattr(row, key._meta.name), self.attempt == number)  # noqa: SLF001
        return And(is_this_attempt, self.state == self.held)

    async def change(self, row: Row, values: dict[Any, Any], *, only: Any = None) -> bool:  # noqa: ANN401
        """Change a row only while this attempt holds it; return False, and change nothing, if not.

        ``only`` takes the place of the condition that the row is held.
        """
        key = self.table._meta.primary_key  # noqa: SLF001
        which = self.is_held(row) if only is None else only
        return bool(await self.table.update(values).where(which).returning(key))


def next_turn(table: str, owner: str, *, waiting: str, owner_column: str = "owner") -> QueryString:
    """Return SQL for the turn of an owner's next row, for the statement that writes the row."""
    return QueryString(NEXT_TURN.format(table=table, waiting=waiting, owner=owner_column), owner)


def pause_s(attempts: int, pauses_s: Sequence[float]) -> float | None:
    """The pause in seconds after a number of failed attempts; None after the last one."""
    return pauses_s[attempts - 1] if attempts <= len(pauses_s) else None
