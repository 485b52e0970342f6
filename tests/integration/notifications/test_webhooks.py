"""Webhooks and letters on a running server: by program, by page, and over real connections."""

import asyncio
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
from sialoscope_client import verify

from app.db.notifications.tables import Delivery, Webhook
from app.db.notifications.webhooks import new_secret
from app.notifications.webhooks import call as calling
from app.notifications.webhooks.call import Answer, call
from app.web.features.notifications.deliveries_api import MOST_DELIVERIES
from tests.conftest import ROOT
from tests.held_jobs import every_analysis_held
from tests.integration.api import SMALL, finished, submit
from tests.mailbox import Mailbox, text_of
from tests.page_forms import send
from tests.people import Person, add_person
from tests.receiver import Receiver, running_receiver
from tests.servers import Sialoscope, free_port, running_sialoscope, wait_until

# No account of the server that other tests share, to which e-mails of theirs could go.
ADDRESS = "letters@lab.example"
PLACES = 2  # of the one worker


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def server(mailbox: Mailbox) -> Iterator[Sialoscope]:
    settings = {
        "SIALOSCOPE_WEBHOOKS_TO_PRIVATE": "true",
        "SIALOSCOPE_WEBHOOK_PAUSES_S": "1, 1",
        "SIALOSCOPE_SMTP_URL": mailbox.url,
        "SIALOSCOPE_MAIL_FROM": "no-reply@lab.example",
    }
    with running_sialoscope(settings) as running:
        yield running


def a_webhook(client: httpx.Client, url: str, *events: str) -> dict[str, Any]:
    answer = client.post("/api/v1/webhooks", json={"url": url, "events": events or ["complete"]})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    made: dict[str, Any] = answer.json()
    return made


def deliveries(client: httpx.Client, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/webhooks/{webhook['id']}/deliveries")
    found: list[dict[str, Any]] = answer.json()["deliveries"]
    return found


def test_a_job_that_ends_is_announced_by_a_signed_call(
    client: httpx.Client, receiver: Receiver
) -> None:
    webhook = a_webhook(client, receiver.url("/ended"), "complete", "failed")
    job_id = submit(client, SMALL, "told.csv")
    said = verify(
        receiver.next_to("/ended").body, receiver.next_to("/ended").headers, webhook["secret"]
    )
    assert said["type"] == "complete"
    assert (said["data"]["job_id"], said["data"]["file_name"]) == (job_id, "told.csv")
    assert said["data"]["finished_at"]
    failed = submit(client, b"Name,Volume\nGM1(36:1;O2),1\n", "bad.csv")
    second = json.loads(receiver.next_to("/ended", known=1).body)
    assert (second["type"], second["data"]["job_id"]) == ("failed", failed)
    assert "RT" in second["data"]["message"]
    wait_until(lambda: [each["state"] for each in deliveries(client, webhook)] == ["sent"] * 2)
    shown = client.get(f"/api/v1/webhooks/{webhook['id']}")
    assert shown.json()["taken_at"]
    assert webhook["secret"] not in shown.text + client.get("/api/v1/webhooks").text


def test_a_call_does_not_wait_for_long_analyses_in_all_places(
    server: Sialoscope, client: httpx.Client, receiver: Receiver
) -> None:
    webhook = a_webhook(client, receiver.url("/meanwhile"), "failed")

    def states() -> list[str]:
        return [client.get(f"/api/v1/jobs/{job_id}").json()["status"] for job_id in long]

    with every_analysis_held(server):
        long = [submit(client, SMALL) for _ in range(PLACES)]
        wait_until(lambda: states() == ["running"] * PLACES)
        client.post(f"/api/v1/webhooks/{webhook['id']}/test")
        receiver.next_to("/meanwhile")
        assert states() == ["running"] * PLACES
    for job_id in long:
        finished(client, job_id)


def test_a_call_that_is_refused_is_made_again_by_itself(
    server: Sialoscope, client: httpx.Client, receiver: Receiver
) -> None:
    # Of another kind than the ends before it, some of which may not have been announced yet.
    webhook = a_webhook(client, receiver.url("/again"), "cancelled")
    receiver.statuses["/again"] = [503, 302]
    with every_analysis_held(server):
        client.post(f"/api/v1/jobs/{submit(client, SMALL)}/cancel").raise_for_status()
    wait_until(lambda: [each["state"] for each in deliveries(client, webhook)] == ["sent"])
    first, second, third = receiver.to("/again")
    assert first.headers["webhook-id"] == third.headers["webhook-id"]
    assert first.body == second.body == third.body
    assert receiver.to("/elsewhere") == []  # where the redirect leads
    (received,) = deliveries(client, webhook)
    assert (received["tries"], received["status"], received["next_try_at"]) == (3, 204, None)


def test_a_test_and_a_call_can_be_sent_by_hand(client: httpx.Client, receiver: Receiver) -> None:
    webhook = a_webhook(client, receiver.url("/by-hand"))
    path = f"/api/v1/webhooks/{webhook['id']}"
    sent = client.post(f"{path}/test").json()["delivery_id"]
    got = receiver.next_to("/by-hand")
    assert verify(got.body, got.headers, webhook["secret"])["type"] == "test"
    assert got.headers["webhook-id"] == sent
    wait_until(lambda: deliveries(client, webhook)[0]["state"] == "sent")
    renewed = client.post(f"{path}/secret").json()["secret"]
    assert client.post(f"{path}/deliveries/{sent}/send").status_code == httpx.codes.ACCEPTED
    again = receiver.next_to("/by-hand", known=1)
    assert again.headers["webhook-id"] == sent
    assert verify(again.body, again.headers, renewed)
    assert client.post(f"{path}/deliveries/none/send").status_code == httpx.codes.NOT_FOUND
    changed = client.patch(path, json={"enabled": False, "events": ["failed"]}).json()
    assert (changed["enabled"], changed["events"], changed["url"]) == (
        False,
        ["failed"],
        webhook["url"],
    )
    assert client.delete(path).status_code == httpx.codes.NO_CONTENT
    assert client.get(path).status_code == httpx.codes.NOT_FOUND


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"url": "ftp://lab.example/"}, "whole address"),
        ({"url": "https://lab.example/", "events": []}, "at least one of the events"),
        ({"url": "https://lab.example/", "events": ["all"]}, "complete, failed, cancelled"),
        ({"url": "https://lab.example/", "colour": "red"}, "colour"),
        ({}, "url"),
    ],
)
def test_a_webhook_that_is_none_is_refused(
    client: httpx.Client, sent: dict[str, Any], sentence: str
) -> None:
    answer = client.post("/api/v1/webhooks", json=sent)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert sentence in answer.json()["detail"]


def test_only_users_who_may_manage_reach_webhooks(client: httpx.Client, server: Sialoscope) -> None:
    assert client.get("/api/v1/webhooks", params={}).is_success
    made = client.post("/api/v1/tokens", json={"name": "reader", "scopes": ["read", "submit"]})
    bearer = {"Authorization": f"Bearer {made.json()['token']}"}
    for method in ("GET", "POST"):
        answer = httpx.request(method, f"{server.url}/api/v1/webhooks", headers=bearer, timeout=60)
        assert answer.status_code == httpx.codes.FORBIDDEN
    too_many = {"limit": MOST_DELIVERIES + 1}
    webhook = a_webhook(client, "https://lab.example/")
    answer = client.get(f"/api/v1/webhooks/{webhook['id']}/deliveries", params=too_many)
    assert answer.status_code == httpx.codes.BAD_REQUEST


def test_the_receiver_of_the_documentation_works(client: httpx.Client) -> None:
    (example,) = re.findall(
        r"```python\n((?:(?!```).)*?verify.*?)```", (ROOT / "docs" / "api.md").read_text(), re.S
    )
    port = free_port()
    webhook = a_webhook(client, f"http://127.0.0.1:{port}/", "complete")
    printed: list[str] = []
    names: dict[str, Any] = {"print": lambda *words: printed.append(" ".join(map(str, words)))}
    code = example.replace("8800", str(port)).replace("whsec_...", webhook["secret"])
    assert f", {port})" in code
    assert webhook["secret"] in code
    threading.Thread(target=exec, args=(code, names), daemon=True).start()
    wait_until(lambda: _accepts(port))
    assert client.post(f"/api/v1/webhooks/{webhook['id']}/test").is_success
    wait_until(lambda: printed == ["test None"])
    submit(client, SMALL, "documented.csv")
    wait_until(lambda: printed == ["test None", "complete documented.csv"])
    forged = httpx.post(
        f"http://127.0.0.1:{port}/", content=b"{}", headers={"webhook-id": "1"}, timeout=60
    )
    assert forged.status_code == httpx.codes.BAD_REQUEST


def _accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def test_e_mails_are_chosen_on_the_page_and_end_by_one_click(
    pages: httpx.Client, client: httpx.Client, mailbox: Mailbox, server: Sialoscope
) -> None:
    refused = send(pages, "/notifications/mail", address="a@b\nBcc: c@d", kinds=["done"])
    assert "This is not an e-mail address" in refused.text
    saved = send(pages, "/notifications/mail", address=ADDRESS, kinds=["done", "failed"])
    assert "Saved." in saved.text
    job_id = submit(client, SMALL, "by-mail.csv")
    letter = mailbox.next_to(ADDRESS)
    assert letter["Subject"] == "Done: by-mail.csv"
    assert f"{server.url}/jobs/{job_id}/result" in text_of(letter)
    wait_until(lambda: "Done: by-mail.csv" in pages.get("/notifications").text)
    end = letter["List-Unsubscribe"].strip("<>")
    with httpx.Client(timeout=60) as mail_program:  # has neither session nor cookie
        assert "Unsubscribe" in mail_program.get(end).text
        assert 'value="done" checked' in pages.get("/notifications").text
        one_click = mail_program.post(end, data={"List-Unsubscribe": "One-Click"})
        assert "Unsubscribed" in one_click.text
        assert mail_program.post(end + "x").status_code == httpx.codes.NOT_FOUND
    assert 'value="done" checked' not in pages.get("/notifications").text
    finished(client, submit(client, SMALL, "unannounced.csv"))
    assert len(mailbox.to(ADDRESS)) == 1


def test_an_e_mail_that_cannot_be_sent_is_shown_to_its_user(
    pages: httpx.Client, client: httpx.Client, mailbox: Mailbox
) -> None:
    send(pages, "/notifications/mail", address="gone@lab.example", kinds=["failed"])
    mailbox.refusal = "554 No such user here"
    try:
        finished(client, submit(client, b"Name,Volume\nGM1(36:1;O2),1\n", "unsent.csv"))
        wait_until(lambda: "No such user here" in pages.get("/notifications").text)
    finally:
        mailbox.refusal = ""
        send(pages, "/notifications/mail", address=ADDRESS)


def test_an_account_is_written_to_at_its_name(
    shared_server: Sialoscope, mailbox: Mailbox, admin: Person
) -> None:
    eve = add_person(shared_server, "eve@lab.example")
    with eve.session() as browser, eve.program("submit", "read") as program:
        page = send(browser, "/notifications/mail", kinds=["done"], address="other@lab.example")
        assert "E-mails go to eve@lab.example." in page.text
        submit(program, SMALL, "shared.csv")
        # The first e-mail names the new token.
        assert mailbox.next_to(eve.name, known=1)["Subject"] == "Done: shared.csv"
        assert mailbox.to("other@lab.example") == []
    with admin.session() as browser:  # who sees letters, not jobs
        letters = browser.get("/admin/accounts").text.partition("Recent e-mails")[2]
        assert eve.name in letters
        assert "shared.csv" not in letters
    with add_person(shared_server, "nameless").session() as browser:
        assert "no e-mail address" in browser.get("/notifications").text


@contextmanager
def speaking(said: bytes, *, again: bool = False) -> Iterator[str]:
    """A server that answers any call by these bytes, for ever where they come again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def speak() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.sendall(said)
                while again and not ended.is_set():
                    connection.sendall(said)
                ended.wait(60)

        thread = threading.Thread(target=speak, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        ended.set()
        thread.join()


def called(url: str, *, to_private: bool = True) -> Answer:
    webhook = Webhook(url=url, secret=new_secret())
    return asyncio.run(call(webhook, Delivery(id="1", body="{}"), to_private=to_private))


def test_a_receiver_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "ANSWER_TIMEOUT_S", 0.3)
    for said in (b"", b"HTTP/1.1 200 OK\r\nX: "):
        with speaking(said) as url:
            assert called(url) == Answer("It gave no answer within 0.3 s.")


def test_an_answer_without_end_is_not_read() -> None:
    with speaking(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000, again=True) as url:
        assert called(url) == Answer("It answered 200.", 200)
    with speaking(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000, again=True) as url:
        answer = called(url)
        assert (answer.status, answer.says[:23]) == (None, "It cannot be called: 40")
    with speaking(b"+OK this is no HTTP\r\n") as url:
        assert called(url).status is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
def test_this_machine_is_not_called_by_any_of_its_names(receiver: Receiver, host: str) -> None:
    before = len(receiver.calls)
    secure = receiver.url(host=host).replace("http:", "https:")
    answer = called(secure, to_private=False)
    assert answer.status is None
    assert "which webhooks do not call" in answer.says
    assert len(receiver.calls) == before
    if host != "2130706433":  # which aiohttp takes for no address at all
        assert called(receiver.url(host=host)).is_taken
        assert len(receiver.calls) == before + 1


def test_a_server_calls_no_private_address_unless_a_setting_allows_it(
    shared_server: Sialoscope,
) -> None:
    with add_person(shared_server, "mallory@lab.example").program("manage") as program:
        refused = program.post("/api/v1/webhooks", json={"url": "https://169.254.169.254/latest"})
        assert refused.status_code == httpx.codes.BAD_REQUEST
        assert "which webhooks do not call" in refused.json()["detail"]
        webhook = a_webhook(program, "https://localhost/")  # is resolved with each call
        program.post(f"/api/v1/webhooks/{webhook['id']}/test")
        wait_until(lambda: deliveries(program, webhook)[0]["state"] == "failed")
        assert "which webhooks do not call" in deliveries(program, webhook)[0]["answer"]
