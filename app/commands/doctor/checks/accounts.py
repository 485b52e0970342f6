"""Check that a server with accounts has an administrator."""

from app.commands.doctor.finding import Findings, Installation, error, ok
from app.db.accounts.store import AccountStore
from app.db.engine.connect import DATABASE_FAULTS, kept_open


async def check(installation: Installation) -> Findings:
    """Look for an administrator who is not disabled; skip a server without accounts."""
    if not (installation.settings.has_accounts and installation.has_database):
        return
    try:
        async with kept_open():
            has_admin = await AccountStore().has_admin()
    except DATABASE_FAULTS:
        return  # the checks of the database and its schema report it
    if has_admin:
        yield ok("accounts", "There is an administrator.")
        return
    yield error(
        "accounts-nobody",
        "There are accounts, but no administrator who can log in.",
        why="Nobody can invite users, open the operations page or restore access.",
        remedy="sialoscope user add you@lab.example --admin",
    )
