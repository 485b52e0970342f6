"""A new password in the place of one that was lost, or that somebody else may know."""

from app.db.accounts.links import LinkStore
from app.db.accounts.store import AccountStore
from app.db.accounts.tokens import TokenStore
from app.db.engine.transaction import transaction
from app.db.security.trail import EventKind, record


async def reset_password(account_id: str, password_hash: str) -> None:
    """Set the password of an account without its former one; all that was open to it ends."""
    await _replace(account_id, password_hash, EventKind.PASSWORD_RESET)


async def change_password(account_id: str, password_hash: str) -> None:
    """Set the password of an account whose user typed the former one; all that was open ends."""
    await _replace(account_id, password_hash, EventKind.PASSWORD_CHANGED)


async def _replace(account_id: str, password_hash: str, kind: EventKind) -> None:
    """Set a password; sessions, reset links and API tokens of the account end.

    Somebody who had a session of it may have made tokens, by which they would stay.
    """
    async with transaction():
        await AccountStore().set_password(account_id, password_hash)
        await LinkStore().end_resets(account_id)
        await TokenStore().revoke_all(owner=account_id)
        await record(kind, about=account_id)
