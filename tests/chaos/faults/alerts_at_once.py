"""Several schedulers find the same trouble at the same moment, and later that it is over."""

import asyncio
from datetime import UTC, datetime
from random import Random

from app.db.notifications.alert_policy import current_policy
from app.db.notifications.alerts import CALM_FOR
from app.settings import Settings
from tests.chaos.faults.queue_ordered import until_done
from tests.chaos.installation import Installation
from workers.upkeep.alert_watch import note

# The installation has no public address, so its own schedulers never change this alert.
RULE = "certificate"
AT_ONCE = 4


def inject(installation: Installation, _: Random) -> None:
    """Raise an alert and end it, each from several sides at once."""
    settings = Settings(data_folder=installation.server.data)
    now = datetime.now(UTC)
    until_done(lambda: _note_at_once("The certificate ends soon.", settings, now))
    until_done(lambda: _note_at_once("", settings, now))
    until_done(lambda: _note_at_once("", settings, now + CALM_FOR))


async def _note_at_once(found: str, settings: Settings, now: datetime) -> None:
    policy = await current_policy()
    noting = (note(RULE, found, policy, settings, now=now) for _ in range(AT_ONCE))
    await asyncio.gather(*noting)
