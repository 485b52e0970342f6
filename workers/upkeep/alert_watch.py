"""Check the rules of alerts in the scheduler, one scheduler at a time.

The state of each alert is in the database, so a restart sends nothing twice.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from app.db.engine.connect import DATABASE_FAULTS
from app.db.engine.transaction import transaction
from app.db.notifications.alert_policy import Policy, current_policy, take_turn
from app.db.notifications.alerts import calm_alert, end_alert, raise_alert
from app.notifications.alerts.checks import Checks, Found
from app.notifications.alerts.messages import queue_messages
from app.settings import Settings
from workers.notifications.mailer import Mailer
from workers.notifications.webhook_dispatcher import WebhookDispatcher

CHECK_EVERY_S = 30
SILENT_AFTER_S = 10

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class AlertWatch:
    """Raises and ends alerts, and sends their messages if no worker is there to do so."""

    settings: Settings
    checks: Checks
    mailer: Mailer
    dispatcher: WebhookDispatcher

    async def look(self) -> None:
        """Check all rules, unless a scheduler did so within the last seconds.

        Raises:
            Exception: one of ``DATABASE_FAULTS``.
        """
        if not await take_turn(CHECK_EVERY_S):
            return
        policy = await current_policy()
        for rule, choice in policy.rules.items():
            if choice.on:
                found = await self._found(rule, choice.threshold)
                await note(rule, found, policy, self.settings, now=datetime.now(UTC))
            else:  # nobody wants to hear of it any more
                await end_alert(rule, datetime.now(UTC))
        if await self._found("no_worker", SILENT_AFTER_S):
            self.mailer.wake()  # no worker sends what is due
            self.dispatcher.wake()

    async def _found(self, rule: str, threshold: int) -> Found:
        try:
            return await self.checks.of(rule)(threshold)
        except DATABASE_FAULTS:
            raise
        except Exception:  # one check that breaks must not stop the others
            logger.exception("The rule %s of alerts could not be checked.", rule)
            return None


async def note(
    rule: str, found: Found, policy: Policy, settings: Settings, *, now: datetime
) -> None:
    """Raise or end the alert of a rule by what its check found, and queue the messages."""
    if found is None:
        return
    async with transaction():
        changed = await (raise_alert(rule, found, now) if found else calm_alert(rule, now))
        if changed:
            await queue_messages(changed, policy.recipients, settings)
    if changed:
        logger.warning("Alert %s: %s", "raised" if found else "over", changed.text)
