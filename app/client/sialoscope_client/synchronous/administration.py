"""The methods of the synchronous client for administrators."""

from typing import Any, TypeVar, Unpack

from sialoscope_client.calls import administration_calls
from sialoscope_client.calls.administration_calls import Account, OwnQuotas, Quotas, Role
from sialoscope_client.calls.call import Call

T = TypeVar("T")


class AdministrationMethods:
    """What a client does for an administrator; ``_run`` makes a call."""

    def _run(self, call: Call[T]) -> T:
        raise NotImplementedError

    def accounts(self) -> list[Account]:
        """List all accounts."""
        return (self._run(administration_calls.accounts()))["accounts"]

    def set_role(self, account: Account | str, role: Role) -> Account:
        """Give an account, by its name or id, the role ``user``, ``viewer`` or ``admin``."""
        return self._run(administration_calls.set_role(account, role))

    def quotas(self, account: Account | str) -> Quotas:
        """Read the quotas of an account, by its name or id, and its use of them."""
        return self._run(administration_calls.quotas(account))

    def set_quotas(self, account: Account | str, **own: Unpack[OwnQuotas]) -> Quotas:
        """Set all quotas of an account; an omitted one becomes the default, 0 means no limit."""
        return self._run(administration_calls.set_quotas(account, own))

    def resize_worker(self, worker: str, places: int | None) -> int | None:
        """Set how many jobs each worker on this worker's machine runs at once.

        None returns to the setting of the machine. Running jobs finish.
        """
        return self._run(administration_calls.resize_worker(worker, places))

    def set_log_level(self, level: str, *, minutes: int = 60) -> dict[str, Any]:
        """Set the level of the server's log: ``debug``, ``info`` or ``warning``, for a while."""
        return self._run(administration_calls.set_log_level(level, minutes))

    def figures(self, *, minutes: int = 60) -> list[dict[str, Any]]:
        """Read queue, workers, Redis and database, minute by minute, of a day at most."""
        return self._run(administration_calls.figures(minutes))

    def step_times(self) -> list[dict[str, Any]]:
        """Read how long each step of the analyses took, as a histogram."""
        return self._run(administration_calls.step_times())
