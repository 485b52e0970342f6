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
    """Keep the page as it is when it wants to go to an address, and let it go there afterwards.

    An answer without content leaves the page in place. While an answer is awaited instead,
    Playwright no longer sees the page.
    """
    wanted: list[str] = []

    def keep(route: Route) -> None:
        wanted.append(route.request.url)
        route.fulfill(status=204)

    page.route(address, keep)
    yield
    page.unroute(address)
    for url in wanted:
        page.evaluate("url => location.replace(url)", url)
