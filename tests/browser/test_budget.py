"""What the first page may weigh; its time is measured by ``python -m tests.perf pages``."""

from playwright.sync_api import Browser

from tests.perf.pages import GOAL_BYTES, first_page
from tests.servers import Sialoscope


def test_the_first_page_with_all_it_loads_keeps_to_its_bytes(
    browser: Browser, server: Sialoscope
) -> None:
    loaded = first_page(browser, server)
    assert {"/", "/static/app.css", "/static/jobs.js"} <= loaded.keys()
    assert min(loaded.values()) > 0
    assert sum(loaded.values()) <= GOAL_BYTES, loaded
