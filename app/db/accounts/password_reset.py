"""Set a new password, and end everything that the old one gave access to."""

from app.db.accounts.links import LinkStore
from app.db.accounts.store import AccountStore
from app.db.accounts.stream_tokens import revoke_stream_tokens
from app.db.accounts.tables import StreamToken
from app.db.accounts.tokens import TokenStore
from app.db.engine.transaction import transaction
from app.db.security.trail import EventKind, record


async def reset_password(account_id: str, password_hash: str) -> None:
    """Set a password without the old one; end sessions, reset links and tokens."""
    await _replace(account_id, password_hash, EventKind.PASSWORD_RESET)


async def change_password(account_id: str, password_hash: str) -> None:
    """Set a password after a check of the old one; end sessions, reset links and tokens."""
    await _replace(account_id, password_hash, EventKind.PASSWORD_CHANGED)


async def _replace(account_id: str, password_hash: str, kind: EventKind) -> None:
    """Set a password, and end the account's sessions, reset links and tokens.

    An attacker who had a session may have made tokens to keep access.
    """
    async with transaction():
        await AccountStore().set_password(account_id, password_hash)
        await LinkStore().end_resets(account_id)
        await TokenStore().revoke_all(owner=account_id)
        await revoke_stream_tokens(StreamToken.owner == account_id, owner=account_id)
        await record(kind, about=account_id)
