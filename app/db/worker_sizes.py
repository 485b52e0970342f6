"""How many jobs each worker of a machine runs at once, where an operator set it.

A machine keeps its number when its workers start again. Without one the setting of the environment
holds.
"""

from datetime import UTC, datetime

from app.db.engine.transaction import transaction
from app.db.jobs.tables import WorkerSize
from app.db.security.trail import EventKind, record

MOST_PLACES = 64


class WorkerSizeError(Exception):
    """A worker cannot run so many jobs at once; the text says how many it can."""


async def places_on(host: str) -> int | None:
    """Return how many jobs each worker of a machine runs at once; None if nobody set it."""
    row = await WorkerSize.select(WorkerSize.places).where(WorkerSize.host == host).first()
    return int(row["places"]) if row else None


async def set_places(host: str, places: int | None, *, by: str) -> None:
    """Set how many jobs each worker of a machine runs at once; None returns to the setting.

    Raises:
        WorkerSizeError: the number is out of range.
    """
    if places is not None and not 1 <= places <= MOST_PLACES:
        raise WorkerSizeError(f"A worker runs from 1 to {MOST_PLACES} jobs at once, not {places}.")
    async with transaction():
        await WorkerSize.delete().where(WorkerSize.host == host)
        if places is not None:
            row = WorkerSize(host=host, places=places, set_by=by, set_at=datetime.now(UTC))
            await WorkerSize.insert(row)
        await record(EventKind.WORKER_RESIZED, detail={"host": host, "places": places})
