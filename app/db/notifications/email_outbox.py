"""The outbox: letters to be sent, each tried until it is sent or given up."""

from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from piccolo.columns import And
from piccolo.querystring import QueryString

from app.db.accounts.tables import Letter
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


class LetterState(StrEnum):
    """What became of a letter."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


async def add_letter(
    recipient: str,
    subject: str,
    text: str,
    html: str,
    *,
    letter_id: str | None = None,
    owner: str | None = None,
    unsubscribe: str = "",
) -> Letter:
    """Put a letter into the outbox, unless one of the same id is there."""
    now = from_now()
    letter = Letter(
        id=letter_id or uuid4().hex,
        recipient=recipient,
        subject=subject,
        text=text,
        html=html,
        state=LetterState.WAITING,
        created_at=now,
        not_before=now,
        owner=owner,
        unsubscribe=unsubscribe,
        turn=QueryString(NEXT_TURN, owner or recipient),
    )
    await Letter.insert(letter).on_conflict(target=Letter.id, action="DO NOTHING")
    return letter


async def claim_letter() -> Letter | None:
    """Take a letter that is due, to be sent within ``SENT_WITHIN_S``; None when none is."""
    statement = CLAIM.format(lock="FOR UPDATE SKIP LOCKED" if is_postgresql() else "")
    rows = await Letter.raw(statement, from_now(SENT_WITHIN_S), from_now())
    return Letter(**rows[0]) if rows else None


async def has_due_letters() -> bool:
    """Whether any letter could be sent now."""
    is_due = And(Letter.state == LetterState.WAITING, Letter.not_before <= from_now())
    return bool(await Letter.count().where(is_due))


async def note_sent(letter: Letter) -> None:
    """Note that a letter was sent, and forget what it said."""
    await _end(letter, LetterState.SENT, "")


async def note_failure(letter: Letter, error: str, *, is_permanent: bool) -> None:
    """Try a letter again later, or give it up where that is of no use or was done enough."""
    if is_permanent or letter.tries > len(PAUSES_S):
        await _end(letter, LetterState.FAILED, error)
        return
    later = from_now(PAUSES_S[letter.tries - 1])
    await Letter.update({Letter.not_before: later, Letter.error: error}).where(_held(letter))


async def recent_letters(limit: int, *, owner: str | None = None) -> list[Letter]:
    """The letters of late, newest first; the notices of this owner where one is given."""
    letters = Letter.objects() if owner is None else Letter.objects().where(Letter.owner == owner)
    return await letters.order_by(Letter.created_at, ascending=False).limit(limit)


async def forget_letters(*, before: datetime) -> int:
    """Forget the letters that were sent or given up before a moment; how many there were."""
    is_over = Letter.state != LetterState.WAITING
    old = Letter.delete().where(And(is_over, Letter.created_at < before))
    return len(await old.returning(Letter.id))


async def _end(letter: Letter, state: LetterState, error: str) -> None:
    values: Values = {Letter.state: state, Letter.error: error, Letter.text: "", Letter.html: ""}
    await Letter.update(values).where(_held(letter))


def _held(letter: Letter) -> And:
    """While nobody else has taken it since."""
    is_this_try = And(Letter.id == letter.id, Letter.tries == letter.tries)
    return And(is_this_try, Letter.state == LetterState.WAITING)
