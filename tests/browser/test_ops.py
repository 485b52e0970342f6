"""The live page of operations in a browser: it follows the queue, and drains a worker."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import log_in
from tests.held_jobs import held_job
from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope, running_sialoscope

SOON_MS = 30_000
FOCUSED = "document.activeElement.id"


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    """With one place for jobs, so that others wait."""
    with running_sialoscope({"SIALOSCOPE_TASKS_PER_WORKER": "1"}) as running:
        yield running


def shown_at(page: Page) -> str:
    return page.locator("#board-at").inner_text()


def wait_for_next_board(page: Page) -> None:
    expect(page.locator("#board-at")).not_to_have_text(shown_at(page), timeout=SOON_MS)


def test_depth_and_running_jobs_follow_the_queue(page: Page, server: Sialoscope) -> None:
    page.goto("/admin/ops")
    expect(page.locator("#depth")).to_have_text("0")
    with server.client() as client:
        with held_job(server, client, "slow.csv") as slow:
            expect(page.locator("tr[data-worker]")).to_contain_text("slow.csv", timeout=SOON_MS)
            expect(page.locator("tr[data-worker] .status")).to_have_text("busy")
            waiting = [submit(client, SMALL) for _ in range(3)]
            expect(page.locator("#depth")).to_have_text("3", timeout=SOON_MS)
            expect(page.get_by_text("the oldest for")).to_be_visible()
        for job_id in (slow, *waiting):
            finished(client, job_id)
    expect(page.locator("#depth")).to_have_text("0", timeout=SOON_MS)
    expect(page.locator("#running")).to_have_text("0", timeout=SOON_MS)


def test_a_worker_is_drained_and_resumed_by_keyboard(page: Page, server: Sialoscope) -> None:
    page.goto("/admin/ops")
    state = page.locator("tr[data-worker] .status")
    expect(state).to_have_text("idle", timeout=SOON_MS)
    page.get_by_role("button", name="Drain").focus()
    page.keyboard.press("Enter")
    expect(state).to_have_text("drained", timeout=SOON_MS)
    expect(page.locator("#ops-warnings")).to_contain_text("Every worker is drained")
    with server.client() as client:
        job_id = submit(client, SMALL, "waits.csv")
        expect(page.locator("#depth")).to_have_text("1", timeout=SOON_MS)
        page.get_by_role("button", name="take jobs again").click()
        assert finished(client, job_id)["status"] == "succeeded"
    expect(page.locator("#ops-warnings")).to_have_count(0, timeout=SOON_MS)


def test_the_board_keeps_the_focus_and_can_be_paused(page: Page) -> None:
    page.goto("/admin/ops")
    button = page.get_by_role("button", name="Drain")
    button.focus()
    name = page.evaluate(FOCUSED)
    wait_for_next_board(page)
    wait_for_next_board(page)
    assert page.evaluate(FOCUSED) == name
    hold = page.get_by_role("button", name="Hold still")
    hold.click()
    held = shown_at(page)
    with page.expect_event("console", lambda line: line.text == "came", timeout=SOON_MS):
        page.evaluate(
            "document.body.addEventListener('htmx:sseBeforeMessage', () => console.log('came'))"
        )
    assert shown_at(page) == held
    hold.click()
    wait_for_next_board(page)


def test_it_tells_when_its_reader_has_logged_out_elsewhere(
    page: Page, context: BrowserContext
) -> None:
    page.goto("/admin/ops")
    wait_for_next_board(page)
    other = context.new_page()
    other.goto("/jobs")
    other.get_by_role("button", name="Log out").click()
    expect(page.locator("#connection")).to_contain_text("Your login has ended", timeout=SOON_MS)


def test_it_works_without_javascript(browser: Browser, server: Sialoscope) -> None:
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    log_in(context)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="Administration").click()
    page.get_by_role("button", name="Drain").click()
    expect(page.locator("tr[data-worker]")).to_contain_text("drained by local")
    page.get_by_role("button", name="take jobs again").click()
    expect(page.get_by_role("button", name="Drain")).to_be_visible()
    page.get_by_role("link", name="Jobs of all users").click()
    page.get_by_role("link", name="waits.csv").click()
    expect(page.get_by_role("heading", name="Attempt 1: succeeded")).to_be_visible()
    context.close()
