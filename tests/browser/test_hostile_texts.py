"""Names that are markup, in every place of a table that a page, a plot or a report shows."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.plots import CENTRE_OF_POINT, SEE_PLOT
from tests.integration.api import finished, submit
from tests.servers import Sialoscope

# Out of a text, an attribute in either quote, a script or a template: then an element of its own.
MARKUP = '\'"></script></title><hostile-x hostile-y="1" onclick="alert(1)"></hostile-x>{{7*7}}'
INJECTED = "document.querySelectorAll('hostile-x, [hostile-y], [onclick]').length"
CELL = '"' + MARKUP.replace('"', '""') + '"'
TABLE = (
    f"Name,RT,Volume,Log P,Anchor,{CELL},sample\n"
    f"GM1(36:1;O2),10.1,1000,4,T,1,{CELL}\n"
    f"GM3(36:1;O2),10.6,2000,5,T,1,{CELL}\n"
    f"{CELL},10.7,2000,5,F,1,{CELL}\n"
    f"GM3(38:1;O2),{CELL},2000,5,F,1,b\n"
).encode()
OVERRIDE = {"overrides": [{"row": 2, "call": "outlier", "reason": MARKUP}]}


@dataclass(frozen=True)
class Ids:
    """A job of hostile texts, and its next version by a hostile reason."""

    job: str
    version: str


@pytest.fixture(scope="module")
def ids(server: Sialoscope) -> Iterator[Ids]:
    with server.client() as client:
        job = submit(client, TABLE, f"{MARKUP.replace('/', '')}.csv")
        assert finished(client, job)["status"] == "succeeded"
        answer = client.post(f"/api/v1/jobs/{job}/refit", json=OVERRIDE)
        version = str(answer.json()["job_id"])
        finished(client, version)
        client.post("/api/v1/presets", json={"name": "<hostile-x hostile-y=1>"})
        yield Ids(job, version)


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/jobs",
        "/jobs/{job}",
        "/jobs/{job}/result",
        "/jobs/{job}/result?columns=sample,reason&search=%3Chostile-x%3E",
        "/jobs/{job}/rows/1",
        "/jobs/{job}/rows/3",
        "/jobs/{job}/rows/4",
        "/jobs/{version}/record",
        "/jobs/{version}/overrides",
        "/jobs/{job}/compare/{version}",
        "/api/v1/jobs/{version}/export?format=html",
    ],
)
def test_a_text_stays_a_text(page: Page, ids: Ids, address: str) -> None:
    page.goto(address.format(**vars(ids)))
    assert page.evaluate(INJECTED) == 0
    expect(page.locator("body")).not_to_contain_text("49{{")
    assert "<hostile-x" in page.content().replace("&lt;", "<") or address == "/jobs/{job}/rows/1"


@pytest.mark.parametrize("path", ["/jobs/no-such%3Chostile-x%3E", "/%3Chostile-x%3E"])
def test_an_address_stays_a_text(page: Page, path: str) -> None:
    answer = page.request.get(path)
    assert answer.status == httpx.codes.NOT_FOUND
    assert "<hostile-x" not in answer.text()


def test_the_tooltip_of_a_plot_stays_a_text(page: Page, ids: Ids) -> None:
    page.goto(f"/jobs/{ids.job}/result?plot=residuals")
    page.evaluate(SEE_PLOT)
    expect(page.locator("#plot[data-drawn]")).to_be_visible(timeout=30_000)
    page.locator("#plot").hover(position=page.evaluate(CENTRE_OF_POINT, 1))
    expect(page.locator("#plot")).to_contain_text("row 1")
    assert page.evaluate(INJECTED) == 0


def test_a_preview_shows_texts_as_texts(page: Page) -> None:
    page.goto("/")
    upload = {"name": "hostile.csv", "mimeType": "text/csv", "buffer": TABLE}
    page.set_input_files("#file", upload)  # type: ignore[arg-type]
    expect(page.locator(".look")).to_contain_text("hostile-x", timeout=30_000)
    assert page.evaluate(INJECTED) == 0
