"""Every page in every state: what axe-core and the console say, and whether it fits a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import troubles_of
from tests.browser.judging import misfits, violations
from tests.browser.site import REFUSED, SLOTS, VISITS, Jobs, jobs_of_each_state
from tests.servers import TOKEN, Sialoscope, running_sialoscope

# Swagger UI's own markup is not ours to mend; the page around it is.
NOT_OURS = {"API": {"exclude": [["#api"]]}}


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    """A server of this module's own, so that it is known what every page holds."""
    with running_sialoscope(SLOTS) as running:
        yield running


@pytest.fixture(scope="module")
def shared(browser: Browser, server: Sialoscope) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=server.url)
    context.new_page().goto(f"/login?token={TOKEN}")
    yield context
    context.close()


@pytest.fixture(scope="module")
def jobs(server: Sialoscope) -> Iterator[Jobs]:
    with jobs_of_each_state(server) as found:
        yield found


@pytest.fixture
def tab(shared: BrowserContext) -> Iterator[Page]:
    page = shared.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("path", ["/", "/jobs"])
def test_axe_finds_nothing_before_the_first_job(tab: Page, path: str) -> None:
    tab.goto(path)
    assert tab.locator("#jobs table").count() == 0
    assert violations(tab) == []


@pytest.mark.parametrize("name", VISITS)
def test_axe_finds_nothing_and_the_console_stays_free_of_errors(
    tab: Page, jobs: Jobs, name: str
) -> None:
    troubles = troubles_of(tab)
    VISITS[name](tab, jobs)
    assert violations(tab, NOT_OURS.get(name)) == []
    expected = f"the server responded with a status of {REFUSED.get(name)} "
    assert [text for text in troubles if expected not in text] == []


@pytest.fixture(scope="module")
def zoomed(browser: Browser, server: Sialoscope) -> Iterator[BrowserContext]:
    """A window of 1280 pixels at a zoom of 200 %."""
    context = browser.new_context(
        base_url=server.url, viewport={"width": 640, "height": 450}, device_scale_factor=2
    )
    context.new_page().goto(f"/login?token={TOKEN}")
    yield context
    context.close()


@pytest.mark.parametrize("name", [name for name in VISITS if name != "API"])
def test_it_fits_narrow_screens_and_large_text(
    zoomed: BrowserContext, jobs: Jobs, name: str
) -> None:
    page = zoomed.new_page()
    VISITS[name](page, jobs)
    assert misfits(page) == {}
    page.close()
