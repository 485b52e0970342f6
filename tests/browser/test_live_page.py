"""A job's page while the network fails it: it says so, looks itself, and misses nothing."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from playwright.sync_api import Page, expect

from app.analysis.rules import RULES
from tests.browser.watching import WATCH_THE_BAR, held_back
from tests.held_jobs import held_job
from tests.integration.api import SMALL, admitted, finished, submit, submit_slow
from tests.servers import Sialoscope, held, running_sialoscope

RECONNECTED_WITHIN_MS = 60_000
ENDED_WITHIN_MS = 120_000
STREAMS = 3


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    """A server of this module's own: its web process is killed, and a user's streams are few."""
    with running_sialoscope({"SIALOSCOPE_STREAMS_PER_USER": str(STREAMS)}) as running:
        yield running


@pytest.fixture
def client(server: Sialoscope) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@contextmanager
def held_while_it_runs(page: Page, client: httpx.Client, server: Sialoscope) -> Iterator[str]:
    """The page of a long job, which shows it to be under way while its analysis is held still."""
    job_id = submit_slow(client)
    with server.held_analysis():
        page.add_init_script(f"({WATCH_THE_BAR})()")
        page.goto(f"/jobs/{job_id}?watch=1")
        expect(page.locator(".panel.running")).to_be_visible()
        yield job_id


def expect_whole_log(page: Page) -> None:
    """The panel of a job that is done: each step and each rule is in it once."""
    with held_back(page, "**/result"):  # or it takes the place of the panel
        expect(page.locator("#to-result")).to_be_visible(timeout=ENDED_WITHIN_MS)
        lines = page.locator(".log li").all_inner_texts()
        seen = page.evaluate("window.seen")
    matches = [re.match(r"Rule (\d+), ", line) for line in lines]
    heard = Counter(int(match[1]) for match in matches if match)
    assert heard == {rule.number: 1 for rule in RULES}
    for step in ("Reading the", "Parsing the", "Saving", "Analysis complete"):
        assert sum(line.startswith(step) for line in lines) == 1
    assert seen == sorted(seen)


def test_a_web_process_killed_in_the_middle_costs_no_step(
    page_on_bad_network: Page, client: httpx.Client, server: Sialoscope
) -> None:
    page = page_on_bad_network
    with held_while_it_runs(page, client, server):
        server.restart("web")
        with held(server.pids("web")):  # or the page might be served before it is looked at
            expect(page.get_by_text("Reconnecting")).to_be_visible()
        expect(page.get_by_text("Reconnecting")).to_be_hidden(timeout=RECONNECTED_WITHIN_MS)
        expect(page.locator(".panel.running")).to_be_visible()
    expect_whole_log(page)
    page.wait_for_url("**/result")


def test_a_page_whose_stream_is_blocked_looks_itself_up_to_the_end(
    page_on_bad_network: Page, client: httpx.Client, server: Sialoscope
) -> None:
    page = page_on_bad_network
    page.route("**/events*", lambda route: route.abort())
    with held_while_it_runs(page, client, server):
        expect(page.get_by_text("Reconnecting")).to_be_visible()
    expect_whole_log(page)
    page.wait_for_url("**/result")


def test_a_page_that_is_refused_a_stream_looks_until_it_can_have_one(
    page_on_bad_network: Page, client: httpx.Client, server: Sialoscope
) -> None:
    page = page_on_bad_network
    page.goto("about:blank")  # and leave the stream of the page that was open
    with ExitStack() as kept:
        for _ in range(STREAMS):
            admitted(kept, client, "/api/v1/events")
        with held_while_it_runs(page, client, server):
            expect(page.get_by_text("Reconnecting")).to_be_visible()
            kept.close()
            expect(page.get_by_text("Reconnecting")).to_be_hidden(timeout=RECONNECTED_WITHIN_MS)
    expect_whole_log(page)


def test_a_job_that_is_deleted_meanwhile_is_reported_as_gone(
    page_on_bad_network: Page, client: httpx.Client, server: Sialoscope
) -> None:
    page = page_on_bad_network
    page.route("**/events*", lambda route: route.abort())
    with held_while_it_runs(page, client, server) as job_id:
        client.delete(f"/api/v1/jobs/{job_id}")
        expect(page.get_by_text("This job was deleted")).to_be_visible()


def test_a_job_that_ends_offers_what_can_be_done_then(
    page: Page, client: httpx.Client, server: Sialoscope
) -> None:
    with held_while_it_runs(page, client, server) as job_id:
        expect(page.get_by_role("button", name="Cancel")).to_be_visible()
        client.post(f"/api/v1/jobs/{job_id}/cancel")
    expect(page.get_by_role("button", name="Start again")).to_be_visible(timeout=ENDED_WITHIN_MS)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    page.get_by_role("button", name="Run again", exact=True).click()
    expect(page.get_by_text("Run again from")).to_be_visible()
    assert not page.url.endswith(job_id)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Start again")).to_be_visible(timeout=ENDED_WITHIN_MS)


def test_going_back_shows_the_job_and_not_its_steps_once_more(
    page: Page, client: httpx.Client, server: Sialoscope
) -> None:
    page.add_init_script(f"({WATCH_THE_BAR})()")
    with held_job(server, client) as job_id:
        page.goto(f"/jobs/{job_id}?watch=1")
        page.get_by_role("link", name="Jobs").click()
        page.wait_for_url("**/jobs")
    finished(client, job_id)
    page.go_back()
    expect(page.locator("#to-result")).to_be_visible()
    page.wait_for_function("JSON.stringify(window.seen) === '[100]'")
    assert page.url.endswith(job_id)


def test_a_waiting_job_tells_its_place_in_line(
    page: Page, client: httpx.Client, server: Sialoscope
) -> None:
    with held_job(server, client) as one, held_job(server, client) as other:
        waiting = [submit(client, SMALL) for _ in range(2)]
        page.goto(f"/jobs/{waiting[1]}")
        expect(page.locator("#place")).to_contain_text("2nd in line")
        client.post(f"/api/v1/jobs/{waiting[0]}/cancel")
        expect(page.locator("#place")).to_contain_text("next in line")
        for job_id in (one, other):
            client.post(f"/api/v1/jobs/{job_id}/cancel")
    page.wait_for_url("**/result", timeout=ENDED_WITHIN_MS)
