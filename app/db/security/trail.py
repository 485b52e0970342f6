"""The security trail: who changed accounts and settings, when, and from which address.

Code that changes something records it in the same transaction. Triggers of the database prevent
changes and deletions of entries.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

import msgspec
from piccolo.columns import And, Or
from piccolo.columns.combination import Where

from app.db.accounts.names import name_key
from app.db.accounts.tables import Account
from app.db.security.actor import Actor, actor
from app.db.security.tables import SecurityEvent

LONGEST_ADDRESS = 64
LONGEST_TEXT = 254

Condition: TypeAlias = And | Or | Where


class EventKind(StrEnum):
    """The kinds of events in the security trail."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOGOUT = "logout"
    SESSIONS_ENDED = "sessions_ended"
    INVITATION_MADE = "invitation_made"
    INVITATION_USED = "invitation_used"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_DELETED = "account_deleted"
    ROLE_CHANGED = "role_changed"
    IDENTITY_LINKED = "identity_linked"
    JOBS_HANDED_OVER = "jobs_handed_over"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - no secret
    PASSWORD_RESET = "password_reset"  # noqa: S105
    RESET_LINK_MADE = "reset_link_made"
    SECOND_FACTOR_SET_UP = "second_factor_set_up"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    QUOTAS_CHANGED = "quotas_changed"
    SECOND_FACTOR_POLICY = "second_factor_policy"
    TOKEN_MADE = "token_made"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    STREAM_TOKEN_MADE = "stream_token_made"  # noqa: S105
    STREAM_TOKEN_REVOKED = "stream_token_revoked"  # noqa: S105
    SHARE_GIVEN = "share_given"
    SHARE_TAKEN_BACK = "share_taken_back"
    WEBHOOK_MADE = "webhook_made"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_DELETED = "webhook_deleted"
    LIBRARY_SAVED = "library_saved"
    LIBRARY_IMPORTED = "library_imported"
    LIBRARY_EXPORTED = "library_exported"
    LIBRARY_SHARED = "library_shared"
    LIBRARY_UNSHARED = "library_unshared"
    LIBRARY_DELETED = "library_deleted"
    DATA_RETENTION_CHANGED = "data_retention_changed"
    SCHEDULE_CHANGED = "schedule_changed"
    SCHEDULE_STARTED = "schedule_started"
    QUEUE_PAUSED = "queue_paused"
    QUEUE_RESUMED = "queue_resumed"
    WORKER_RESIZED = "worker_resized"
    ALERTS_CHANGED = "alerts_changed"
    LOG_LEVEL_CHANGED = "log_level_changed"


class TrailFilter(NamedTuple):
    """A filter of entries: by account (id or name), by kind, and by days (UTC, inclusive)."""

    account: str = ""
    kind: EventKind | None = None
    since: date | None = None
    until: date | None = None


async def record(
    kind: EventKind,
    *,
    about: str = "",
    about_name: str = "",
    by: Actor | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write an entry; without ``about_name`` the name of the account is looked up.

    Details that are None are left out.
    """
    by = by or actor()
    known = {"by_token": by.token or None, **(detail or {})}
    details = {name: value for name, value in known.items() if value is not None}
    event = SecurityEvent(
        at=datetime.now(UTC),
        kind=kind.value,
        actor=by.id,
        actor_name=by.name[:LONGEST_TEXT],
        about=about,
        about_name=(about_name or await _name_of(about, by))[:LONGEST_TEXT],
        address=by.address[:LONGEST_ADDRESS],
        detail=msgspec.json.encode(details).decode(),
    )
    await SecurityEvent.insert(event)


async def entries(which: TrailFilter, *, limit: int, offset: int = 0) -> list[SecurityEvent]:
    """Return a page of the entries that match a filter, newest first."""
    query = SecurityEvent.objects().order_by(SecurityEvent.id, ascending=False)
    for condition in await _conditions(which):
        query = query.where(condition)
    return await query.limit(limit).offset(offset)


async def count_entries(which: TrailFilter) -> int:
    """Return how many entries match a filter."""
    query = SecurityEvent.count()
    for condition in await _conditions(which):
        query = query.where(condition)
    return int(await query)


def detail_of(event: SecurityEvent) -> dict[str, Any]:
    """Return the decoded details of an entry."""
    details: dict[str, Any] = msgspec.json.decode(event.detail)
    return details


async def _conditions(which: TrailFilter) -> list[Condition]:
    found: list[Condition] = []
    if which.account:
        found.append(await _concerns(which.account))
    if which.kind:
        found.append(SecurityEvent.kind == which.kind.value)
    if which.since:
        found.append(SecurityEvent.at >= _begin(which.since))
    if which.until:
        found.append(SecurityEvent.at <= datetime.combine(which.until, time.max, UTC))
    return found


async def _concerns(account: str) -> Condition:
    """Match entries by or about an account, by id or name, even if it is deleted."""
    is_it = Account.name_key == name_key(account)
    rows = await Account.select(Account.id).where(is_it)
    ids = [account, *(row["id"] for row in rows)]
    by_id = Or(SecurityEvent.actor.is_in(ids), SecurityEvent.about.is_in(ids))
    by_name = Or(SecurityEvent.actor_name == account, SecurityEvent.about_name == account)
    return Or(by_id, by_name)


async def _name_of(account_id: str, by: Actor) -> str:
    if not account_id or account_id == by.id:
        return by.name if account_id else ""
    row = await Account.select(Account.name).where(Account.id == account_id).first()
    return str(row["name"]) if row else account_id


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
