"""Notifications of the end of a job, on both databases, with a real mail server and receiver."""

import asyncio
import json
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sialoscope_client import verify

from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Email
from app.db.engine.transaction import transaction
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.notifications.digests import choices_of, choose_digest
from app.db.notifications.email_choices import (
    MailChoiceError,
    choice_of,
    choose,
    end_emails,
    recipient,
)
from app.db.notifications.email_outbox import add_email, recent_emails
from app.db.notifications.tables import Delivery, Ending, Webhook
from app.db.notifications.webhook_outbox import (
    PLACES_OF_AN_OWNER,
    claim_delivery,
    note_failure,
    note_taken,
    queue_delivery,
    recent_deliveries,
    send_again,
)
from app.db.notifications.webhooks import WebhookError, WebhookNotFoundError, WebhookStore
from app.notifications.email.smtp import MailServer, send_due_emails
from app.settings import Settings
from tests.mailbox import Mailbox, running_mailbox, text_of
from tests.receiver import Receiver, running_receiver
from tests.stored_jobs import a_job, next_held
from workers.notifications.ended_jobs import EndNotifications
from workers.notifications.webhook_dispatcher import WebhookDispatcher

pytestmark = pytest.mark.usefixtures("database")

SUMMARY = {"rows": 323, "counts": {"true": 1214, "outlier": 22}, "models": 9}
SETTINGS = replace(
    Settings.from_environment({"SIALOSCOPE_PUBLIC_URL": "https://sialo.example"}),
    smtp_url="smtp://mail.example",
    webhooks_to_private=True,
)
ADDRESS = "ada@lab.example"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def calls(receiver: Receiver) -> Receiver:
    receiver.calls.clear()
    receiver.statuses.clear()
    return receiver


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def ended(owner: str, outcome: str, file_name: str = "peaks.csv") -> Job:
    jobs = JobStore()
    job = await a_job(jobs, owner)
    await Job.update({Job.file_name: file_name}).where(Job.id == job.id)
    if outcome == "cancelled":
        return await jobs.cancel(job.id, owner=owner)
    held = await next_held(jobs)
    if outcome == "succeeded":
        assert await jobs.succeed(held, result_key="r", summary=SUMMARY, message="All have calls.")
    else:
        assert await jobs.fail(held, message="It lacks RT. Name it.", error="PeakTableError")
    return await jobs.get(job.id)


async def all_due() -> None:
    now = datetime.now(UTC)
    await Email.update({Email.not_before: now}, force=True)
    await Delivery.update({Delivery.not_before: now}, force=True)


async def call_all_due(settings: Settings = SETTINGS) -> None:
    dispatcher = WebhookDispatcher(settings, EndNotifications(settings))
    dispatcher.wake()
    while dispatcher._calling:
        await asyncio.wait(dispatcher._calling)


async def a_webhook(url: str, owner: str = "ada") -> tuple[Webhook, str]:
    return await WebhookStore().make(url, ["complete", "failed", "cancelled"], owner=owner)


def mail_server(mailbox: Mailbox) -> MailServer:
    found = MailServer.of(replace(SETTINGS, smtp_url=mailbox.url, mail_from="no-reply@lab.example"))
    assert found
    return found


def test_the_end_of_a_job_is_recorded_with_it_and_only_for_those_who_chose_notifications() -> None:
    async def work() -> None:
        account = await AccountStore().add(ADDRESS, "x")
        await ended(account.id, "succeeded")
        assert await Ending.count() == 0
        await choose(account.id, {"done"})
        for outcome in ("succeeded", "failed", "cancelled"):
            await ended(account.id, outcome)
        await ended("somebody else", "succeeded")
        jobs = JobStore()
        await a_job(jobs, account.id)
        held = await next_held(jobs)
        late = Job(**held.to_dict())
        await jobs.retry_later(held, delay_s=0, message="again")  # is no end
        assert not await jobs.succeed(late, result_key="r", summary={}, message="")
        rows = await Ending.select().order_by(Ending.id)
        assert [row["state"] for row in rows] == ["succeeded", "failed", "cancelled"]

    run(work())


def test_an_end_causes_one_e_mail_and_one_call_however_often_it_is_published(
    calls: Receiver,
) -> None:
    async def work() -> None:
        account = await AccountStore().add(ADDRESS, "x")
        await choose(account.id, {"done", "failed"})
        webhook, secret = await a_webhook(calls.url(), account.id)
        job = await ended(account.id, "succeeded")
        (ending,) = await Ending.objects()
        workers = [EndNotifications(SETTINGS) for _ in range(4)]
        await asyncio.gather(*(worker.queue() for worker in workers))
        await Ending.insert(Ending(**ending.to_dict()))  # as if it had died
        assert await workers[0].queue()
        assert await Email.count() == 1
        await asyncio.gather(*(call_all_due() for _ in range(4)))
        (call,) = calls.to("/hook")
        said = verify(call.body, call.headers, secret)
        assert said["type"] == "complete"
        assert said["data"]["job_id"] == job.id
        assert said["data"]["summary"]["counts"] == SUMMARY["counts"]
        assert said["data"]["links"]["page"] == f"https://sialo.example/jobs/{job.id}"
        (delivery,) = await recent_deliveries(webhook, 9)
        assert (delivery.id, delivery.state, delivery.status) == (
            call.headers["webhook-id"],
            "sent",
            204,
        )
        assert secret not in str(await Delivery.select())

    run(work())


def test_ends_that_nobody_wants_to_know_of_queue_nothing_and_are_forgotten() -> None:
    async def work() -> None:
        await ended("ada", "succeeded")
        assert not await EndNotifications(SETTINGS).queue()
        assert not await Ending.count()

    run(work())


def test_ends_beyond_those_read_at_once_are_queued_by_the_same_call(
    calls: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.notifications.ended_jobs.MOST_ENDINGS", 2)

    async def work() -> None:
        await a_webhook(calls.url())
        for _ in range(5):
            await ended("ada", "succeeded")
        assert await EndNotifications(SETTINGS).queue()
        assert await Delivery.count() == 5

    run(work())


def test_a_disabled_account_gets_no_notification_until_it_is_enabled(calls: Receiver) -> None:
    async def work() -> None:
        accounts = AccountStore()
        account = await accounts.add(ADDRESS, "x")
        await a_webhook(calls.url(), account.id)
        await accounts.disable(account.id)
        await ended(account.id, "succeeded")
        assert await EndNotifications(SETTINGS).queue()
        await call_all_due()
        assert not calls.calls
        await accounts.enable(account.id)
        await call_all_due()
        assert len(calls.calls) == 1

    run(work())


def test_a_job_that_is_started_again_ends_again(calls: Receiver) -> None:
    async def work() -> None:
        await a_webhook(calls.url())
        job = await ended("ada", "cancelled")
        await JobStore().queue_again(job.id, owner="ada")
        await JobStore().cancel(job.id, owner="ada")
        assert await EndNotifications(SETTINGS).queue()
        assert await Delivery.count() == 2
        await call_all_due()
        ids = {call.headers["webhook-id"] for call in calls.calls}
        assert len(ids) == len(calls.calls) == 2
        assert {json.loads(call.body)["type"] for call in calls.calls} == {"cancelled"}

    run(work())


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_an_e_mail_has_the_outcome_of_the_job(outcome: str) -> None:
    async def work(mailbox: Mailbox) -> Job:
        account = await AccountStore().add(ADDRESS, "x")
        await choose(account.id, {"done" if outcome == "succeeded" else "failed"})
        job = await ended(account.id, outcome)
        await ended(account.id, "failed" if outcome == "succeeded" else "succeeded")
        await EndNotifications(SETTINGS).queue()
        assert await send_due_emails(mail_server(mailbox)) == 1
        (sent,) = await recent_emails(9, owner=account.id)
        assert (sent.state, sent.text, sent.html) == ("sent", "", "")
        return job

    with running_mailbox() as mailbox:
        job = asyncio.run(work(mailbox))
    (letter,) = mailbox.to(ADDRESS)
    says, html = text_of(letter), _html_of(letter)
    page = f"https://sialo.example/jobs/{job.id}"
    if outcome == "succeeded":
        assert letter["Subject"] == "Done: peaks.csv"
        for part in ("confirmed: 1,214", "not confirmed: 22", f"{page}/result"):
            assert part in says
        assert "<td>confirmed</td>" in html
    else:
        assert letter["Subject"] == "Failed: peaks.csv"
        assert "It lacks RT. Name it." in says
        assert f'href="{page}"' in html
    address = letter["List-Unsubscribe"]
    assert f"\r\nList-Unsubscribe: {address}\r\n".encode() in mailbox.as_sent[0]
    assert address.startswith("<https://sialo.example/unsubscribe/")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address.strip("<>") in says


def _html_of(letter: EmailMessage) -> str:
    body = letter.get_body(("html",))
    assert body
    return str(body.get_content())


def test_an_e_mail_waits_for_a_server_that_is_away_or_busy_and_is_sent_once() -> None:
    async def work() -> None:
        await choose("local", {"done"}, address=ADDRESS)
        await ended("local", "succeeded")
        await EndNotifications(SETTINGS).queue()
        with running_mailbox() as gone:
            away = mail_server(gone)
        await send_due_emails(away)
        assert await _standing() == ("waiting", 1, "Error connecting")
        with running_mailbox() as mailbox:
            server = mail_server(mailbox)
            assert await send_due_emails(server) == 0  # it is not due yet
            mailbox.refusal = "451 Greylisted, come again"
            await all_due()
            await send_due_emails(server)
            assert await _standing() == ("waiting", 2, "Greylisted")
            mailbox.refusal = ""
            await all_due()
            await asyncio.gather(*(send_due_emails(server) for _ in range(3)))
            assert (await _standing())[:2] == ("sent", 3)
            assert len(mailbox.to(ADDRESS)) == 1
            mailbox.refusal = "554 No such user"
            await ended("local", "succeeded")
            await EndNotifications(SETTINGS).queue()
            await send_due_emails(server)
            assert await _standing() == ("failed", 1, "No such user")

    async def _standing() -> tuple[str, int, str]:
        letter = (await recent_emails(1, owner="local"))[0]
        known = ("Error connecting", "Greylisted", "No such user", "")
        return letter.state, letter.tries, next(part for part in known if part in letter.error)

    run(work())


def test_a_file_name_adds_no_header_and_no_paragraph_to_an_e_mail() -> None:
    names = [
        "a.csv\r\nBcc: eve@evil.example",
        "a\nb\n\nOpen https://evil.example",
        "µ\x1b\u2028.csv",
    ]

    async def work(mailbox: Mailbox) -> None:
        await choose("local", {"done"}, address=ADDRESS)
        for name in names:
            await ended("local", "succeeded", name)
        await EndNotifications(SETTINGS).queue()
        await send_due_emails(mail_server(mailbox))

    with running_mailbox() as mailbox:
        asyncio.run(work(mailbox))
    assert len(mailbox.letters) == len(names)
    for letter in mailbox.letters:
        assert letter["To"] == ADDRESS
        assert letter["Bcc"] is None
        assert letter["Subject"].startswith("Done: ")
        assert not any(line.startswith("Open http") for line in text_of(letter).splitlines())


def test_an_e_mail_that_cannot_be_built_is_given_up_and_delays_no_other() -> None:
    nobody = ('"a@b"<', "a@b\nc")

    async def work(mailbox: Mailbox) -> None:
        for to in (*nobody, ADDRESS):
            await add_email(to, "Hello", "text", "page")
        assert await send_due_emails(mail_server(mailbox)) == len(nobody) + 1
        states = {each.recipient: each.state for each in await recent_emails(9)}
        assert states == dict.fromkeys(nobody, "failed") | {ADDRESS: "sent"}

    with running_mailbox() as mailbox:
        asyncio.run(work(mailbox))


def test_e_mails_go_to_those_who_chose_them_and_end_by_their_link() -> None:
    async def work() -> None:
        nameless = await AccountStore().add("carl", "x")
        with pytest.raises(MailChoiceError, match="no address to send e-mails to"):
            await choose(nameless.id, {"done"}, address="eve@evil.example")
        with pytest.raises(MailChoiceError, match="done, failed"):
            await choose("local", {"all"}, address=ADDRESS)
        account = await AccountStore().add(ADDRESS, "x")
        await choose(account.id, {"failed", "done"}, address="eve@evil.example")
        found = await recipient(account.id)
        assert found
        assert found.address == ADDRESS
        await end_emails("wrong")
        assert (await choice_of(account.id)).kinds == "done failed"
        await choose_digest("daily", owner=account.id)
        await choose_digest("daily", owner="another")
        await end_emails(found.unsubscribe.rpartition("/")[2])
        assert (await choice_of(account.id)).kinds == ""
        assert [each.owner for each in await choices_of("daily")] == ["another"]
        assert await recipient(account.id) == found
        await AccountStore().add("root", "x", role="admin")
        await AccountStore().disable(account.id)
        assert await recipient(account.id) is None

    run(work())


def test_a_call_is_tried_again_by_the_pauses_then_given_up_and_its_webhook_disabled() -> None:
    async def work() -> None:
        webhook, _ = await a_webhook("http://127.0.0.1:9/")
        await choose("local", set(), address=ADDRESS)
        await queue_delivery("1", webhook, "complete", "{}")
        for tries, is_last in ((1, False), (2, False), (3, True)):
            claims = await asyncio.gather(*(claim_delivery() for _ in range(4)))
            (held,) = [claim for claim in claims if claim]
            assert (held.id, held.tries) == ("1", tries)
            given_up = await note_failure(held, "It answered 500.", 500, pauses_s=(5, 60))
            assert given_up is is_last
            if not is_last:
                (row,) = await Delivery.select()
                pause = row["not_before"] - datetime.now(UTC)
                assert abs(pause - timedelta(seconds=(5, 60)[tries - 1])) < timedelta(seconds=5)
                await all_due()
        (row,) = await Delivery.select()
        assert (row["state"], row["status"], row["answer"]) == ("failed", 500, "It answered 500.")

    run(work())


def test_an_e_mail_about_a_disabled_webhook_goes_to_those_who_chose_it_and_ends_as_others() -> None:
    async def work() -> None:
        webhook, _ = await a_webhook("http://127.0.0.1:9/", "local")
        notices = EndNotifications(SETTINGS)
        for kinds in (set[str](), {"done", "failed"}):
            await choose("local", kinds, address=ADDRESS)
            await notices.queue_webhook_disabled(webhook, "It answered 410.")
            assert await Email.count() == 0
        await choose("local", {"webhook"}, address=ADDRESS)
        await notices.queue_webhook_disabled(webhook, "It answered 410.")
        (letter,) = await recent_emails(9, owner="local")
        await end_emails(letter.unsubscribe.rpartition("/")[2])
        await notices.queue_webhook_disabled(webhook, "It answered 410.")
        assert await Email.count() == 1

    run(work())


def test_a_webhook_whose_calls_all_fail_is_disabled_and_its_owner_notified(calls: Receiver) -> None:
    async def work() -> None:
        await choose("local", {"webhook"}, address=ADDRESS)
        webhook, _ = await a_webhook(calls.url(), "local")
        settings = replace(SETTINGS, webhook_pauses_s=())
        calls.statuses["/hook"] = [204, 500, 500]
        await queue_delivery("fine", webhook, "complete", "{}")
        await call_all_due(settings)
        for number in ("first", "second"):
            await queue_delivery(number, webhook, "complete", "{}")
        await call_all_due(settings)
        webhook = await WebhookStore().get(webhook.id, owner="local")
        assert not webhook.enabled
        assert "the last time: It answered 500." in webhook.disabled_why
        states = {each.id: each.state for each in await recent_deliveries(webhook, 9)}
        assert states == {"fine": "sent", "first": "failed", "second": "failed"}
        assert len(calls.calls) == 2  # the second was not even tried
        (letter,) = await recent_emails(9, owner="local")
        assert (letter.recipient, letter.subject) == (ADDRESS, "A webhook was disabled")
        await choose("local", set(), address=ADDRESS)
        await ended("local", "succeeded")
        assert await Ending.count() == 0
        with pytest.raises(WebhookError, match="Enable it"):
            await send_again(webhook, "second")
        webhook = await WebhookStore().change(
            webhook, url=webhook.url, events=["failed"], enabled=True
        )
        calls.statuses.clear()
        await send_again(webhook, "second")
        with pytest.raises(WebhookError, match="waits already"):
            await send_again(webhook, "second")
        with pytest.raises(WebhookNotFoundError):
            await send_again(webhook, "third")
        await call_all_due(settings)
        assert calls.calls[-1].headers["webhook-id"] == "second"

    run(work())


def test_no_other_worker_makes_a_call_between_the_last_failure_and_the_disabling(
    calls: Receiver,
) -> None:
    async def work() -> None:
        webhook, _ = await a_webhook(calls.url(), "local")
        calls.statuses["/hook"] = [500]
        for number in ("first", "second"):
            await queue_delivery(number, webhook, "complete", "{}")
        settings = replace(SETTINGS, webhook_pauses_s=())
        dispatcher = asyncio.create_task(call_all_due(settings))
        while not dispatcher.done():
            await asyncio.sleep(0)
            if calls.calls:
                assert await claim_delivery() is None
        await dispatcher
        states = {each.id: each.state for each in await recent_deliveries(webhook, 9)}
        assert states == {"first": "failed", "second": "failed"}

    run(work())


def test_a_call_that_fails_while_others_succeed_disables_nothing(calls: Receiver) -> None:
    async def work() -> None:
        webhook, _ = await a_webhook(calls.url())
        settings = replace(SETTINGS, webhook_pauses_s=(60,))
        await queue_delivery("bad", webhook, "complete", "{}")
        calls.statuses["/hook"] = [500, 204, 500]
        await call_all_due(settings)
        await queue_delivery("good", webhook, "complete", "{}")
        await call_all_due(settings)
        await all_due()
        await call_all_due(settings)
        states = {each.id: each.state for each in await recent_deliveries(webhook, 9)}
        assert states == {"bad": "failed", "good": "sent"}
        assert (await WebhookStore().get(webhook.id, owner="ada")).enabled

    run(work())


def test_a_receiver_that_is_gone_is_called_no_more(calls: Receiver) -> None:
    async def work() -> None:
        webhook, _ = await a_webhook(calls.url())
        calls.statuses["/hook"] = [410]
        await queue_delivery("1", webhook, "complete", "{}")
        await call_all_due()
        webhook = await WebhookStore().get(webhook.id, owner="ada")
        assert "410" in webhook.disabled_why
        assert [each.state for each in await recent_deliveries(webhook, 9)] == ["failed"]

    run(work())


def test_a_worker_that_took_too_long_changes_nothing() -> None:
    async def work() -> None:
        webhook, _ = await a_webhook("http://127.0.0.1:9/")
        await queue_delivery("1", webhook, "complete", "{}")
        late = await claim_delivery()
        assert late
        assert await claim_delivery() is None
        await Delivery.update({Delivery.held_until: datetime.now(UTC)}, force=True)
        held = await claim_delivery()
        assert held
        assert held.attempt == 2
        await note_taken(held, "It answered 204.", 204)
        assert not await note_failure(late, "late", None, pauses_s=())
        (row,) = await Delivery.select()
        assert (row["state"], row["answer"]) == ("sent", "It answered 204.")

    run(work())


def test_workers_that_claim_at_once_take_no_more_than_the_places_of_an_owner() -> None:
    async def work() -> None:
        hooks = [(await a_webhook("http://127.0.0.1:9/"))[0] for _ in range(PLACES_OF_AN_OWNER + 1)]
        for number, webhook in enumerate(hooks):
            await queue_delivery(str(number), webhook, "complete", "{}")
        async with transaction():  # other workers do not see these claims before its end
            first = [await claim_delivery() for _ in range(PLACES_OF_AN_OWNER)]
            other = pool.submit(asyncio.run, claim_delivery())
            await asyncio.sleep(0.5)
        assert all(first)
        assert await asyncio.wrap_future(other) is None

    with ThreadPoolExecutor() as pool:
        run(work())


def test_a_webhook_has_one_call_at_a_time_and_keeps_no_other_waiting() -> None:
    async def work() -> None:
        for owner in ("ada", "bob"):
            webhook, _ = await a_webhook("http://127.0.0.1:9/", owner)
            for number in range(3):
                await queue_delivery(f"{owner}{number}", webhook, "complete", "{}")
        first, second = await claim_delivery(), await claim_delivery()
        assert first
        assert second
        assert first.webhook != second.webhook
        assert await claim_delivery() is None
        await note_taken(first, "", 204)
        third = await claim_delivery()
        assert third
        assert third.webhook == first.webhook

    run(work())


def test_what_is_another_owners_is_not_there() -> None:
    async def work() -> None:
        webhook, _ = await a_webhook("http://127.0.0.1:9/")
        with pytest.raises(WebhookNotFoundError):
            await WebhookStore().get(webhook.id, owner="bob")
        assert await WebhookStore().all(owner="bob") == []

    run(work())
