"""The API of alerts, for administrators."""

import msgspec
from litestar import get, patch

from app.db.notifications.alert_policy import Choice, change_policy
from app.web.features.alerts.views import AlertsView, alerts_view
from app.web.http.faults.problems import problems
from app.web.http.identity.security import ADMIN, AnyRequest


class AlertChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The changes to alerts: rules by name, and recipients; omitted ones stay as they are."""

    rules: dict[str, Choice] = {}
    recipients: list[str] | None = None


@get("/api/v1/alerts", tags=["ops"], responses=problems(), opt=ADMIN)
async def show_alerts() -> AlertsView:
    """Show the rules of alerts, who gets them, and the last alerts."""
    return await alerts_view()


@patch("/api/v1/alerts", tags=["ops"], responses=problems(), opt=ADMIN)
async def change_alerts(request: AnyRequest, data: AlertChange) -> AlertsView:
    """Turn rules on or off, and change their thresholds and the addresses of the e-mails."""
    await change_policy(rules=data.rules, recipients=data.recipients, by=request.user.name)
    return await alerts_view()


HANDLERS = [show_alerts, change_alerts]
