"""Records failed logins in the security trail and the log, without the typed password."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from app.db.accounts.tables import Account
from app.db.notifications.email_choices import is_one_address
from app.db.security.actor import actor
from app.db.security.trail import EventKind, record
from app.observability.logs import marked
from app.web.http.identity.throttling import TooManyTriesError

UNKNOWN = "unknown"
WRONG_PASSWORD = "wrong password"  # noqa: S105 - a reason
DISABLED = "account is disabled"
WRONG_CODE = "wrong code"

logger = logging.getLogger(__name__)


async def note_failure(why: str, *, account: Account | None, typed_name: str = "") -> None:
    """Record a failed login to an account, or to a name without an account."""
    name = account.name if account else _safe_name(typed_name)
    about = account.id if account else ""
    await record(EventKind.LOGIN_FAILED, about=about, about_name=name, detail={"why": why})
    log_failure(why, name=name)


def log_failure(why: str, *, name: str) -> None:
    """Log a failed login, with the account and the address as fields of the line."""
    with marked(account=name, address=actor().address):
        logger.warning("A login failed: %s.", why)


@contextmanager
def refusals_logged(account: Account | None, typed_name: str) -> Iterator[None]:
    """Log a login that was refused after too many tries; the trail would grow without limit."""
    try:
        yield
    except TooManyTriesError:
        log_failure("too many tries", name=account.name if account else _safe_name(typed_name))
        raise


def _safe_name(typed_name: str) -> str:
    """The typed name if it is an e-mail address; people type passwords there by mistake."""
    is_harmless = is_one_address(typed_name) and "=" not in typed_name
    return typed_name if is_harmless else UNKNOWN
