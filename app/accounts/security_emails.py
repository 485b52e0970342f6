"""Send e-mails that warn a user about a change to the security of the account.

They go to every account whose name is an e-mail address, if e-mail is configured. Users cannot
switch them off.
"""

from datetime import UTC, datetime
from enum import Enum

from app.db.accounts.tables import Account
from app.db.notifications.email_choices import is_one_address
from app.db.security.actor import actor
from app.notifications.email.outbox import queue_email
from app.settings import Settings


class SecurityEmail(Enum):
    """The subject and the message of each kind of security e-mail."""

    PASSWORD_RESET = (
        "Your password for Sialoscope was reset",
        "The password was reset without the old one. All sessions and API tokens have ended.",
    )
    PASSWORD_CHANGED = (
        "Your password for Sialoscope was changed",
        "The password was changed. All other sessions and all API tokens have ended.",
    )
    TOKEN_MADE = (
        "A new API token for your account at Sialoscope",
        "An API token was made, with which a program can act for you.",
    )
    WEBHOOK_ADDRESS = (
        "A new webhook for your account at Sialoscope",
        "A webhook calls a new address when your jobs end, with their file names and counts. It "
        "goes on after a new password.",
    )
    SECOND_FACTOR_SET_UP = (
        "A second factor protects your account at Sialoscope",
        "An authenticator app was set up. From now on, every login needs a code from it.",
    )
    SECOND_FACTOR_REMOVED = (
        "The second factor of your account at Sialoscope was removed",
        "The authenticator app and the recovery codes no longer work. The password alone is now "
        "enough to log in.",
    )
    RECOVERY_CODE_USED = (
        "A recovery code of your account at Sialoscope was used",
        "Somebody logged in with the password and a recovery code. Each code works once.",
    )
    RECOVERY_CODES_RENEWED = (
        "New recovery codes for your account at Sialoscope",
        "The recovery codes were replaced by new ones.",
    )


async def queue_security_email(
    settings: Settings, account: Account, what: SecurityEmail, *, detail: str = ""
) -> bool:
    """Queue a security e-mail; return False if the account cannot receive one."""
    if not settings.smtp_url or not is_one_address(account.name):
        return False
    subject, said = what.value
    who = actor()
    await queue_email(
        *(account.name, "security"),
        subject=subject,
        said=said,
        detail=detail,
        name=account.name,
        at=datetime.now(UTC),
        by="" if who.id in ("", account.id) and who.address else who.name,
        address=who.address,
        link=settings.address,
    )
    return True
