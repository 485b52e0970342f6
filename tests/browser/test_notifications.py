"""Choosing letters and keeping webhooks, with JavaScript and without."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import watched_page
from tests.browser.judging import misfits, violations
from tests.mailbox import Mailbox, running_mailbox
from tests.receiver import Receiver, running_receiver
from tests.servers import Sialoscope, running_sialoscope, wait_until

LONG = "/" + "long-" * 20


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with running_mailbox() as running:
        yield running


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def server(mailbox: Mailbox) -> Iterator[Sialoscope]:
    settings = {
        "SIALOSCOPE_WEBHOOKS_TO_PRIVATE": "true",
        "SIALOSCOPE_SMTP_URL": mailbox.url,
        "SIALOSCOPE_MAIL_FROM": "no-reply@lab.example",
    }
    with running_sialoscope(settings) as running:
        yield running


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def has_scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def context(browser: Browser, server: Sialoscope, *, has_scripts: bool) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=server.url, java_script_enabled=has_scripts)
    yield context
    context.close()


def judge(page: Page, *, has_scripts: bool) -> None:
    assert misfits(page) == {}
    if has_scripts:  # without which axe-core does not run; the pages are the same
        assert violations(page) == []


def until_shown(page: Page, text: str) -> None:
    def is_shown() -> bool:
        page.reload()
        return page.get_by_text(text).first.is_visible()

    wait_until(is_shown)


def test_a_user_is_notified_by_e_mail_and_webhook_and_ends_both(
    context: BrowserContext, mailbox: Mailbox, receiver: Receiver, *, has_scripts: bool
) -> None:
    page, troubles = watched_page(context)
    letters, calls = len(mailbox.letters), len(receiver.to(LONG))
    page.goto("/")
    page.get_by_role("link", name="Notifications").click()
    page.get_by_label("Your e-mail address").fill("ada@lab.example")
    page.get_by_label("has succeeded", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_have_text("Saved.")
    page.get_by_label("Address", exact=True).fill(receiver.url(LONG))
    page.get_by_label("was cancelled").uncheck()
    page.get_by_role("button", name="Add the webhook").press("Enter")
    expect(page.get_by_role("textbox", name="Secret")).to_have_value(
        re.compile(r"whsec_[\w+/]{43}=")
    )
    judge(page, has_scripts=has_scripts)
    with page.expect_navigation():
        page.get_by_role("button", name="Send a test").click()
    receiver.next_to(LONG, known=calls)
    until_shown(page, "It answered 204.")
    page.goto("/")
    page.get_by_role("button", name="Try the example").click()
    letter = mailbox.next_to("ada@lab.example", known=letters)
    receiver.next_to(LONG, known=calls + 1)
    page.goto("/notifications")
    until_shown(page, str(letter["Subject"]))
    judge(page, has_scripts=has_scripts)
    page.goto(letter["List-Unsubscribe"].strip("<>"))
    judge(page, has_scripts=has_scripts)
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", name="Unsubscribed")).to_be_visible()
    page.get_by_role("link", name="Notifications").last.click()
    expect(page.get_by_label("has succeeded", exact=True)).not_to_be_checked()
    page.get_by_role("link", name=LONG).first.click()
    page.get_by_label("Enabled").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Enabled")).not_to_be_checked()
    page.get_by_text("Delete the webhook …").click()
    page.get_by_role("button", name="Delete the webhook").click()
    expect(page.get_by_role("link", name=LONG)).to_have_count(0)
    assert troubles == []
