"""What ``sialoscope up`` does once before the first process works, in a process of its own."""

from app.db.accounts.store import AccountStore
from app.db.migrate import migrate
from app.observability import tracing
from app.server.preflight import (
    require_broker,
    require_database,
    require_folders,
    require_mail,
    require_sign_on,
)
from app.settings import Settings

HAS_ADMIN = "has an administrator"


async def prepare(settings: Settings) -> str:
    """Check the parts, migrate the database, and return ``HAS_ADMIN`` if there is one.

    The embedded broker starts meanwhile, so only another one is checked.

    Raises:
        CannotStartError: a part cannot be used, or a migration failed.
    """
    tracing.require(settings)
    require_folders(settings)
    require_mail(settings)
    require_sign_on(settings)
    await require_database(settings)
    if not settings.has_embedded_broker:
        await require_broker(settings)
    await migrate()
    return HAS_ADMIN if settings.has_accounts and await AccountStore().has_admin() else ""
