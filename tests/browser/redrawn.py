"""A part of a page that an answer draws again, awaited even where it looks the same as before."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect


@contextmanager
def redrawn(page: Page, part: str) -> Iterator[None]:
    """What is done within makes the page ask; afterwards the old part, a selector, is gone."""
    old = page.locator(part).element_handle()
    old.evaluate("part => part.toggleAttribute('data-old', true)")
    yield
    expect(page.locator(f"{part}[data-old]")).to_have_count(0)
    expect(page.locator(f"{part}:not(.htmx-settling)")).to_have_count(1)
