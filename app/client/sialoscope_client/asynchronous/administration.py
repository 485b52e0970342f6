"""The methods of the asynchronous client for administrators."""

from typing import Any, TypeVar, Unpack

from sialoscope_client.calls import administration_calls
from sialoscope_client.calls.administration_calls import Account, OwnQuotas, Quotas, Role
from sialoscope_client.calls.call import Call

T = TypeVar("T")


class AsyncAdministrationMethods:
    """What a client does for an administrator; ``_run`` makes a call."""

    async def _run(self, call: Call[T]) -> T:
        raise NotImplementedError

    async def accounts(self) -> list[Account]:
        """List all accounts."""
        return (await self._run(administration_calls.accounts()))["accounts"]

    async def set_role(self, account: Account | str, role: Role) -> Account:
        """Give an account, by its name or id, the role ``user``, ``viewer`` or ``admin``."""
        return await self._run(administration_calls.set_role(account, role))

    async def quotas(self, account: Account | str) -> Quotas:
        """Read the quotas of an account, by its name or id, and its use of them."""
        return await self._run(administration_calls.quotas(account))

    async def set_quotas(self, account: Account | str, **own: Unpack[OwnQuotas]) -> Quotas:
        """Set all quotas of an account; an omitted one becomes the default, 0 means no limit."""
        return await self._run(administration_calls.set_quotas(account, own))

    async def resize_worker(self, worker: str, places: int | None) -> int | None:
        """Set how many jobs each worker on this worker's machine runs at once.

        None returns to the setting of the machine. Running jobs finish.
        """
        return await self._run(administration_calls.resize_worker(worker, places))

    async def set_log_level(self, level: str, *, minutes: int = 60) -> dict[str, Any]:
        """Set the level of the server's log: ``debug``, ``info`` or ``warning``, for a while."""
        return await self._run(administration_calls.set_log_level(level, minutes))

    async def figures(self, *, minutes: int = 60) -> list[dict[str, Any]]:
        """Read queue, workers, Redis and database, minute by minute, of a day at most."""
        return await self._run(administration_calls.figures(minutes))

    async def step_times(self) -> list[dict[str, Any]]:
        """Read how long each step of the analyses took, as a histogram."""
        return await self._run(administration_calls.step_times())
