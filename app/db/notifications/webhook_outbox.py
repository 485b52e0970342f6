"""The outbox of webhook calls: each is tried until it is accepted or given up."""

from collections.abc import Sequence
from datetime import datetime

from piccolo.columns import And

from app.db.engine.clock import from_now
from app.db.engine.lease import Lease, pause_s
from app.db.engine.transaction import one_by_one
from app.db.jobs.conditions import Values
from app.db.notifications.email_outbox import EmailState as State
from app.db.notifications.tables import Delivery, Webhook
from app.db.notifications.webhooks import TEST, WebhookConflictError, WebhookNotFoundError

# If a worker dies during a call, another one repeats it after this time.
CALLED_WITHIN_S = 60
# The most calls of one owner at once, over all workers; owners with fewer open calls go first.
PLACES_OF_AN_OWNER = 4
ENDED_WITH_WEBHOOK = "The webhook was disabled first; send it again once that is enabled."

# Each webhook has one call at a time. The owner with the fewest open calls goes first, so that slow
# receivers do not delay other owners. A test is sent even if the webhook is disabled. Calls of a
# disabled account wait until the account is enabled again. PostgreSQL checks the claimed row once
# more when its lock is free, so the row itself says who holds it.
CLAIM = """
    UPDATE delivery SET tries = tries + 1, attempt = attempt + 1, tried_at = {{}}, held_until = {{}}
    WHERE id = (
        SELECT due.id FROM delivery AS due JOIN webhook ON webhook.id = due.webhook
        LEFT JOIN (
            SELECT called.owner, COUNT(*) AS places
            FROM delivery AS held JOIN webhook AS called ON called.id = held.webhook
            WHERE held.state = 'waiting' AND held.held_until > {{}} GROUP BY called.owner
        ) AS taken ON taken.owner = webhook.owner
        WHERE COALESCE(taken.places, 0) < {{}} AND due.state = 'waiting' AND due.not_before <= {{}}
        AND (due.held_until IS NULL OR due.held_until <= {{}})
        AND (webhook.enabled OR due.event = 'test')
        AND webhook.owner NOT IN (SELECT id FROM account WHERE disabled) AND NOT EXISTS (
            SELECT 1 FROM delivery AS held WHERE held.webhook = due.webhook
            AND held.state = 'waiting' AND held.held_until > {{}}
        )
        ORDER BY COALESCE(taken.places, 0), due.not_before, due.created_at LIMIT 1 {lock}
    )
    RETURNING *
"""


LEASE = Lease(Delivery, Delivery.attempt, Delivery.state, State.WAITING)


async def queue_delivery(
    delivery_id: str, webhook: Webhook, event: str, body: str, *, job_id: str | None = None
) -> None:
    """Put a call into the outbox, unless there is one with the same id."""
    now = from_now()
    delivery = Delivery(
        id=delivery_id,
        webhook=webhook.id,
        event=event,
        job_id=job_id,
        body=body,
        state=State.WAITING,
        created_at=now,
        not_before=now,
    )
    await Delivery.insert(delivery).on_conflict(target=Delivery.id, action="DO NOTHING")


async def claim_delivery() -> Delivery | None:
    """Claim a due call, which must be made within ``CALLED_WITHIN_S``; None if none is due."""
    async with one_by_one("claims of webhook calls"):  # the claim counts what others claimed
        now, until = from_now(), from_now(CALLED_WITHIN_S)
        held = (now, until, now, PLACES_OF_AN_OWNER)
        return await LEASE.claim(CLAIM, *held, now, now, now, of="due")


async def has_due_deliveries() -> bool:
    """Whether any call is due."""
    is_due = And(Delivery.state == State.WAITING, Delivery.not_before <= from_now())
    return bool(await Delivery.count().where(is_due))


async def note_taken(delivery: Delivery, answer: str, status: int) -> None:
    """Record that a call succeeded."""
    values: Values = {Delivery.state: State.SENT, Delivery.answer: answer, Delivery.status: status}
    if await _end_attempt(delivery, values):
        now: Values = {Webhook.taken_at: from_now()}
        await Webhook.update(now).where(Webhook.id == delivery.webhook)


async def note_failure(
    delivery: Delivery, answer: str, status: int | None, *, pauses_s: Sequence[int]
) -> bool:
    """Try a call again after the next pause, or give it up and return True."""
    values: Values = {Delivery.answer: answer, Delivery.status: status}
    pause = None if delivery.event == TEST else pause_s(delivery.tries, pauses_s)
    if pause is None:
        values[Delivery.state] = State.FAILED
    else:
        values[Delivery.not_before] = from_now(pause)
    return await _end_attempt(delivery, values) and pause is None


async def was_taken_since(webhook_id: str, moment: datetime) -> bool:
    """Whether any call of a webhook succeeded after a moment."""
    is_since = And(Webhook.id == webhook_id, Webhook.taken_at > moment)
    return bool(await Webhook.count().where(is_since))


async def end_waiting(webhook_id: str) -> None:
    """Give up the waiting calls of a webhook that was disabled."""
    values: Values = {Delivery.state: State.FAILED, Delivery.answer: ENDED_WITH_WEBHOOK}
    waits = And(Delivery.webhook == webhook_id, Delivery.state == State.WAITING)
    await Delivery.update(values).where(waits)


async def send_again(webhook: Webhook, delivery_id: str) -> Delivery:
    """Repeat a call that was made or given up, with the same id.

    Raises:
        WebhookNotFoundError: there is no such delivery.
        WebhookConflictError: the delivery still waits, or the webhook is disabled.
    """
    if not webhook.enabled:
        raise WebhookConflictError(
            "The webhook is disabled. Enable it, then send the delivery again."
        )
    again: Values = {Delivery.state: State.WAITING, Delivery.tries: 0}
    again |= {Delivery.not_before: from_now(), Delivery.held_until: None}
    is_it = And(Delivery.id == delivery_id, Delivery.webhook == webhook.id)
    is_over = And(is_it, Delivery.state != State.WAITING)
    changed = await Delivery.update(again).where(is_over).returning(Delivery.id)
    delivery = await Delivery.objects().where(is_it).first()
    if delivery is None:
        raise WebhookNotFoundError(f"There is no delivery {delivery_id} of this webhook.")
    if not changed:
        raise WebhookConflictError("The delivery waits already; it is tried again by itself.")
    return delivery


async def recent_deliveries(webhook: Webhook, limit: int) -> list[Delivery]:
    """Return the calls of a webhook, newest first."""
    theirs = Delivery.objects().where(Delivery.webhook == webhook.id)
    return await theirs.order_by(Delivery.created_at, ascending=False).limit(limit)


async def forget_deliveries(*, before: datetime) -> int:
    """Delete calls that were made or given up before a moment; return how many."""
    is_over = Delivery.state != State.WAITING
    old = Delivery.delete().where(And(is_over, Delivery.created_at < before))
    return len(await old.returning(Delivery.id))


async def _end_attempt(delivery: Delivery, values: Values) -> bool:
    """Release a call and change it, only while this attempt holds it."""
    return await LEASE.change(delivery, values | {Delivery.held_until: None})
