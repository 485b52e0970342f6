"""A new password in the place of one that was lost, or that somebody else may know."""

from app.db.accounts.links import LinkStore
from app.db.accounts.store import AccountStore
from app.db.accounts.tokens import TokenStore


async def reset_password(account_id: str, password_hash: str) -> None:
    """Set the password of an account; its sessions, reset links and API tokens end.

    Somebody who had a session of it may have made tokens, by which they would stay.
    """
    await AccountStore().set_password(account_id, password_hash)
    await LinkStore().end_resets(account_id)
    await TokenStore().revoke_all(owner=account_id)
