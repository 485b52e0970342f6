"""The filter of the security trail, and its entries as the API and the page show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar.params import Parameter

from app.db.accounts.names import LONGEST_NAME
from app.db.security.tables import SecurityEvent
from app.db.security.trail import EventKind, TrailFilter, count_entries, detail_of, entries
from app.web.http.days import DAY, period
from app.web.http.faults.errors import QueryError

PATH = "/admin/security"
ACCOUNT = Parameter(
    description="The name or id of an account: its actions and the actions on it.",
    max_length=LONGEST_NAME,
)
KIND = Parameter(
    description=f"One of {', '.join(EventKind)}.", schema_extra={"enum": [*EventKind, ""]}
)
SINCE = Parameter(description="On this day (UTC) or later, such as 2026-11-25.", schema_extra=DAY)
UNTIL = Parameter(description="On this day (UTC) or earlier.", schema_extra=DAY)


class SecurityEventView(msgspec.Struct, frozen=True, kw_only=True):
    """An action on an account or a setting, in UTC.

    ``actor`` and ``about`` are ids of accounts: ``actor`` is empty for somebody who is not logged
    in, ``about`` if the action is about no account. The names are those at that time.
    """

    id: int
    at: datetime
    kind: str
    actor: str
    actor_name: str
    about: str
    about_name: str
    address: str
    detail: dict[str, Any]


class SecurityTrail(msgspec.Struct, frozen=True, kw_only=True):
    """Some entries of the security trail, newest first; ``total`` counts all that match."""

    total: int
    events: list[SecurityEventView]


@dataclass(frozen=True)
class TrailView:
    """The filter in an address, and the addresses of its other pages."""

    which: TrailFilter

    def __call__(self, *, page: int = 1) -> str:
        """The address of a page."""
        given = {name: str(value) for name, value in self.which._asdict().items() if value}
        query = given | ({"page": str(page)} if page > 1 else {})
        return f"{PATH}?{urlencode(query)}" if query else PATH


async def trail_view(
    account: Annotated[str, ACCOUNT] = "",
    kind: Annotated[str, KIND] = "",
    since: Annotated[str, SINCE] = "",
    until: Annotated[str, UNTIL] = "",
) -> TrailView:
    """The view that a request names.

    Raises:
        QueryError: There is no such kind, or no such day.
    """
    if kind and kind not in list(EventKind):
        raise QueryError(f"There is no kind {kind}; use one of {', '.join(EventKind)}.")
    first, last = period(since, until)
    which = TrailFilter(
        account=account.strip(),
        kind=EventKind(kind) if kind else None,
        since=first,
        until=last,
    )
    return TrailView(which)


async def found(view: TrailView, *, limit: int, offset: int) -> SecurityTrail:
    """The entries of a page of a view."""
    events = await entries(view.which, limit=limit, offset=offset)
    total = await count_entries(view.which)
    return SecurityTrail(total=total, events=[event_view(event) for event in events])


def event_view(event: SecurityEvent) -> SecurityEventView:
    """The view of an entry."""
    return SecurityEventView(
        id=event.id,
        at=event.at,
        kind=event.kind,
        actor=event.actor,
        actor_name=event.actor_name,
        about=event.about,
        about_name=event.about_name,
        address=event.address,
        detail=detail_of(event),
    )
