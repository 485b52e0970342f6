"""What axe-core finds on a page as it stands, and what of it does not fit its window."""

import time
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
TARGETS = {"target-size": {"enabled": True}}  # of WCAG 2.2, which axe-core leaves out
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"], "rules": TARGETS}
COLOURS = ALL_RULES | {"runOnly": ["color-contrast"]}  # what else a scheme cannot change
SETTINGS = [
    (("light", DESKTOP), ALL_RULES),
    (("dark", DESKTOP), COLOURS),
    (("dark", PHONE), ALL_RULES),
    (("light", PHONE), COLOURS),
]
RUN_AXE = "([where, how]) => axe.run(where ?? document, how)"
# Wider than the page, or cut off by what surrounds it.
DOES_NOT_FIT = """
() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const cuts = (style) => ["hidden", "clip"].includes(style.overflowX) && style.clipPath === "none";
  const cut = [...document.querySelectorAll("body *:not(svg *, progress, input)")].filter(
    (it) => it.scrollWidth > it.clientWidth + 1 && it.clientWidth && cuts(getComputedStyle(it)));
  return [...(scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide`] : []),
    ...cut.map((it) => `${it.tagName}.${it.className} is cut off`)];
}
"""
LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"


def violations(page: Page, where: dict[str, Any] | None = None) -> list[str]:
    """What axe-core finds on a page as it stands, in light and dark, wide and narrow."""
    found = []
    page.evaluate(Axe().axe_script)  # not a script of the page, so its CSP does not speak of it
    for (scheme, size), options in SETTINGS:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for broken in page.evaluate(RUN_AXE, [where, options])["violations"]:
            at = f"{scheme} {size['width']}: {broken['id']}"
            found += [
                f"{at} {node['target']}: {node['failureSummary']}" for node in broken["nodes"]
            ]
    return found


def misfits(page: Page) -> dict[str, Any]:
    """What is too wide in narrow windows, and with text of twice the size."""
    found = {}
    for width in (640, 390, 320):  # of 1280 at a zoom of 200 %, a phone, 1280 at 400 %
        page.set_viewport_size({"width": width, "height": 450})
        found[f"at {width}"] = _misfits_now(page)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.evaluate(LARGE_TEXT)
    found["with large text"] = _misfits_now(page)
    return {at: what for at, what in found.items() if what}


def _misfits_now(page: Page) -> Any:  # noqa: ANN401 - what a script returns
    """What does not fit, once plots had the time to follow the width of their page."""
    deadline = time.monotonic() + 30
    while (found := page.evaluate(DOES_NOT_FIT)) and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    return found
