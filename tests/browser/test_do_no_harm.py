"""What cannot be undone asks first: by pointer, by keyboard, and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import log_in
from tests.browser.judging import misfits, violations
from tests.browser.site import FEW
from tests.integration.api import finished, submit
from tests.servers import Sialoscope


@pytest.fixture
def job_id(server: Sialoscope) -> str:
    with server.client() as client:
        made = submit(client, FEW, "to-delete.csv")
        finished(client, made)
    return made


def test_a_job_is_deleted_by_the_second_of_two_actions(page: Page, job_id: str) -> None:
    page.goto(f"/jobs/{job_id}")
    ask, delete = page.locator("summary", has_text="Delete job"), page.get_by_role("button")
    delete = delete.filter(has_text="Delete job")
    expect(delete).to_be_hidden()
    ask.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("cannot be restored")).to_be_visible()
    expect(delete).to_be_visible()
    assert violations(page) == []
    assert misfits(page) == {}
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.locator("summary", has_text="Cancel").click()
    expect(delete).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("to-delete.csv")
    ask.focus()
    for key in ("Enter", "Tab", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url("**/jobs")
    expect(page.locator(f"#job-{job_id}")).to_have_count(0)


def test_it_asks_without_javascript(browser: Browser, server: Sialoscope, job_id: str) -> None:
    plain = browser.new_context(base_url=server.url, java_script_enabled=False)
    log_in(plain)
    page = plain.new_page()
    page.goto(f"/jobs/{job_id}")
    delete = page.get_by_role("button").filter(has_text="Delete job")
    expect(delete).to_be_hidden()
    page.locator("summary", has_text="Delete job").click()
    delete.click()
    expect(page.locator(f"#job-{job_id}")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    plain.close()
