"""Whether there is an administrator, where users log in by name."""

from app.commands.doctor.finding import Findings, Installation, error, ok
from app.db.accounts.store import AccountStore
from app.db.engine.connect import DATABASE_FAULTS, kept_open


async def check(installation: Installation) -> Findings:
    """Look for an administrator that is not disabled; nothing to look at without accounts."""
    if not installation.settings.has_accounts:
        return
    try:
        async with kept_open():
            has_admin = await AccountStore().has_admin()
    except DATABASE_FAULTS:
        return  # told by the checks of the database and its schema
    if has_admin:
        yield ok("accounts", "There is an administrator.")
        return
    yield error(
        "accounts-nobody",
        "There are accounts, but no administrator who can log in.",
        why="Nobody can invite users, see the page of operations or let one in again.",
        remedy="sialoscope user add you@lab.example --admin",
    )
