"""Who acts at the moment, and from which address: what the security trail says of each event.

The web sets it for each request and the command line for each command, so that a change need not
be handed its author through every call.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Actor(NamedTuple):
    """An account by id and name, the address of its request, and the id of its API token if any.

    The id is empty for somebody who has not logged in.
    """

    id: str = ""
    name: str = ""
    address: str = ""
    token: str = ""


SERVICE = Actor(name="service")
_actor: ContextVar[Actor] = ContextVar("actor", default=SERVICE)


def actor() -> Actor:
    """Who acts at the moment."""
    return _actor.get()


@contextmanager
def acting(who: Actor) -> Iterator[None]:
    """Let somebody be the actor of all that is done within."""
    token = _actor.set(who)
    try:
        yield
    finally:
        _actor.reset(token)


def name_actor(account_id: str, name: str, *, token: str = "") -> None:
    """Name the account that acts, from now on until the end of the request."""
    _actor.set(actor()._replace(id=account_id, name=name, token=token))
