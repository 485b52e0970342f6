"""What pages cost: the bytes of the first one, and the time until a large result can be used."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Response, sync_playwright

from tests.integration.api import finished, large_table, submit
from tests.servers import TOKEN, Sialoscope, running_sialoscope

GOAL_BYTES = 60_000
GOAL_S = 1.5
COPIES = 36  # of the example table, which make some 10,000 rows
TIMES = 5
CHARTS = ("echarts", "charts.js", "chart_options.js", "chart.json")
# Once the scripts have run; what draws the plot waits until the machine is idle.
INTERACTIVE_S = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd / 1000"


def show() -> None:
    """Print the bytes of the first page, and the seconds of a result beside those of its bytes."""
    with running_sialoscope() as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        print(f"\nFirst page (goal: {GOAL_BYTES:,} bytes, compressed)")
        loaded = first_page(chromium, server)
        for path, size in loaded.items():
            print(f"{size:10,d}  {path}")
        print(f"{sum(loaded.values()):10,d}  together")
        _show_result(chromium, server)
        chromium.close()


def first_page(browser: Browser, server: Sialoscope) -> dict[str, int]:
    """The bytes of the first page after the login and of all it loads, as sent, by their paths."""
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(f"/login?token={TOKEN}", wait_until="load")  # it leads to the first page
    loaded: dict[str, int] = {}
    for answer in answers:
        if not any(name in answer.url for name in (*CHARTS, "/events", "/login")):
            size = max(0, answer.request.sizes()["responseBodySize"])  # less where it is kept
            path = urlsplit(answer.url).path
            loaded[path] = loaded.get(path, 0) + size
    context.close()
    return loaded


def _show_result(browser: Browser, server: Sialoscope) -> None:
    with server.client() as client:
        job_id = submit(client, large_table(COPIES))
        rows = finished(client, job_id)["summary"]["rows"]
    page = browser.new_context(base_url=server.url).new_page()
    page.goto(f"/login?token={TOKEN}")
    address = f"/jobs/{job_id}/result"
    answer = page.goto(address)
    assert answer is not None
    with _served(answer.body()) as bare:
        bound = _interactive_s(page, bare)
    taken = _interactive_s(page, address)
    print(
        f"\nResult of {rows:,} rows until it is interactive, median of {TIMES} (goal: {GOAL_S} s)"
    )
    print(
        f"{taken:8.3f} s; its bare HTML from a folder {bound:.3f} s, {taken / bound:.1f} times that"
    )


def _interactive_s(page: Page, address: str) -> float:
    times = []
    for _ in range(TIMES):
        page.goto(address, wait_until="load")
        times.append(float(page.evaluate(INTERACTIVE_S)))
    return median(times)


@contextmanager
def _served(html: bytes) -> Iterator[str]:
    """The address of a page on a server of files, with nothing beside it."""
    with TemporaryDirectory() as folder:
        Path(folder, "page.html").write_bytes(html)
        handler = partial(_Quiet, directory=folder)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as files:
            Thread(target=files.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{files.server_port}/page.html"
            files.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""
