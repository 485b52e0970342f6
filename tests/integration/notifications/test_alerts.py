"""Each trouble of the installation is reported once by e-mail and webhook, and so is its end."""

import asyncio
import json
import re
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from redis.asyncio import Redis

from app.db.accounts.tables import Email
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Attempt, Job
from app.db.jobs.turns.queue_pause import pause_queue
from app.db.libraries.new_versions import NewVersion, save_version
from app.db.libraries.tables import LibraryRun
from app.db.notifications.alert_policy import (
    RULES,
    AlertPolicyError,
    Choice,
    Policy,
    change_policy,
    current_policy,
    default,
    take_turn,
)
from app.db.notifications.alerts import CALM_FOR, forget_alerts, recent_alerts
from app.db.notifications.tables import AlertPolicy, Delivery
from app.db.notifications.webhooks import ALERT, RECOVERED, WebhookStore
from app.notifications.alerts.certificate import ends_at
from app.notifications.alerts.checks import Checks
from app.notifications.email.smtp import MailServer, send_due_emails
from app.queue.worker_registry import LAST_WORKER, WorkerRegistry
from app.runtime.login_token import LOCAL_USER
from app.settings import Settings
from tests.mailbox import Mailbox, text_of
from tests.page_forms import send
from tests.people import Person
from tests.receiver import running_receiver
from tests.servers import Sialoscope, jobs_in, wait_until
from tests.stored_jobs import a_job
from workers.notifications.ended_jobs import EndNotifications
from workers.notifications.mailer import Mailer
from workers.notifications.webhook_dispatcher import WebhookDispatcher
from workers.upkeep.alert_watch import AlertWatch, note

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
TROUBLE = "No worker has answered for 63 s, so jobs wait."
TO_OPS = Policy({name: default(name) for name in RULES}, ("ops@lab.example",))


@pytest.fixture
def settings(tmp_path: Path, mailbox: Mailbox) -> Settings:
    environment = {"SIALOSCOPE_DATA": str(tmp_path), "SIALOSCOPE_SMTP_URL": mailbox.url}
    return Settings.from_environment(environment | {"SIALOSCOPE_MAIL_FROM": "no-reply@lab.example"})


@pytest.mark.usefixtures("database")
def test_a_trouble_is_reported_once_and_its_end_once_more(
    settings: Settings, mailbox: Mailbox
) -> None:
    known = len(mailbox.to("ops@lab.example"))

    async def tell() -> None:
        made = await WebhookStore().make("https://lab.test/", [ALERT, RECOVERED], owner=LOCAL_USER)

        async def find(found: str | None, seconds: float) -> None:
            await note("no_worker", found, TO_OPS, settings, now=NOW + timedelta(seconds=seconds))

        calm_s = CALM_FOR.total_seconds()
        for found, at_s in (
            (TROUBLE, 0),
            (TROUBLE, 30),
            (None, 60),  # cannot be known
            ("", 90),
            (TROUBLE, 120),  # it came back before it was over
            ("", 150),
            ("", 149 + calm_s),
        ):
            await find(found, at_s)
            assert await Email.count() == 1, found
        for _ in range(2):
            await find("", 150 + calm_s)
        assert await Email.count() == 2
        calls = await Delivery.objects().where(Delivery.webhook == made.webhook.id)
        bodies = {call.event: json.loads(call.body) for call in calls}
        assert set(bodies) == {ALERT, RECOVERED}
        assert len(calls) == 2
        assert bodies[ALERT]["data"]["text"] == bodies[RECOVERED]["data"]["text"] == TROUBLE
        assert bodies[ALERT]["data"]["ended_at"] is None
        (alert,) = await recent_alerts(10)
        assert alert.ended_at == NOW + timedelta(seconds=150 + calm_s)
        assert await forget_alerts(before=NOW + timedelta(days=1)) == 1
        server = MailServer.of(settings)
        assert server
        assert await send_due_emails(server) == 2

    asyncio.run(tell())
    first, last = mailbox.to("ops@lab.example")[known:]
    assert first["Subject"] == f"Sialoscope: {TROUBLE}"
    assert "one more e-mail when it is over" in text_of(first)
    assert last["Subject"] == f"Sialoscope: over: {TROUBLE}"


@pytest.mark.usefixtures("database")
def test_two_schedulers_report_a_trouble_once(settings: Settings) -> None:
    async def tell() -> None:
        assert [await take_turn(30), await take_turn(30)] == [True, False]
        assert not await take_turn(30), "the policy that the first turn made is the same row"
        both = (note("disk", "full", TO_OPS, settings, now=NOW) for _ in range(2))
        await asyncio.gather(*both)
        assert await Email.count() == 1

    asyncio.run(tell())


@pytest.mark.usefixtures("sqlite_file")
def test_each_rule_finds_its_trouble(settings: Settings, broker_url: str) -> None:
    async def find() -> None:
        redis = Redis.from_url(broker_url)
        async with redis:
            checks = Checks(settings, redis, WorkerRegistry(redis))
            await redis.delete(LAST_WORKER)
            assert await checks.no_worker(60) == "", "a worker may still start"
            checks.since -= timedelta(seconds=61)
            assert await checks.no_worker(60) == "No worker has ever answered, so jobs wait."
            seconds, _ = await redis.time()
            await redis.set(LAST_WORKER, seconds - 63)
            found = str(await checks.no_worker(60))  # a second may begin meanwhile
            assert re.fullmatch(TROUBLE.replace("63", r"\d\d"), found), found
            assert await checks.no_worker(120) == ""
            await redis.delete(LAST_WORKER)
            assert await checks.disk(99) == ""
            assert "is full to" in str(await checks.disk(0))
            assert "Redis uses" in str(await checks.redis_memory(0))
            assert await checks.redis_memory(99) == ""
        job = await a_job(JobStore())
        ago = datetime.now(UTC) - timedelta(minutes=45)
        await Job.update({Job.queued_at: ago}).where(Job.id == job.id)
        assert await checks.stale_queue(30) == "A job has waited for 45 minutes; 1 wait in all."
        assert await checks.stale_queue(60) == ""
        await pause_queue(by=LOCAL_USER)
        assert await checks.stale_queue(30) == "", "an operator lets it wait"

    asyncio.run(find())


@pytest.mark.usefixtures("sqlite_file")
def test_failures_count_from_a_few_jobs_on(settings: Settings) -> None:
    async def find() -> None:
        redis = Redis.from_url("redis://127.0.0.1:1")
        checks = Checks(settings, redis, WorkerRegistry(redis))
        for number, outcome in enumerate(["failed"] * 3 + ["succeeded"] * 2):
            assert await checks.failures(50) == ""
            await Attempt.insert(_attempt(number, outcome))
        assert await checks.failures(50) == "3 of the 5 jobs that ended in the last hour failed."
        assert await checks.failures(60) == ""
        assert await checks.no_worker(60) is None, "Redis is away"
        assert await checks.redis_memory(60) is None

    asyncio.run(find())


@pytest.mark.usefixtures("database")
def test_the_last_run_of_a_method_is_looked_at(settings: Settings) -> None:
    async def find() -> None:
        redis = Redis.from_url("redis://127.0.0.1:1")
        checks = Checks(settings, redis, WorkerRegistry(redis))
        new = NewVersion("j", "t.csv", "ada", "1", {}, "{}", 1, 3, 0.03)
        library = (await save_version("C18", new, owner="ada")).library
        steady = [{"drift_min": 0.01 * (n % 2), "scale": 1.0, "width_min": 0.03} for n in range(6)]
        for use in steady:
            await _run_with(library, use)
            assert await checks.method(24) == ""
        await _run_with(library, steady[0] | {"drift_min": 0.5})
        says = "The last run of the method C18 is out of control: Drift (min)."
        assert await checks.method(24) == says
        await _run_with(library, steady[0])
        assert await checks.method(24) == "", "the next run is in control"
        await _run_with(library, {"refusal": "The column seems to differ."})
        assert "its column seems to differ" in str(await checks.method(24))
        await LibraryRun.update({LibraryRun.made_at: NOW - timedelta(days=9)}, force=True)
        assert await checks.method(24) == "", "it was long ago"

    asyncio.run(find())


async def _run_with(library: str, use: dict[str, Any]) -> None:
    """A finished job that used the library so."""
    job = await a_job(JobStore())
    summary = json.dumps({"library": {"refusal": None, **use}})
    await Job.update({Job.summary: summary}).where(Job.id == job.id)
    now = datetime.now(UTC)
    await LibraryRun.insert(LibraryRun(job=job.id, library=library, version=1, made_at=now))


def _attempt(number: int, outcome: str) -> Attempt:
    now = datetime.now(UTC)
    return Attempt(
        job_id=f"{number:032}",
        attempt=1,
        worker="w",
        queued_at=now,
        started_at=now,
        ended_at=now,
        outcome=outcome,
    )


def test_the_end_of_a_certificate_is_read_over_tls(settings: Settings) -> None:
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("localhost", not_after=ends).configure_cert(context)

    async def read() -> None:
        async with await asyncio.start_server(
            lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context
        ) as server:
            port = server.sockets[0].getsockname()[1]
            address = f"https://localhost:{port}"
            assert await ends_at(address) == ends
            redis = Redis.from_url("redis://127.0.0.1:1")
            public = replace(settings, public_url=address)
            checks = Checks(public, redis, WorkerRegistry(redis))
            assert f"The certificate of {address} ends at" in str(await checks.certificate(14))
            assert await checks.certificate(9) == ""
        assert await ends_at(address) is None
        assert await Checks(settings, redis, WorkerRegistry(redis)).certificate(14) == ""

    asyncio.run(read())


@pytest.mark.usefixtures("database")
def test_choices_are_kept_and_what_is_not_valid_is_refused() -> None:
    async def choose() -> None:
        assert (await current_policy()).rules["disk"] == Choice(on=True, threshold=90)
        await change_policy(
            rules={"disk": Choice(on=False, threshold=95)}, recipients=["a@lab.example"], by="x"
        )
        policy = await current_policy()
        assert policy.rules["disk"] == Choice(on=False, threshold=95)
        assert policy.rules["no_worker"] == Choice(on=True, threshold=60)
        assert policy.recipients == ("a@lab.example",)
        for rules, recipients, says in (
            ({"disk": Choice(on=True, threshold=0)}, None, "from 1 to 99 %"),
            ({"moon": Choice(on=True, threshold=1)}, None, "no rule 'moon'"),
            ({}, ["a@lab.example, b@lab.example"], "no e-mail address"),
            ({}, [f"{n}@lab.example" for n in range(21)], "At most 20"),
        ):
            with pytest.raises(AlertPolicyError, match=says):
                await change_policy(rules=rules, recipients=recipients, by="x")
        assert (await current_policy()).recipients == ("a@lab.example",)

    asyncio.run(choose())


def test_administrators_alone_edit_alerts_on_the_page_and_by_the_api(
    admin: Person, bob: Person
) -> None:
    with admin.session() as browser, admin.program("read", "admin") as program:
        page = browser.get("/admin/alerts")
        assert page.is_success
        typed = {f"{name}_threshold": str(rule.threshold) for name, rule in RULES.items()}
        on = {f"{name}_on": "yes" for name in RULES if name != "failures"}
        wrong = send(browser, "/admin/alerts", **on, **(typed | {"disk_threshold": "full"}))
        assert wrong.status_code == 400
        assert "from 1 to 99 %" in wrong.text
        typed |= {"disk_threshold": "97", "recipients": "ops@lab.example, two@lab.example"}
        assert send(browser, "/admin/alerts", **on, **typed).is_success
        shown = program.get("/api/v1/alerts").json()
        rules = {rule["name"]: rule for rule in shown["rules"]}
        assert (rules["failures"]["on"], rules["disk"]["threshold"]) == (False, 97)
        assert shown["recipients"] == ["ops@lab.example", "two@lab.example"]
        trail = program.get("/api/v1/security-trail?kind=alerts_changed").json()["events"]
        assert trail[0]["detail"]["rules"]["disk"]["threshold"] == 97
        change: dict[str, Any] = {"rules": {"disk": {"on": True, "threshold": 90}}}
        change |= {"recipients": []}
        assert program.patch("/api/v1/alerts", json=change).json()["recipients"] == []
        bad = program.patch(
            "/api/v1/alerts", json={"rules": {"moon": {"on": True, "threshold": 1}}}
        )
        assert bad.status_code == 400
    hook = {"url": "https://lab.example/hook", "events": ["alert"]}
    with bob.program("read", "manage") as program:
        assert program.get("/api/v1/alerts").status_code == 403
        refused = program.post("/api/v1/webhooks", json=hook)
        assert refused.status_code == 400
        assert "for administrators" in refused.json()["detail"]
    with admin.program("manage") as program:
        made = program.post("/api/v1/webhooks", json=hook)
        assert made.json()["events"] == ["alert"]
        program.delete(f"/api/v1/webhooks/{made.json()['id']}")


@pytest.mark.usefixtures("sqlite_file")
def test_a_scheduler_reports_a_worker_that_is_gone_although_none_sends(
    settings: Settings, mailbox: Mailbox, broker_url: str
) -> None:
    to = "gone@lab.example"

    async def watch() -> None:
        redis = Redis.from_url(broker_url)
        with running_receiver() as receiver:
            await WebhookStore().make(receiver.url(), [ALERT], owner=LOCAL_USER)
            open_to_private = replace(settings, webhooks_to_private=True)
            await change_policy(rules={}, recipients=[to], by=LOCAL_USER)
            for _ in range(2):  # as after a restart of the scheduler
                watching = _watch(open_to_private, redis)
                await redis.delete(LAST_WORKER)
                await watching.look()
                await asyncio.to_thread(mailbox.next_to, to)
                call = await asyncio.to_thread(receiver.next_to, "/hook")
                assert json.loads(call.body)["data"]["rule"] == "no_worker"
                await AlertPolicy.update({AlertPolicy.next_at: NOW}, force=True)
                await watching.mailer.close()
                await watching.dispatcher.close()
            assert len(receiver.to("/hook")) == len(mailbox.to(to)) == 1
        await redis.aclose()

    asyncio.run(watch())


def test_the_scheduler_of_a_server_checks_the_rules(shared_server: Sialoscope) -> None:
    async def has_looked() -> bool:
        return bool(await AlertPolicy.count())

    with jobs_in(shared_server.database_url):
        wait_until(lambda: asyncio.run(has_looked()))


def _watch(settings: Settings, redis: Redis) -> AlertWatch:
    return AlertWatch(
        settings=settings,
        checks=Checks(
            settings, redis, WorkerRegistry(redis), since=datetime.min.replace(tzinfo=UTC)
        ),
        mailer=Mailer(MailServer.of(settings)),
        dispatcher=WebhookDispatcher(settings, EndNotifications(settings)),
    )
