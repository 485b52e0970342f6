"""The alerts in the database: each is raised once, and ends once its trouble stays away."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import uuid4

from piccolo.columns import And

from app.db.accounts.tables import Account
from app.db.jobs.conditions import Values
from app.db.notifications.tables import Alert, Webhook
from app.runtime.login_token import LOCAL_USER

# A value that swings around its threshold must not send an e-mail at each swing.
CALM_FOR = timedelta(minutes=2)


class AlertReceivers(NamedTuple):
    """The administrators by id, and the webhooks of theirs that are called for an event."""

    administrators: list[str]
    webhooks: list[Webhook]


async def raise_alert(rule: str, text: str, now: datetime) -> Alert | None:
    """Open an alert for a trouble; None if there is one already, which then goes on."""
    alert = Alert(id=uuid4().hex, rule=rule, text=text, raised_at=now)
    added = await Alert.insert(alert).on_conflict(action="DO NOTHING").returning(Alert.id)
    if not added:
        await _change_open(rule, {Alert.calm_since: None})
    return alert if added else None


async def calm_alert(rule: str, now: datetime, *, calm_for: timedelta = CALM_FOR) -> Alert | None:
    """Note that a trouble is away; return its alert once that ends, and None otherwise."""
    alert = await Alert.objects().where(_is_open(rule)).first()
    if alert is None:
        return None
    since = cast("datetime | None", alert.calm_since)
    if since is None:
        await _change_open(rule, {Alert.calm_since: now})
    is_over = since is not None and now - since >= calm_for
    return await end_alert(rule, now) if is_over else None


async def end_alert(rule: str, now: datetime) -> Alert | None:
    """End the open alert of a rule; None if there is none, or another process ended it."""
    rows = await _change_open(rule, {Alert.ended_at: now})
    return Alert(**rows[0]) if rows else None


async def recent_alerts(limit: int) -> list[Alert]:
    """Return the open alerts and those that ended last, the newest first."""
    return await Alert.objects().order_by(Alert.raised_at, ascending=False).limit(limit)


async def forget_alerts(*, before: datetime) -> int:
    """Delete alerts that ended before a moment; return how many."""
    return len(await Alert.delete().where(Alert.ended_at < before).returning(Alert.id))


async def receivers_of(event: str) -> AlertReceivers:
    """Return the present administrators, and their enabled webhooks for an event."""
    are_admins = And(Account.role == "admin", Account.disabled.eq(False))
    admins = [row["id"] for row in await Account.select(Account.id).where(are_admins)]
    owners = [*admins, LOCAL_USER]
    theirs = And(Webhook.owner.is_in(owners), Webhook.enabled.eq(True))
    found = await Webhook.objects().where(theirs)
    return AlertReceivers(owners, [each for each in found if event in each.events.split()])


async def _change_open(rule: str, values: Values) -> list[dict[str, Any]]:
    changed = Alert.update(values).where(_is_open(rule)).returning(*Alert.all_columns())
    rows: list[dict[str, Any]] = await changed
    return rows


def _is_open(rule: str) -> And:
    return And(Alert.rule == rule, Alert.ended_at.is_null())
