"""The event stream of an action on many jobs: its progress until its last job."""

from collections.abc import AsyncIterator

from app.db.jobs.changes.bulk_actions import BulkActionNotFoundError, bulk_action
from app.progress.relay import Relay
from app.web.features.bulk.views import BulkView, bulk_view
from app.web.streaming.changing_state import state_events

GONE = (BulkActionNotFoundError,)


def bulk_events(action_id: str, owner: str, relay: Relay) -> AsyncIterator[bytes]:
    """Yield the state of an action whenever it has changed, the last one as ``ended``.

    Raises:
        StreamEnd: This process is about to stop, or the action was forgotten meanwhile.
    """

    async def look() -> BulkView:
        return bulk_view(await bulk_action(action_id, owner=owner))

    return state_events(look, lambda seen: seen.is_running, relay, gone=GONE)
