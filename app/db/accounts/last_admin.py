"""Takes rights from an account, unless that leaves no administrator."""

from piccolo.columns import And, Or
from piccolo.engine.postgres import PostgresEngine

from app.db.accounts.tables import Account, AccountLink
from app.db.engine.transaction import transaction

# Changes an account unless that leaves no administrator. On PostgreSQL the lock makes two such
# changes wait for each other; SQLite has one writer at a time.
GUARDED = """
    WITH other AS (
        SELECT id FROM account WHERE role = 'admin' AND NOT disabled ORDER BY id {lock}
    )
    {change}
    WHERE id = {{}} AND (
        role <> 'admin' OR disabled OR EXISTS (SELECT 1 FROM other WHERE other.id <> account.id)
    )
    RETURNING id
"""


async def take_rights(account_id: str, change: str) -> bool:
    """Disable, demote or delete an account, with its links, which could give it access again.

    False, and nothing is changed, if it is the last administrator or there is no such account.
    """
    is_postgresql = isinstance(Account._meta.db, PostgresEngine)  # noqa: SLF001 - Piccolo's documented access
    statement = GUARDED.format(lock="FOR UPDATE" if is_postgresql else "", change=change)
    async with transaction():
        if not await Account.raw(statement, account_id):
            return False
        await AccountLink.delete().where(_made_for_others(account_id))
    return True


def _made_for_others(account_id: str) -> And:
    """Match the open invitations and reset links that an account made for others."""
    is_for_another = Or(AccountLink.account.is_null(), AccountLink.account != account_id)
    is_open = And(AccountLink.used_at.is_null(), is_for_another)
    return And(AccountLink.made_by == account_id, is_open)
