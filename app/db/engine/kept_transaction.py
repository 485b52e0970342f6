"""A transaction that gives its connection back, whatever happens to the database.

Piccolo's transactions keep a connection whose first or last statement failed, and stay the current
transaction of their task. Such a task could never query again, and after some failures a pool of
connections would have none left.
"""

from contextlib import suppress
from typing import Any


class KeptTransaction:
    """Goes before Piccolo's transaction class among the bases of a class for one database.

    Its engine has ``acquire`` and ``release`` for a connection.
    """

    # Of Piccolo's transactions.
    engine: Any
    connection: Any
    context: Any
    begin: Any
    commit: Any
    rollback: Any
    _parent: Any
    _committed: bool
    _rolled_back: bool

    async def __aenter__(self) -> Any:  # noqa: ANN401 - Piccolo's transaction
        if self._parent is not None:
            return self._parent
        self.connection = await self.engine.acquire()
        try:
            await self.begin()
        except BaseException:
            await self.engine.release(self.connection)
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: object, error: object, traceback: object) -> bool:
        if self._parent is not None:
            return False
        try:
            await self._end(is_failed=error is not None)
        finally:
            self.engine.current_transaction.reset(self.context)
            await self.engine.release(self.connection)
        return False

    async def _end(self, *, is_failed: bool) -> None:
        """Commit, or roll back after an error, unless the body has done so."""
        if self._committed or self._rolled_back:
            return
        if not is_failed:
            await self.commit()
            return
        # A database rolls back by itself when a connection is lost. The body's error is the one
        # to report.
        with suppress(Exception):
            await self.rollback()
