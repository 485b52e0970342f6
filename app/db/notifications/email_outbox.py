"""The e-mail outbox: each e-mail is tried until it is sent or given up."""

from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from piccolo.columns import And

from app.db.accounts.tables import Email
from app.db.engine.clock import from_now
from app.db.engine.lease import Lease, next_turn, pause_s
from app.db.jobs.conditions import Values

# If a worker dies while it sends, another one tries again after this time.
LEASE_S = 120
# The pauses after each failed attempt; after the last one the e-mail is given up.
PAUSES_S = (30, 120, 600, 1800, 3600, 4 * 3600, 12 * 3600)

CLAIM = """
    UPDATE letter SET tries = tries + 1, not_before = {{}}
    WHERE id = (
        SELECT id FROM letter WHERE state = 'waiting' AND not_before <= {{}}
        ORDER BY turn, not_before LIMIT 1 {lock}
    )
    RETURNING *
"""
# Many e-mails to one person do not delay those to others.
PERSON = "COALESCE(owner, recipient)"


class EmailState(StrEnum):
    """The state of an e-mail."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


LEASE = Lease(Email, Email.tries, Email.state, EmailState.WAITING)


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
        turn=next_turn(
            "letter", owner or recipient, waiting=EmailState.WAITING, owner_column=PERSON
        ),
    )
    await Email.insert(email).on_conflict(target=Email.id, action="DO NOTHING")
    return email


async def claim_email() -> Email | None:
    """Claim a due e-mail, which must be sent within ``LEASE_S``; None if none is due."""
    return await LEASE.claim(CLAIM, from_now(LEASE_S), from_now())


async def has_due_emails() -> bool:
    """Whether any e-mail is due."""
    is_due = And(Email.state == EmailState.WAITING, Email.not_before <= from_now())
    return bool(await Email.count().where(is_due))


async def note_sent(email: Email) -> None:
    """Record that an e-mail was sent, and delete its text."""
    await _end(email, EmailState.SENT, "")


async def note_failure(email: Email, error: str, *, is_permanent: bool) -> None:
    """Try an e-mail again later; give it up after a permanent error or too many attempts."""
    pause = pause_s(email.tries, PAUSES_S)
    if is_permanent or pause is None:
        await _end(email, EmailState.FAILED, error)
    else:
        await LEASE.change(email, {Email.not_before: from_now(pause), Email.error: error})


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
    await LEASE.change(email, values)
