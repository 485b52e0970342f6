"""The requests of administrators: accounts, roles, quotas, sizes of workers, log and figures."""

from datetime import datetime
from typing import Any, Literal, TypeAlias, TypedDict
from urllib.parse import quote

import msgspec

from sialoscope_client.calls.call import Call, reads

Role: TypeAlias = Literal["user", "viewer", "admin"]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account; ``last_login_at`` is UTC."""

    id: str
    name: str
    role: str
    disabled: bool
    last_login_at: datetime | None = None


class Quotas(msgspec.Struct, frozen=True, kw_only=True):
    """The quotas set for an account, those that hold for it (0: no limit), and its use of them."""

    account: str
    own: dict[str, int | None]
    limits: dict[str, int]
    used: dict[str, int]


class OwnQuotas(TypedDict, total=False):
    """Quotas of an account; None or an omitted one is the default of the server, 0 no limit."""

    waiting_jobs: int | None
    storage_mb: int | None
    submissions_per_hour: int | None
    running_jobs: int | None
    started_per_hour: int | None


def accounts() -> Call[dict[str, list[Account]]]:
    """List all accounts."""
    return Call("GET", "/api/v1/accounts", reads(dict[str, list[Account]]))


def set_role(account: Account | str, role: Role) -> Call[Account]:
    """Give an account another role."""
    sent = {"json": {"role": role}}
    return Call("PUT", _path(account, "role"), reads(Account), sent=sent)


def quotas(account: Account | str) -> Call[Quotas]:
    """Read the quotas of an account."""
    return Call("GET", _path(account, "quotas"), reads(Quotas))


def set_quotas(account: Account | str, own: OwnQuotas) -> Call[Quotas]:
    """Set all quotas of an account."""
    return Call("PUT", _path(account, "quotas"), reads(Quotas), sent={"json": dict(own)})


def resize_worker(worker: str, places: int | None) -> Call[int | None]:
    """Set how many jobs each worker on a worker's machine runs at once."""
    path = f"/api/v1/ops/workers/{quote(worker, safe='')}/places"
    read = reads(dict[str, int | None])
    sent = {"json": {"places": places}}
    return Call("PUT", path, lambda answer: read(answer)["places"], sent=sent)


def set_log_level(level: str, minutes: int) -> Call[dict[str, Any]]:
    """Set the level of the server's log for a while."""
    sent = {"json": {"level": level, "minutes": minutes}}
    return Call("PUT", "/api/v1/ops/log-level", reads(dict[str, Any]), sent=sent)


def figures(minutes: int) -> Call[list[dict[str, Any]]]:
    """Read the figures of the installation over time."""
    read = reads(dict[str, list[dict[str, Any]]])
    sent = {"params": {"minutes": minutes}}
    return Call("GET", "/api/v1/ops/figures", lambda answer: read(answer)["figures"], sent=sent)


def step_times() -> Call[list[dict[str, Any]]]:
    """Read how long the steps of analyses took."""
    read = reads(dict[str, list[dict[str, Any]]])
    return Call("GET", "/api/v1/ops/steps", lambda answer: read(answer)["steps"])


def _path(account: Account | str, what: str) -> str:
    name = account if isinstance(account, str) else account.id
    return f"/api/v1/accounts/{quote(name, safe='')}/{what}"
