"""A control that an update moves or replaces while somebody presses it still gets the click."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from app.analysis.example.example_table import example_table
from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope

TABLE = FilePayload(
    name="peaks.csv", mimeType="text/csv", buffer=example_table().head(60).write_csv().encode()
)


def middle(control: Locator) -> tuple[float, float]:
    box = control.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def is_under(control: Locator, point: tuple[float, float]) -> bool:
    return bool(
        control.evaluate("(one, at) => one.contains(document.elementFromPoint(...at))", [*point])
    )


@contextmanager
def reading_held_back(page: Page) -> Iterator[Locator]:
    """The button that starts an analysis, while the reading of a chosen table has not come.

    The reading comes at the end, and moves the button away.
    """
    held: list[Route] = []
    page.set_viewport_size({"width": 1280, "height": 3000})  # the whole form is in view
    page.goto("/")
    page.route("**/preview", lambda route: held.append(route))
    with page.expect_request("**/preview"):
        page.get_by_label("Drop peak tables here").set_input_files(TABLE)
    analyze = page.get_by_role("button", name="Analyze")
    at = middle(analyze)
    yield analyze
    held[0].continue_()
    expect(page.locator(".look .understood")).to_be_visible()
    assert not is_under(analyze, at)


def test_a_button_that_moves_under_the_mouse_is_pressed(page: Page) -> None:
    with reading_held_back(page) as analyze:
        page.mouse.move(*middle(analyze))
        page.mouse.down()
    page.mouse.up()
    page.wait_for_url(re.compile("/result$"), timeout=60_000)


def test_a_button_that_moves_under_a_finger_is_pressed(page: Page) -> None:
    finger = page.context.new_cdp_session(page)
    with reading_held_back(page) as analyze:
        x, y = middle(analyze)
        finger.send(
            "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
        )
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_url(re.compile("/result$"), timeout=60_000)


def test_a_press_that_leaves_the_button_starts_nothing(page: Page) -> None:
    with reading_held_back(page) as analyze:
        page.mouse.move(*middle(analyze))
        page.mouse.down()
    page.mouse.move(5, 5)
    page.mouse.up()
    page.get_by_label("Save the settings above as").fill("still here")
    expect(page).to_have_url(re.compile("/$"))


@pytest.fixture
def listed(server: Sialoscope) -> str:
    """A job that has ended."""
    with server.client() as client:
        job = submit(client, SMALL, "pressed.csv")
        finished(client, job)
    return job


def test_a_link_that_is_replaced_is_pressed(page: Page, listed: str) -> None:
    page.goto("/jobs")
    link = page.locator(f"#job-{listed} a").first
    page.mouse.move(*middle(link))
    page.mouse.down()
    link.evaluate("one => (one.isOld = true)")
    page.evaluate("document.dispatchEvent(new Event('jobs:changed'))")
    page.wait_for_function(
        "one => !document.querySelector(one).isOld", arg=f"#job-{listed} a", timeout=20_000
    )
    page.mouse.up()
    page.wait_for_url(f"**/jobs/{listed}**")
    assert httpx.URL(page.url).path.startswith(f"/jobs/{listed}")
