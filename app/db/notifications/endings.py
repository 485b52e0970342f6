"""The ends of jobs that are yet to be told to their owners and programs."""

from app.db.notifications.tables import Ending


async def oldest_endings(limit: int) -> list[Ending]:
    """Those that wait longest; a trigger wrote each as its job ended."""
    return await Ending.objects().order_by(Ending.id).limit(limit)


async def forget_ending(ending: Ending) -> None:
    """Note that all who are to be told have their letters and deliveries."""
    await Ending.delete().where(Ending.id == ending.id)
