"""The outbox: letters to be sent, each tried until it is sent or given up."""

from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from piccolo.columns import And
from piccolo.querystring import QueryString

from app.db.accounts.tables import Email
from app.db.engine.clock import from_now
from app.db.engine.transaction import is_postgresql
from app.db.jobs.store import Values

# A worker that dies while it sends is replaced after so long.
SENT_WITHIN_S = 120
# The pauses after each try that failed; after the last one the letter is given up.
PAUSES_S = (30, 120, 600, 1800, 3600, 4 * 3600, 12 * 3600)

# On PostgreSQL the lock keeps two workers from the same letter; SQLite has one writer at a time.
CLAIM = """
    UPDATE letter SET tries = tries + 1, not_before = {{}}
    WHERE id = (
        SELECT id FROM letter WHERE state = 'waiting' AND not_before <= {{}}
        ORDER BY turn, not_before LIMIT 1 {lock}
    )
    RETURNING *
"""
# One more than the last turn of those that wait for the same person, but no less than the lowest
# that waits: so the letters to one keep nobody else's waiting (as with jobs, ADR 14).
NEXT_TURN = """(
    SELECT MAX(turn) FROM (
        SELECT COALESCE(MAX(turn) + 1, 0) AS turn FROM letter
        WHERE state = 'waiting' AND COALESCE(owner, recipient) = {}
        UNION ALL
        SELECT COALESCE(MIN(turn), 0) FROM letter WHERE state = 'waiting'
    ) AS turns
)"""


class EmailState(StrEnum):
    """What became of a letter."""

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
    """Put a letter into the outbox, unless one of the same id is there."""
    now = from_now()
    letter = Email(
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
    await Email.insert(letter).on_conflict(target=Email.id, action="DO NOTHING")
    return letter


async def claim_email() -> Email | None:
    """Take a letter that is due, to be sent within ``SENT_WITHIN_S``; None when none is."""
    statement = CLAIM.format(lock="FOR UPDATE SKIP LOCKED" if is_postgresql() else "")
    rows = await Email.raw(statement, from_now(SENT_WITHIN_S), from_now())
    return Email(**rows[0]) if rows else None


async def has_due_emails() -> bool:
    """Whether any letter could be sent now."""
    is_due = And(Email.state == EmailState.WAITING, Email.not_before <= from_now())
    return bool(await Email.count().where(is_due))


async def note_sent(letter: Email) -> None:
    """Note that a letter was sent, and forget what it said."""
    await _end(letter, EmailState.SENT, "")


async def note_failure(letter: Email, error: str, *, is_permanent: bool) -> None:
    """Try a letter again later, or give it up where that is of no use or was done enough."""
    if is_permanent or letter.tries > len(PAUSES_S):
        await _end(letter, EmailState.FAILED, error)
        return
    later = from_now(PAUSES_S[letter.tries - 1])
    await Email.update({Email.not_before: later, Email.error: error}).where(_held(letter))


async def recent_emails(limit: int, *, owner: str | None = None) -> list[Email]:
    """The letters of late, newest first; the notices of this owner where one is given."""
    letters = Email.objects() if owner is None else Email.objects().where(Email.owner == owner)
    return await letters.order_by(Email.created_at, ascending=False).limit(limit)


async def forget_emails(*, before: datetime) -> int:
    """Forget the letters that were sent or given up before a moment; how many there were."""
    is_over = Email.state != EmailState.WAITING
    old = Email.delete().where(And(is_over, Email.created_at < before))
    return len(await old.returning(Email.id))


async def _end(letter: Email, state: EmailState, error: str) -> None:
    values: Values = {Email.state: state, Email.error: error, Email.text: "", Email.html: ""}
    await Email.update(values).where(_held(letter))


def _held(letter: Email) -> And:
    """While nobody else has taken it since."""
    is_this_try = And(Email.id == letter.id, Email.tries == letter.tries)
    return And(is_this_try, Email.state == EmailState.WAITING)
