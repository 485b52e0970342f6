"""The methods of the synchronous client about alerts."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sialoscope_client.calls import alert_calls
from sialoscope_client.calls.alert_calls import Alerts
from sialoscope_client.calls.call import Call

T = TypeVar("T")


class AlertMethods:
    """What a client of an administrator does with alerts; ``_run`` makes a call."""

    def _run(self, call: Call[T]) -> T:
        raise NotImplementedError

    def alerts(self) -> Alerts:
        """Read the rules of alerts, who gets them, and the last alerts."""
        return self._run(alert_calls.alerts())

    def change_alerts(
        self,
        *,
        rules: Mapping[str, Mapping[str, Any]] | None = None,
        recipients: Iterable[str] | None = None,
    ) -> Alerts:
        """Change some rules, such as ``{"disk": {"on": True, "threshold": 95}}``."""
        return self._run(alert_calls.change_alerts(rules, recipients))
