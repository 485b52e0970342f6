"""What operators chose for alerts: which rules are on, their thresholds, and who gets e-mails."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from app.db.accounts.names import LONGEST_NAME
from app.db.engine.clock import from_now
from app.db.engine.transaction import transaction
from app.db.jobs.conditions import Values
from app.db.notifications.email_choices import is_one_address
from app.db.notifications.tables import AlertPolicy
from app.db.security.trail import EventKind, record

THE_POLICY = 1
MOST_RECIPIENTS = 20
# One scheduler takes the turn; the others find it taken until the next one is due.
TAKE_TURN = """
    INSERT INTO alert_policy (id, recipients, rules, next_at, changed_by)
    VALUES (1, '', {}, {}, '')
    ON CONFLICT (id) DO UPDATE SET next_at = excluded.next_at
    WHERE alert_policy.next_at <= {} RETURNING id
"""


class AlertPolicyError(Exception):
    """The choices for alerts cannot be saved; the text says why and what to do."""


class Rule(NamedTuple):
    """A trouble that is looked for: its title, and the threshold with its unit and bounds."""

    title: str
    unit: str
    threshold: int
    least: int
    most: int


# The rules by name, with their defaults. The names are in the database and in the API.
RULES = {
    "no_worker": Rule("No worker has answered for", "s", 60, 10, 86_400),
    "stale_queue": Rule("A job has waited for", "minutes", 30, 1, 10_080),
    "failures": Rule("Of the jobs that ended in an hour, failed", "%", 50, 1, 100),
    "disk": Rule("A disk is full to", "%", 90, 1, 99),
    "redis_memory": Rule("The memory of Redis is full to", "%", 80, 1, 99),
    "certificate": Rule("The certificate of the public address ends within", "days", 14, 1, 365),
    "method": Rule("A method was out of control within the last", "hours", 24, 1, 720),
}


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a rule is on, and its threshold."""

    on: bool
    threshold: int


class Policy(NamedTuple):
    """The choice for each rule, and the addresses of e-mails; none means all administrators."""

    rules: dict[str, Choice]
    recipients: tuple[str, ...]
    changed_by: str = ""
    changed_at: datetime | None = None


async def current_policy() -> Policy:
    """Return what operators chose, with the defaults for the rest."""
    row = await AlertPolicy.objects().first()
    chosen = msgspec.json.decode(row.rules, type=dict[str, Choice]) if row else {}
    rules = {name: chosen.get(name, default(name)) for name in RULES}
    if row is None:
        return Policy(rules, ())
    return Policy(rules, tuple(row.recipients.split()), row.changed_by, row.changed_at)


def default(name: str) -> Choice:
    """Return the choice for a rule that nobody changed."""
    return Choice(on=True, threshold=RULES[name].threshold)


async def change_policy(
    *, rules: dict[str, Choice], recipients: Iterable[str] | None, by: str
) -> Policy:
    """Change some rules and the recipients; None leaves these as they are.

    Raises:
        AlertPolicyError: a rule is unknown, or a threshold or an address is not valid.
    """
    for name, choice in rules.items():
        _require_valid(name, choice)
    before = await current_policy()
    to = before.recipients if recipients is None else _addresses(tuple(recipients))
    merged = {**before.rules, **rules}
    values: Values = {
        AlertPolicy.recipients: " ".join(to),
        AlertPolicy.rules: msgspec.json.encode(merged).decode(),
        AlertPolicy.changed_by: by,
        AlertPolicy.changed_at: datetime.now(UTC),
    }
    async with transaction():
        row = AlertPolicy(id=THE_POLICY, next_at=from_now())
        await AlertPolicy.insert(row).on_conflict(target=AlertPolicy.id, action="DO NOTHING")
        await AlertPolicy.update(values).where(AlertPolicy.id == THE_POLICY)
        await record(EventKind.ALERTS_CHANGED, detail=_trail_detail(before, merged, to))
    return await current_policy()


async def take_turn(every_s: float) -> bool:
    """Whether this process may check the rules now; no other may for some seconds."""
    return bool(await AlertPolicy.raw(TAKE_TURN, "{}", from_now(every_s), from_now()))


def _trail_detail(
    before: Policy, rules: dict[str, Choice], recipients: Collection[str]
) -> dict[str, object]:
    changed = {name: msgspec.to_builtins(each) for name, each in rules.items()}
    changed = {name: each for name, each in changed.items() if rules[name] != before.rules[name]}
    return {"rules": changed or None, "recipients": list(recipients)}


def _require_valid(name: str, choice: Choice) -> None:
    rule = RULES.get(name)
    if rule is None:
        raise AlertPolicyError(f"There is no rule {name[:40]!r}; use one of {', '.join(RULES)}.")
    if not rule.least <= choice.threshold <= rule.most:
        raise AlertPolicyError(
            f"{rule.title}: write a whole number from {rule.least:,} to {rule.most:,} {rule.unit}."
        )


def _addresses(typed: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [each for each in typed if not is_one_address(each)]
    if wrong:
        raise AlertPolicyError(f"{wrong[0][:LONGEST_NAME]!r} is no e-mail address.")
    if len(set(typed)) > MOST_RECIPIENTS:
        raise AlertPolicyError(f"At most {MOST_RECIPIENTS} addresses can get alerts.")
    return tuple(dict.fromkeys(typed))
