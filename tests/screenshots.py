"""Takes the picture of the README again, of a result of the gallery: run as a module."""

import re
import shutil
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.browser.conftest import QUIET, log_in
from tests.servers import Sialoscope, running_sialoscope

PICTURE = Path(__file__).parents[1] / "docs/images/result.png"
SIZE = ViewportSize(width=1280, height=900)
RESULT = r"/jobs/\w+/result"


def take(server: Sialoscope) -> None:
    """Fill a server with the gallery and take the picture of its first result."""
    gallery = server.command("demo")
    gallery.check_returncode()
    found = re.search(RESULT, gallery.stdout)
    if found is None:
        raise LookupError(gallery.stdout)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(QUIET)
        )
        context = browser.new_context(base_url=server.url, viewport=SIZE, color_scheme="light")
        log_in(context)
        _take(context.new_page(), found[0])
        browser.close()


def _take(page: Page, address: str) -> None:
    """The page as it is for somebody who has seen the tour, once its plot is drawn."""
    page.goto(address)
    page.get_by_role("button", name="Do not show again").click()
    page.evaluate("document.getElementById('plot').scrollIntoView()")
    page.wait_for_selector("#plot[data-drawn]")
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(0, 0)
    page.screenshot(path=PICTURE)


if __name__ == "__main__":
    with running_sialoscope() as started:
        take(started)
