"""The requests about alerts of the installation, for administrators."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from sialoscope_client.calls.call import Call, reads

PATH = "/api/v1/alerts"


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """A trouble that was noticed; ``ended_at`` is None while it lasts."""

    id: str
    rule: str
    text: str
    raised_at: datetime
    ended_at: datetime | None


class Alerts(msgspec.Struct, frozen=True, kw_only=True):
    """The rules by their fields, who gets e-mails, and the last alerts, newest first."""

    rules: list[dict[str, Any]]
    recipients: list[str]
    webhooks: int
    alerts: list[Alert]


def alerts() -> Call[Alerts]:
    """Read the rules and the last alerts."""
    return Call("GET", PATH, reads(Alerts))


def change_alerts(
    rules: Mapping[str, Mapping[str, Any]] | None, recipients: Iterable[str] | None
) -> Call[Alerts]:
    """Change some rules and the recipients; None leaves them as they are."""
    sent: dict[str, Any] = {"rules": {name: dict(each) for name, each in (rules or {}).items()}}
    if recipients is not None:
        sent["recipients"] = list(recipients)
    return Call("PATCH", PATH, reads(Alerts), sent={"json": sent})
