"""The gallery in the browser: the pages that it names, and the charts of its method."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from app.commands.demo.method import LATER, METHOD
from app.commands.demo.tables import later_table
from tests.browser.judging import misfits, violations
from tests.integration.api import finished, submit
from tests.servers import Sialoscope

CHARTS = 4


@pytest.fixture(scope="module")
def paths(server: Sialoscope) -> list[str]:
    """The pages that the gallery names once it has filled the server."""
    said = server.command("demo")
    assert said.returncode == 0, said.stderr
    return [urlsplit(found).path for found in re.findall(rf"{server.url}\S+", said.stdout)]


def test_each_page_of_the_gallery_opens_without_a_fault(page: Page, paths: list[str]) -> None:
    assert len(paths) > 5
    for path in paths:
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert violations(page) == []
        assert misfits(page) == {}


@pytest.mark.usefixtures("paths")
def test_its_method_has_a_chart_of_each_measure_once_it_has_two_runs(
    page: Page, server: Sialoscope
) -> None:
    with server.client() as client:
        (library,) = client.get("/api/v1/libraries").json()["libraries"]
        table = later_table().write_csv().encode()
        assert finished(client, submit(client, table, "second.csv", library=library["id"]))
    page.goto("/libraries")
    page.get_by_role("link", name=METHOD).click()
    expect(page.get_by_role("heading", name="Your runs with this library")).to_be_visible()
    charts = page.locator("figure[data-kind=control]")
    expect(charts).to_have_count(CHARTS)
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        expect(chart.locator(".plot[data-drawn]")).to_be_visible()
    page.get_by_role("link", name=LATER).click()
    expect(page.locator("#library-use")).to_contain_text("was the prior of the retention model")
