"""Counts what the history of attempts and the alerts lack once a load has ended."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.contract.tasks import JobState
from app.db.accounts.store import AccountStore
from app.db.engine.clock import from_now
from app.db.jobs.tables import Attempt, Job
from app.db.notifications.tables import Alert, Delivery, Webhook
from app.db.notifications.webhooks import ALERT, RECOVERED
from app.storage.attempt_logs import log_key

ADMIN = "root@lab.example"
ADDRESS = "https://alerts.lab.example/hook"


async def listen_to_alerts() -> None:
    """Add an administrator whose webhook is called for each alert and its end."""
    admin = await AccountStore().add(ADMIN, "no password opens this", role="admin")
    await Webhook.insert(
        Webhook(
            id=uuid4().hex,
            owner=admin.id,
            url=ADDRESS,
            events=f"{ALERT} {RECOVERED}",
            secret=uuid4().hex,
            created_at=from_now(),
        )
    )


async def wrong_alerts() -> dict[str, int]:
    """The alerts that another load than the scheduler's raised and did not end, and their calls."""
    alerts = await Alert.select()
    calls = await Delivery.select(Delivery.event).where(Delivery.event.is_in([ALERT, RECOVERED]))
    expected = len(alerts) + sum(alert["ended_at"] is not None for alert in alerts)
    of_faults = [alert for alert in alerts if alert["rule"] == "certificate"]
    return {
        "alerts of faults that did not end": sum(not each["ended_at"] for each in of_faults),
        "webhook calls of alerts missing or doubled": abs(expected - len(calls)),
    }


async def wrong_attempts(jobs: dict[str, Any]) -> dict[str, int]:
    """The attempts at existing jobs that are missing, doubled, open or contradict their job."""
    of_jobs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    known = Attempt.job_id.is_in(Job.select(Job.id))
    for row in await Attempt.select().where(known).order_by(Attempt.attempt):
        of_jobs[row["job_id"]].append(row)
    wrong: Counter[str] = Counter()
    for job in jobs.values():
        attempts = of_jobs[job["id"]]
        numbers = [each["attempt"] for each in attempts]
        wrong["number"] += numbers != list(range(1, job["attempt"] + 1))
        wrong["open"] += sum(each["outcome"] is None for each in attempts)
        has_ended = JobState(job["state"]).is_final and attempts
        wrong["end"] += bool(has_ended) and attempts[-1]["outcome"] != job["state"]
    return {
        "jobs whose attempts are missing or doubled": wrong["number"],
        "attempts without an end": wrong["open"],
        "last attempts that contradict the job": wrong["end"],
    }


def kept_logs(storage: Path, jobs: dict[str, Any]) -> int:
    """How many jobs have the log of their last attempt; a full disk takes none."""
    return sum((storage / log_key(job["id"], job["attempt"])).exists() for job in jobs.values())
