"""The table of jobs: live over one stream, readable on a phone, and the way to a rerun."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from app.analysis.example.example_table import example_table
from app.analysis.rules import RULES
from tests.browser.conftest import log_in
from tests.browser.judging import LARGE_TEXT
from tests.browser.watching import held_back
from tests.held_jobs import held_job
from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope

PHONE, TABLET = {"width": 390, "height": 844}, {"width": 660, "height": 844}
LONG_NAME = "2026-11-24_porcine_brain_gangliosides_replicate-3_negative_mode_final_v2.csv"


@pytest.fixture
def client(server: Sialoscope) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


def test_all_rows_are_kept_up_to_date(page: Page, client: httpx.Client, server: Sialoscope) -> None:
    page.goto("/jobs")
    with held_job(server, client, "large.csv") as large:
        expect(page.locator(f"#job-{large} .status")).to_have_text("running")
        expect(page.locator(f"#job-{large} .share")).to_contain_text("%")
        small = submit(client, SMALL, "small.csv")
        expect(page.locator(f"#job-{small}")).to_be_visible()
    for job_id in (small, large):
        expect(page.locator(f"#job-{job_id} .status")).to_have_text("succeeded", timeout=60_000)
        expect(page.locator(f"#job-{job_id} [data-of=rows]:not(.empty)")).to_be_visible()


def test_paused_updates_wait_and_are_all_shown_when_the_page_goes_on(
    page: Page, client: httpx.Client, server: Sialoscope
) -> None:
    pause = page.get_by_role("button", name="Pause live updates")
    page.goto("/jobs")
    with held_job(server, client, "reviewed.csv") as held:
        row = page.locator(f"#job-{held} .status")
        expect(row).to_have_text("running")
        pause.click()
        added = submit(client, SMALL, "added meanwhile.csv")
        expect(page.get_by_text("there is news")).to_be_visible()
    for job_id in (held, added):
        finished(client, job_id)
    expect(row).to_have_text("running")
    expect(page.locator(f"#job-{added}")).to_have_count(0)
    pause.click()
    for job_id in (held, added):
        expect(page.locator(f"#job-{job_id} .status")).to_have_text("succeeded")
    with held_job(server, client, "followed.csv") as held:
        page.goto(f"/jobs/{held}")
        expect(page.locator(".panel.running")).to_be_visible()
        pause.click()
    finished(client, held)
    expect(page.get_by_text("there is news")).to_be_visible()
    expect(page.locator(".panel.running")).to_be_visible()
    with held_back(page, "**/result"):  # or it takes the place of the panel
        pause.click()
        expect(page.locator("#to-result")).to_be_visible()
        lines = page.locator(".log li").all_inner_texts()
        assert all(any(line.startswith(f"Rule {rule.number},") for line in lines) for rule in RULES)


def test_a_scrolled_table_keeps_its_focus_and_place_when_it_is_redrawn(
    page: Page, client: httpx.Client
) -> None:
    finished(client, submit(client, SMALL, LONG_NAME))
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    page.goto("/jobs")
    page.evaluate(LARGE_TEXT)
    region = page.get_by_role("region", name="Jobs", exact=True)
    region.focus()
    region.evaluate("(it) => it.scrollTo(it.scrollWidth, 0)")
    place = region.evaluate("(it) => it.scrollLeft")
    assert place > 0
    job_id = submit(client, SMALL)
    expect(page.locator(f"#job-{job_id} .status")).to_have_text("succeeded", timeout=30_000)
    expect(region).to_be_focused()
    assert region.evaluate("(it) => it.scrollLeft") == place


@pytest.mark.parametrize("address", ["/jobs", "/"])
def test_a_long_name_fits_a_phone(page: Page, client: httpx.Client, address: str) -> None:
    finished(client, submit(client, SMALL, LONG_NAME))
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(address)
    expect(page.get_by_role("rowheader", name=LONG_NAME).first).to_be_visible()
    for box in ("document.documentElement", "document.querySelector('.scroll')"):
        assert page.evaluate(f"{box}.scrollWidth <= {box}.clientWidth")


def test_a_job_is_run_again_with_other_settings(page: Page, client: httpx.Client) -> None:
    before = submit(client, example_table().write_csv().encode(), rt_tolerance="0.2")
    finished(client, before)
    page.goto(f"/jobs/{before}")
    expect(page.get_by_label("Retention time tolerance")).to_have_value("0.2")
    page.get_by_label("Residual threshold").fill("4")
    page.get_by_label("Data type").select_option("mouse")
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url("**/result", timeout=30_000)
    page.get_by_role("link", name="About this job").click()
    later = page.url.rpartition("/")[2]
    assert later != before
    changed = {"outlier_threshold": 4.0, "data_type": "mouse"}
    settings = {
        job: client.get(f"/api/v1/jobs/{job}").json()["settings"] for job in (before, later)
    }
    assert settings[later] == settings[before] | changed
    expect(page.get_by_role("link", name=before)).to_be_visible()


def test_a_rerun_with_a_setting_out_of_range_is_reported(
    page_on_bad_network: Page, client: httpx.Client
) -> None:
    page = page_on_bad_network
    job_id = submit(client, SMALL)
    finished(client, job_id)
    page.goto(f"/jobs/{job_id}")
    page.evaluate("document.querySelector('form[action$=rerun]').noValidate = true")
    page.get_by_label("Residual threshold").fill("9")
    with page.expect_response("**/rerun") as answer:
        page.get_by_role("button", name="Run again").click()
    assert answer.value.status == httpx.codes.BAD_REQUEST
    expect(page.get_by_role("alert")).to_contain_text("must lie between 1 and 5")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_api_description_is_as_dark_as_the_system(
    browser: Browser, server: Sialoscope, scheme: str
) -> None:
    context = browser.new_context(base_url=server.url, color_scheme=scheme)  # type: ignore[arg-type]
    log_in(context)
    page = context.new_page()
    page.goto("/api/docs")
    expect(page.get_by_text("/api/v1/jobs", exact=True).first).to_be_visible()
    title = page.locator(".info .title")
    lightness = "(title) => Number(getComputedStyle(title).color.match(/\\d+/)[0])"
    assert (title.evaluate(lightness) > 128) is (scheme == "dark")
    context.close()
