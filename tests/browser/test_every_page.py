"""Every page in every state: what axe-core finds, and whether all of it fits narrow screens."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.site import SLOTS, VISITS, Jobs, jobs_of_each_state
from tests.servers import TOKEN, Sialoscope, running_sialoscope

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"]}
COLOURS = ALL_RULES | {"runOnly": ["color-contrast"]}  # what else a scheme cannot change
SETTINGS = [
    (("light", DESKTOP), ALL_RULES),
    (("dark", DESKTOP), COLOURS),
    (("dark", PHONE), ALL_RULES),
    (("light", PHONE), COLOURS),
]
RUN_AXE = "([where, how]) => axe.run(where ?? document, how)"
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


def violations(page: Page, name: str) -> list[str]:
    """What axe-core finds on a page as it stands, in light and dark, wide and narrow."""
    found = []
    page.evaluate(Axe().axe_script)  # not a script of the page, so its CSP does not speak of it
    for (scheme, size), options in SETTINGS:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for broken in page.evaluate(RUN_AXE, [NOT_OURS.get(name), options])["violations"]:
            at = f"{scheme} {size['width']}: {broken['id']}"
            found += [
                f"{at} {node['target']}: {node['failureSummary']}" for node in broken["nodes"]
            ]
    return found


@pytest.mark.parametrize("path", ["/", "/jobs"])
def test_axe_finds_nothing_before_the_first_job(tab: Page, path: str) -> None:
    tab.goto(path)
    assert tab.locator("#jobs table").count() == 0
    assert violations(tab, path) == []


@pytest.mark.parametrize("name", VISITS)
def test_axe_finds_nothing(tab: Page, jobs: Jobs, name: str) -> None:
    VISITS[name](tab, jobs)
    assert violations(tab, name) == []


# Wider than the page, or cut off by what surrounds it.
DOES_NOT_FIT = """
() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const cuts = (style) => ["hidden", "clip"].includes(style.overflowX) && style.clipPath === "none";
  const cut = [...document.querySelectorAll("body *:not(svg *, progress)")].filter(
    (it) => it.scrollWidth > it.clientWidth + 1 && it.clientWidth && cuts(getComputedStyle(it)));
  return [...(scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide`] : []),
    ...cut.map((it) => `${it.tagName}.${it.className} is cut off`)];
}
"""
LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"


@pytest.fixture(scope="module")
def zoomed(browser: Browser, server: Sialoscope) -> Iterator[BrowserContext]:
    """A window of 1280 pixels at a zoom of 200 %."""
    context = browser.new_context(
        base_url=server.url, viewport={"width": 640, "height": 450}, device_scale_factor=2
    )
    context.new_page().goto(f"/login?token={TOKEN}")
    yield context
    context.close()


def misfits_of(page: Page) -> Any:  # noqa: ANN401 - what a script returns
    """What does not fit, once plots had the time to follow the width of their page."""
    deadline = time.monotonic() + 5
    while (found := page.evaluate(DOES_NOT_FIT)) and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    return found


@pytest.mark.parametrize("name", [name for name in VISITS if name != "API"])
def test_it_fits_narrow_screens_and_large_text(
    zoomed: BrowserContext, jobs: Jobs, name: str
) -> None:
    page = zoomed.new_page()
    VISITS[name](page, jobs)
    misfits = {}
    for width in (640, 390, 320):  # zoom of 200 %, a phone, zoom of 400 %
        page.set_viewport_size({"width": width, "height": 450})
        misfits[f"at {width}"] = misfits_of(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate(LARGE_TEXT)
    misfits["with large text"] = misfits_of(page)
    page.close()
    assert {at: found for at, found in misfits.items() if found} == {}
