"""A result on a phone: a tap of a finger on a point describes its row."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import log_in
from tests.browser.plots import CENTRE_OF_POINT, SEE_PLOT
from tests.servers import Sialoscope

PHONE = {"width": 390, "height": 800}


@pytest.fixture
def phone(browser: Browser, server: Sialoscope) -> Iterator[Page]:
    context = browser.new_context(
        base_url=server.url,
        viewport=PHONE,  # type: ignore[arg-type]
        has_touch=True,
        is_mobile=True,
    )
    log_in(context)
    yield context.new_page()
    context.close()


def test_a_tap_on_a_point_describes_its_row(phone: Page, brain_job: str) -> None:
    phone.goto(f"/jobs/{brain_job}/result")
    phone.evaluate(SEE_PLOT)
    expect(phone.locator("#plot[data-drawn]")).to_be_visible(timeout=30_000)
    box = phone.locator("#plot").bounding_box()
    assert box is not None
    at = phone.evaluate(CENTRE_OF_POINT, 1)
    phone.touchscreen.tap(box["x"] + at["x"], box["y"] + at["y"])
    # Points lie so near to each other that a finger may meet one beside it.
    expect(phone.locator("#detail")).to_contain_text(re.compile(r"Row \d+: G"))
