"""The ends of jobs whose notifications are not queued yet."""

from app.db.notifications.tables import Ending


async def oldest_endings(limit: int) -> list[Ending]:
    """Return the oldest ends; a trigger wrote each one when its job ended."""
    return await Ending.objects().order_by(Ending.id).limit(limit)


async def forget_ending(ending: Ending) -> None:
    """Delete an end after its e-mails and webhook deliveries are queued."""
    await Ending.delete().where(Ending.id == ending.id)
