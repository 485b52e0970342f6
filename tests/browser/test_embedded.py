"""Pages of other sites, in a real browser: those that are listed read streams and show tiles."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.db.accounts.tables import StreamToken
from app.db.jobs.conditions import Values
from tests.browser.conftest import log_in
from tests.conftest import ROOT
from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope, jobs_in

# Reads a stream as EventSource does: the names of its events, or "refused".
READ = """([address, token]) => new Promise((answer) => {
  const names = [];
  const source = new EventSource(`${address}?token=${token}`);
  source.onerror = (event) => event.data === undefined && (source.close(), answer(["refused"]));
  for (const name of ["connected", "progress", "snapshot", "complete"])
    source.addEventListener(name, () => {
      names.push(name);
      if (name === "complete") (source.close(), answer(names));
    });
})"""
# Reads with a header, as the script of tiles does, and with the cookies of the visitor.
FETCH = """async ([address, token, credentials]) => {
  try {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    return (await fetch(address, { headers, credentials })).status;
  } catch { return "refused"; }
}"""


@pytest.fixture(scope="module")
def job(server: Sialoscope) -> str:
    with server.client() as client:
        job_id = submit(client, SMALL, "embedded.csv")
        finished(client, job_id)
    return job_id


@pytest.fixture
def visitor(context: BrowserContext) -> Page:
    """A page of somebody who is logged in here and visits another site."""
    log_in(context)
    return context.new_page()


def token_of(server: Sialoscope, opens: str, what: str = "") -> dict[str, Any]:
    with server.client() as client:
        answer = client.post("/api/v1/stream-tokens", json={"opens": opens, "what": what})
    made: dict[str, Any] = answer.json()
    return made


def expire(server: Sialoscope, token_id: str) -> None:
    """Let a token be out of time; in a thread, as Playwright has the event loop of this one."""

    async def end() -> None:
        past: Values = {StreamToken.expires_at: datetime.now(UTC)}
        await StreamToken.update(past).where(StreamToken.id == token_id)

    with jobs_in(server.database_url), ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, end()).result()


def test_pages_of_listed_origins_alone_read_streams(
    visitor: Page, server: Sialoscope, listed_site: str, job: str
) -> None:
    of_job, of_all = token_of(server, "job", job), token_of(server, "all")
    expired, other = token_of(server, "job", job), token_of(server, "tag", "other")
    expire(server, expired["id"])
    address = f"{server.url}/api/v1/streams/jobs/{job}/events"
    visitor.goto(listed_site)
    for good in (of_job, of_all):
        assert visitor.evaluate(READ, [address, good["token"]])[-1] == "complete"
        assert visitor.evaluate(FETCH, [address, good["token"], "omit"]) == 200
    for bad in ("", expired["token"], other["token"]):
        assert visitor.evaluate(READ, [address, bad]) == ["refused"]
    assert visitor.evaluate(FETCH, [address, expired["token"], "omit"]) == 401, "it learns why"
    assert visitor.evaluate(FETCH, [address, other["token"], "omit"]) == 403
    for closed in (f"{server.url}/api/v1/jobs/{job}", f"{server.url}/jobs/{job}"):
        for credentials in ("omit", "include"):
            assert visitor.evaluate(FETCH, [closed, of_all["token"], credentials]) == "refused"
            assert visitor.evaluate(FETCH, [closed, "", credentials]) == "refused"
    visitor.goto(listed_site.replace("localhost", "other.localhost"))
    assert visitor.evaluate(READ, [address, of_job["token"]]) == ["refused"]
    assert visitor.evaluate(FETCH, [address, of_job["token"], "omit"]) == "refused"


def test_tiles_are_shown_on_listed_sites_alone(
    visitor: Page, server: Sialoscope, listed_site: str, job: str
) -> None:
    visitor.goto(f"/dashboards?job={job}")
    visitor.get_by_role("button", name="Make the stream token").click()
    frame = visitor.get_by_label("As a frame").input_value()
    html = visitor.get_by_label("As HTML within the page").input_value()
    visitor.goto(f"{server.url}/dashboards")
    visitor.get_by_label("all my jobs", exact=True).check()
    visitor.get_by_role("button", name="Make the stream token").click()
    frames = [each.input_value() for each in visitor.get_by_label("As a frame").all()]
    visitor.goto(listed_site)
    write = "(html) => document.body.append(document.createRange().createContextualFragment(html))"
    for each in (frame, *frames, html):
        visitor.evaluate(write, each)
    tile = visitor.frame_locator("iframe").nth(0)
    expect(tile.locator("main")).to_contain_text("succeeded, 100 %")
    expect(visitor.frame_locator("iframe").nth(1).locator("main")).to_contain_text("succeeded")
    expect(visitor.frame_locator("iframe").nth(2).locator("main")).to_contain_text("embedded.csv")
    expect(visitor.locator("[data-sialoscope]")).to_contain_text("succeeded, 100 %")
    visitor.goto(listed_site.replace("localhost", "other.localhost"))
    visitor.evaluate(write, frame)
    expect(visitor.frame_locator("iframe").locator("main")).to_have_count(0)


TILE = '<div data-sialoscope="{}" data-job="{}" data-token="{}"></div>'


def page_of(server: Sialoscope, *tiles: str) -> str:
    """A page that loads the script of tiles in its head, above the tiles."""
    script = f'<script src="{server.url}/static/tile.js"></script>'
    return f"<!doctype html><html><head>{script}</head><body>{''.join(tiles)}{script}</body></html>"


def test_a_tile_says_what_its_page_has_to_change(
    visitor: Page, server: Sialoscope, listed_site: str, job: str
) -> None:
    token = token_of(server, "all")["token"]
    right = TILE.format("progress", job, token)
    wrong = TILE.format("progres", job, token), TILE.format("progress", "", token)
    visitor.goto(listed_site)
    visitor.set_content(page_of(server, right, *wrong, TILE.format("counts", "", "x")))
    tile = visitor.locator("[data-sialoscope]")
    expect(tile.nth(0)).to_contain_text("succeeded, 100 %")
    expect(tile.nth(1)).to_have_text(
        "There is no tile progres; use one of progress, counts, results."
    )
    expect(tile.nth(2)).to_have_text("This tile needs the id of a job, as data-job.")
    expect(tile.nth(3)).to_contain_text("This stream needs a stream token")
    elsewhere = listed_site.replace("localhost", "other.localhost")
    visitor.goto(elsewhere)
    visitor.set_content(page_of(server, right))
    expect(tile).to_contain_text(f"list {elsewhere} in SIALOSCOPE_STREAM_ORIGINS")


def documented(server: Sialoscope, job_id: str, token: str) -> list[str]:
    """The pages that the guide to the API shows, for a server, a job and a token."""
    pages = re.findall(r"```html\n(.*?)```", (ROOT / "docs" / "api.md").read_text(), re.DOTALL)
    put = {"http://127.0.0.1:8765": server.url, '"TOKEN"': f'"{token}"', '"ID"': f'"{job_id}"'}
    put |= {"job=ID&token=TOKEN": f"job={job_id}&token={token}", 'data-tag="brain" ': ""}
    for shown, real in put.items():
        assert any(shown in page for page in pages)
        pages = [page.replace(shown, real) for page in pages]
    return pages


def test_the_pages_of_the_documentation_follow_a_job(
    visitor: Page, server: Sialoscope, listed_site: str
) -> None:
    with server.client() as client:
        job_id = submit(client, SMALL, "documented.csv")
    page, tiles = documented(server, job_id, token_of(server, "all")["token"])
    visitor.goto(listed_site)
    visitor.set_content(page)
    expect(visitor.locator("#said")).to_contain_text("Analysis complete")
    expect(visitor.locator("#bar")).to_have_js_property("value", 100)
    visitor.set_content(tiles)
    expect(visitor.locator("[data-sialoscope=progress]")).to_contain_text("succeeded, 100 %")
    expect(visitor.locator("[data-sialoscope=counts]")).to_contain_text("succeeded")
    expect(visitor.frame_locator("iframe").locator("main")).to_contain_text("succeeded, 100 %")
