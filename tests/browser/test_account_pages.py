"""The pages that a Sialoscope with accounts has besides: axe-core, and whether they fit."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.judging import misfits, violations
from tests.people import PASSWORD, add_person
from tests.servers import Sialoscope, running_sialoscope

NAME = "root@lab.example"


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope({"SIALOSCOPE_ACCOUNTS": "true"}) as running:
        add_person(running, NAME, "--admin")
        add_person(running, "ada@lab.example")
        yield running


@pytest.fixture(scope="module")
def administrator(browser: Browser, server: Sialoscope) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Analyze")).to_be_visible()
    page.get_by_role("button", name="Try the example").click()
    page.wait_for_url("**/result", timeout=30_000)
    yield page
    context.close()


@pytest.mark.parametrize(
    "path", ["/login", "/forgotten", "/reset/none", "/invitation/none", "/unsubscribe/none"]
)
def test_pages_of_strangers(page_of_nobody: Page, path: str) -> None:
    page_of_nobody.goto(path)
    assert violations(page_of_nobody) == []
    assert misfits(page_of_nobody) == {}


@pytest.fixture
def page_of_nobody(browser: Browser, server: Sialoscope) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    "path", ["/account", "/admin/accounts", "/shared", "/tokens", "/jobs", "/notifications"]
)
def test_pages_of_accounts(administrator: Page, path: str) -> None:
    administrator.goto(path)
    assert violations(administrator) == []
    assert misfits(administrator) == {}


def test_a_job_that_is_shared(administrator: Page) -> None:
    page = administrator
    page.goto("/jobs")
    page.get_by_role("link", name="example.csv").click()
    page.get_by_role("link", name="About this job").click()
    page.get_by_label("Name of an account").fill("ada@lab.example")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_text("ada@lab.example may")).to_be_visible()
    assert violations(page) == []
    assert misfits(page) == {}
