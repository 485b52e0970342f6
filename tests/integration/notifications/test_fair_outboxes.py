"""Nobody's webhooks and e-mails wait for those of somebody else, however slow these are."""

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from piccolo.columns import And

from app.db.accounts.tables import Email
from app.db.engine.connect import create_engine
from app.db.jobs.tables import Job
from app.db.notifications.email_outbox import EmailState, add_email
from app.db.notifications.tables import Delivery, Webhook
from app.db.notifications.webhook_outbox import PLACES_OF_AN_OWNER, queue_delivery
from app.db.notifications.webhooks import MOST_WEBHOOKS, TEST
from app.notifications.webhooks.payload import trial
from tests.integration.api import SMALL, finished, submit
from tests.people import Person, add_person
from tests.receiver import Receiver, running_receiver
from tests.servers import Sialoscope, wait_until
from tests.silence import asking, silent_name_server, silent_receiver

# The deadline of one call; who is fair needs a fraction of it.
FAIR_S = 8
# A busy machine may delay one of them; who waits for the calls of somebody else waits each time.
TRIES = 3
CALLS = 128
LETTERS = 6
A_MINUTE_S = 60

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="Only root can choose a name server.")


@pytest.fixture(scope="module")
def silent_port() -> Iterator[int]:
    with silent_receiver() as port:
        yield port


@pytest.fixture(scope="module")
def server(silent_port: int) -> Iterator[Sialoscope]:
    settings = {
        "SIALOSCOPE_ACCOUNTS": "true",
        "SIALOSCOPE_WEBHOOKS_TO_PRIVATE": "true",
        "SIALOSCOPE_SMTP_URL": f"smtp://127.0.0.1:{silent_port}",
        "SIALOSCOPE_MAIL_FROM": "no-reply@lab.example",
    }
    with silent_name_server() as address, asking(address, settings) as running:
        yield running


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def mallory(server: Sialoscope) -> Person:
    return add_person(server, "mallory@lab.example")


@pytest.fixture(scope="module")
def bob(server: Sialoscope) -> Iterator[httpx.Client]:
    with add_person(server, "bob@lab.example").program("read", "submit", "manage") as program:
        yield program


@pytest.fixture
def rows(server: Sialoscope) -> Iterator[None]:
    """Let this process write into the outboxes of the server."""
    engine = create_engine(server.database_url)
    before = {table: table._meta._db for table in (Job, Delivery, Webhook, Email)}
    for table in before:
        table._meta._db = engine
    yield
    for table, own in before.items():
        table._meta._db = own


def a_webhook(client: httpx.Client, url: str) -> str:
    made = client.post("/api/v1/webhooks", json={"url": url, "events": ["complete"]})
    assert made.status_code == httpx.codes.CREATED, made.text
    return str(made.json()["id"])


async def _queue_tests(hooks: list[str]) -> None:
    found = await Webhook.objects().where(Webhook.id.is_in(hooks))
    for number in range(CALLS):
        await queue_delivery(uuid4().hex, found[number % len(found)], TEST, trial())


async def _under_way(hooks: list[str]) -> int:
    is_held = And(Delivery.state == "waiting", Delivery.held_until > datetime.now(UTC))
    return int(await Delivery.count().where(And(is_held, Delivery.webhook.is_in(hooks))))


@pytest.mark.parametrize("slow", ["names without an answer", "receivers without an answer"])
@pytest.mark.usefixtures("rows")
def test_slow_calls_of_one_owner_keep_nobody_else_waiting(
    slow: str, mallory: Person, bob: httpx.Client, receiver: Receiver, silent_port: int
) -> None:
    with mallory.program("read", "manage") as program:
        is_name = slow.startswith("names")
        urls = [
            f"http://silent-{number}.example/x"
            if is_name
            else f"http://127.0.0.1:{silent_port}/{number}"
            for number in range(MOST_WEBHOOKS)
        ]
        hooks = [a_webhook(program, url) for url in urls]
        asyncio.run(_queue_tests(hooks))
        assert program.post(f"/api/v1/webhooks/{hooks[0]}/test").status_code == httpx.codes.ACCEPTED
        wait_until(lambda: asyncio.run(_under_way(hooks)) == PLACES_OF_AN_OWNER)
        path = f"/bob/{'names' if is_name else 'receivers'}"
        own = a_webhook(bob, receiver.url(path))

        def is_called_soon() -> bool:
            known, began = len(receiver.to(path)), time.monotonic()
            assert bob.post(f"/api/v1/webhooks/{own}/test").status_code == httpx.codes.ACCEPTED
            receiver.next_to(path, known=known)
            return time.monotonic() - began < FAIR_S

        assert any(is_called_soon() for _ in range(TRIES))
        assert asyncio.run(_under_way(hooks)) <= PLACES_OF_AN_OWNER
        known = len(receiver.to(path))
        job_id = submit(bob, SMALL)
        assert finished(bob, job_id)["status"] == "succeeded"
        receiver.next_to(path, known=known)
        for hook in hooks:
            program.delete(f"/api/v1/webhooks/{hook}")


def test_a_name_that_is_never_resolved_is_reported(bob: httpx.Client) -> None:
    hook = a_webhook(bob, "http://never-resolved.example/x")
    path = f"/api/v1/webhooks/{hook}"

    def newest() -> dict[str, Any]:
        found: dict[str, Any] = bob.get(f"{path}/deliveries").json()["deliveries"][0]
        return found

    def is_reported_soon() -> bool:
        began = time.monotonic()
        sent = bob.post(f"{path}/test").json()["delivery_id"]
        wait_until(lambda: (newest()["id"], newest()["state"]) == (sent, "failed"))
        return time.monotonic() - began < FAIR_S

    assert any(is_reported_soon() for _ in range(TRIES))
    assert newest()["answer"] == "It cannot be called: its name was not resolved within 3 s."


def test_calls_by_hand_are_limited_for_each_owner(server: Sialoscope, bob: httpx.Client) -> None:
    with add_person(server, "eve@lab.example").program("manage") as program:
        hook = a_webhook(program, "http://127.0.0.1:9/x")
        sent = [program.post(f"/api/v1/webhooks/{hook}/test") for _ in range(31)]
        assert {each.status_code for each in sent[:30]} == {httpx.codes.ACCEPTED}
        assert sent[30].status_code == httpx.codes.TOO_MANY_REQUESTS
        assert 1 <= int(sent[30].headers["Retry-After"]) <= A_MINUTE_S
        queued = sent[0].json()["delivery_id"]
        again = program.post(f"/api/v1/webhooks/{hook}/deliveries/{queued}/send")
        assert again.status_code == httpx.codes.TOO_MANY_REQUESTS
    own = a_webhook(bob, "http://127.0.0.1:9/x")
    assert bob.post(f"/api/v1/webhooks/{own}/test").status_code == httpx.codes.ACCEPTED


@pytest.mark.usefixtures("rows")
def test_a_mail_server_that_does_not_answer_keeps_no_job_waiting(bob: httpx.Client) -> None:
    async def queue() -> None:
        for number in range(LETTERS):
            await add_email(f"person-{number}@lab.example", "Hello", "text", "page")

    async def still_waiting() -> int:
        ours = Email.recipient.like("person-%")
        return int(await Email.count().where(And(ours, Email.state == EmailState.WAITING)))

    asyncio.run(queue())
    for _ in range(3):  # each end of a job wakes what sends letters
        assert finished(bob, submit(bob, SMALL))["status"] == "succeeded"
    assert asyncio.run(still_waiting()) == LETTERS
