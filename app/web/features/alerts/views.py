"""Alerts and their rules as the API and the page show them."""

from datetime import datetime

import msgspec

from app.db.accounts.store import AccountStore
from app.db.notifications.alert_policy import RULES, current_policy
from app.db.notifications.alerts import receivers_of, recent_alerts
from app.db.notifications.tables import Alert
from app.db.notifications.webhooks import ALERT

ALERTS_SHOWN = 50


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: what it looks for, whether it is on, and its threshold, in ``unit``."""

    name: str
    title: str
    unit: str
    on: bool
    threshold: int
    least: int
    most: int


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """A trouble that was noticed; ``ended_at`` is null while it lasts. Times are UTC."""

    id: str
    rule: str
    text: str
    raised_at: datetime
    ended_at: datetime | None


class AlertsView(msgspec.Struct, frozen=True, kw_only=True):
    """The rules, who gets e-mails, and the last alerts, newest first.

    Without ``recipients`` all administrators get them. ``webhooks`` counts those of administrators
    that are called.
    """

    rules: list[RuleView]
    recipients: list[str]
    webhooks: int
    changed_by: str | None
    changed_at: datetime | None
    alerts: list[AlertView]


async def alerts_view() -> AlertsView:
    """The rules and the last alerts."""
    policy = await current_policy()
    names = await AccountStore().names({policy.changed_by})
    return AlertsView(
        rules=[
            RuleView(
                name=name,
                title=rule.title,
                unit=rule.unit,
                on=policy.rules[name].on,
                threshold=policy.rules[name].threshold,
                least=rule.least,
                most=rule.most,
            )
            for name, rule in RULES.items()
        ],
        recipients=list(policy.recipients),
        webhooks=len((await receivers_of(ALERT)).webhooks),
        changed_by=names.get(policy.changed_by, policy.changed_by) or None,
        changed_at=policy.changed_at,
        alerts=[_alert(each) for each in await recent_alerts(ALERTS_SHOWN)],
    )


def _alert(alert: Alert) -> AlertView:
    return AlertView(
        id=alert.id,
        rule=alert.rule,
        text=alert.text,
        raised_at=alert.raised_at,
        ended_at=alert.ended_at,
    )
