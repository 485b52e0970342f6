"""A job's page while its job runs: every value of its bar, and its end before the result comes."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route

# Keeps every value that the progress bar takes, whatever the speed of the job.
WATCH_THE_BAR = """
() => {
  window.seen = [];
  const look = () => {
    const bar = document.getElementById("bar");
    if (bar && window.seen.at(-1) !== bar.value) window.seen.push(bar.value);
  };
  const all = { childList: true, subtree: true, attributes: true };
  new MutationObserver(look).observe(document, all);
}
"""


@contextmanager
def held_back(page: Page, address: str) -> Iterator[None]:
    """Let the browser wait for what it asks of an address meanwhile."""
    asked: list[Route] = []
    page.route(address, lambda route: asked.append(route))
    yield
    page.unroute(address)
    for route in asked:
        route.continue_()
