"""The e-mail outbox: each e-mail is tried until it is sent or given up."""

from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from piccolo.columns import And
from piccolo.querystring import QueryString

from app.db.accounts.tables import Email
from app.db.engine.clock import from_now
from app.db.engine.transaction import is_postgresql
from app.db.jobs.store import Values

# If a worker dies while it sends, another one tries again after this time.
SENT_WITHIN_S = 120
# The pauses after each failed attempt; after the last one the e-mail is given up.
PAUSES_S = (30, 120, 600, 1800, 3600, 4 * 3600, 12 * 3600)

# On PostgreSQL the lock keeps two workers from the same e-mail; SQLite has one writer at a time.
CLAIM = """
    UPDATE letter SET tries = tries + 1, not_before = {{}}
    WHERE id = (
        SELECT id FROM letter WHERE state = 'waiting' AND not_before <= {{}}
        ORDER BY turn, not_before LIMIT 1 {lock}
    )
    RETURNING *
"""
# One more than the last turn of the waiting e-mails to the same person, but at least the lowest of
# all waiting. So many e-mails to one person do not delay those to others (as with jobs, ADR 14).
NEXT_TURN = """(
    SELECT MAX(turn) FROM (
        SELECT COALESCE(MAX(turn) + 1, 0) AS turn FROM letter
        WHERE state = 'waiting' AND COALESCE(owner, recipient) = {}
        UNION ALL
        SELECT COALESCE(MIN(turn), 0) FROM letter WHERE state = 'waiting'
    ) AS turns
)"""


class EmailState(StrEnum):
    """The state of an e-mail."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


async def add_email(
    recipient: str,
    subject: str,
    text: str,
    html: str,
    *,
    email_id: str | None = None,
    owner: str | None = None,
    unsubscribe: str = "",
) -> Email:
    """Put an e-mail into the outbox, unless there is one with the same id."""
    now = from_now()
    email = Email(
        id=email_id or uuid4().hex,
        recipient=recipient,
        subject=subject,
        text=text,
        html=html,
        state=EmailState.WAITING,
        created_at=now,
        not_before=now,
        owner=owner,
        unsubscribe=unsubscribe,
        turn=QueryString(NEXT_TURN, owner or recipient),
    )
    await Email.insert(email).on_conflict(target=Email.id, action="DO NOTHING")
    return email


async def claim_email() -> Email | None:
    """Claim a due e-mail, which must be sent within ``SENT_WITHIN_S``; None if none is due."""
    statement = CLAIM.format(lock="FOR UPDATE SKIP LOCKED" if is_postgresql() else "")
    rows = await Email.raw(statement, from_now(SENT_WITHIN_S), from_now())
    return Email(**rows[0]) if rows else None


async def has_due_emails() -> bool:
    """Whether any e-mail is due."""
    is_due = And(Email.state == EmailState.WAITING, Email.not_before <= from_now())
    return bool(await Email.count().where(is_due))


async def note_sent(email: Email) -> None:
    """Record that an e-mail was sent, and delete its text."""
    await _end(email, EmailState.SENT, "")


async def note_failure(email: Email, error: str, *, is_permanent: bool) -> None:
    """Try an e-mail again later; give it up after a permanent error or too many attempts."""
    if is_permanent or email.tries > len(PAUSES_S):
        await _end(email, EmailState.FAILED, error)
        return
    later = from_now(PAUSES_S[email.tries - 1])
    await Email.update({Email.not_before: later, Email.error: error}).where(_held(email))


async def recent_emails(limit: int, *, owner: str | None = None) -> list[Email]:
    """Return the recent e-mails, newest first; of this owner if given."""
    emails = Email.objects() if owner is None else Email.objects().where(Email.owner == owner)
    return await emails.order_by(Email.created_at, ascending=False).limit(limit)


async def forget_emails(*, before: datetime) -> int:
    """Delete e-mails that were sent or given up before a moment; return how many."""
    is_over = Email.state != EmailState.WAITING
    old = Email.delete().where(And(is_over, Email.created_at < before))
    return len(await old.returning(Email.id))


async def _end(email: Email, state: EmailState, error: str) -> None:
    values: Values = {Email.state: state, Email.error: error, Email.text: "", Email.html: ""}
    await Email.update(values).where(_held(email))


def _held(email: Email) -> And:
    """Match the e-mail only while this attempt holds it."""
    is_this_try = And(Email.id == email.id, Email.tries == email.tries)
    return And(is_this_try, Email.state == EmailState.WAITING)
