"""The current actor and its address, for the entries of the security trail.

The web sets it for each request and the command line for each command, so that calls need not pass
it along.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Actor(NamedTuple):
    """An account's id and name, the address of its request, and the id of its API token, if any.

    The id is empty for a user who has not logged in.
    """

    id: str = ""
    name: str = ""
    address: str = ""
    token: str = ""


SERVICE = Actor(name="service")
_actor: ContextVar[Actor] = ContextVar("actor", default=SERVICE)


def actor() -> Actor:
    """Return the current actor."""
    return _actor.get()


@contextmanager
def acting(who: Actor) -> Iterator[None]:
    """Set the actor for the body of the ``with``."""
    token = _actor.set(who)
    try:
        yield
    finally:
        _actor.reset(token)


def name_actor(account_id: str, name: str, *, token: str = "") -> None:
    """Set the account of the current actor until the end of the request."""
    _actor.set(actor()._replace(id=account_id, name=name, token=token))
