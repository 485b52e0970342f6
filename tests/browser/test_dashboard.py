"""The example of a dashboard: two jobs live over one stream, through a restart of the web."""

from playwright.sync_api import Page, expect

from tests.integration.api import SMALL, submit, submit_slow
from tests.servers import Sialoscope


def test_the_dashboard_shows_jobs_live_and_survives_a_restart_of_the_web(
    page_on_bad_network: Page, server: Sialoscope
) -> None:
    page = page_on_bad_network
    page.goto("/static/examples/dashboard.html")
    expect(page.get_by_text("Live.")).to_be_visible()
    with server.client() as client:
        slow = submit_slow(client)
        with server.held_analysis():
            row = page.get_by_role("row", name=slow[:8])
            expect(row).to_contain_text("running")
            server.restart("web")
            expect(page.get_by_text("Live.")).to_be_visible(timeout=30_000)
        small = submit(client, SMALL)
        for job_id in (small, slow):
            shown = page.get_by_role("row", name=job_id[:8])
            expect(shown).to_contain_text("succeeded", timeout=120_000)
            expect(shown.locator("progress")).to_have_js_property("value", 100)
    page.set_viewport_size({"width": 390, "height": 844})
    too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(too_wide)
