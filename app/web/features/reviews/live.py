"""The event stream of a review: how far its readers are, until it is closed."""

from collections.abc import AsyncIterator

from app.db.jobs.errors import JobNotFoundError
from app.db.reviews.errors import ReviewNotFoundError
from app.progress.relay import Relay
from app.web.features.reviews.access import access
from app.web.features.reviews.views import ReviewView, review_view
from app.web.streaming.changing_state import state_events

GONE = (ReviewNotFoundError, JobNotFoundError)


def review_events(review_id: str, by: str, relay: Relay) -> AsyncIterator[bytes]:
    """Yield the review as the user may see it whenever it has changed, the last one as ``ended``.

    Raises:
        StreamEnd: this process is about to stop, the user may no longer see it, or its job was
            deleted.
    """

    async def look() -> ReviewView:
        return await review_view(await access(review_id, by))

    return state_events(look, lambda seen: seen.is_open, relay, gone=GONE)
