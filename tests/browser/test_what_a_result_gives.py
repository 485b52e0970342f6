"""What a result gives in the browser: a library, a list for an instrument, a proof bundle."""

from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import FilePayload, Page, expect

from app.analysis.example.example_table import example_table
from tests.browser.judging import misfits, violations
from tests.commands import forked_command
from tests.integration.api import finished, submit
from tests.servers import Sialoscope
from tests.simulator import Variation, simulate

METHOD = "C18 of the browser, 20 min"


@pytest.fixture(scope="module")
def job(server: Sialoscope) -> str:
    with server.client() as client:
        made = submit(client, example_table().write_csv().encode(), "with-anchors.csv")
        assert finished(client, made)["status"] == "succeeded"
    return made


def analyzed_with_the_library(page: Page, name: str, table: pl.DataFrame) -> None:
    """Upload a table, choose the library in the settings, and wait for the result."""
    page.goto("/")
    content = table.write_csv().encode()
    page.set_input_files("#file", FilePayload(name=name, mimeType="text/csv", buffer=content))
    expect(page.locator(".look")).to_have_count(1)
    choices = page.get_by_label("Retention library").locator("option")
    value = choices.filter(has_text=METHOD).first.get_attribute("value")
    page.get_by_label("Retention library").select_option(value)
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url("**/result")


def test_a_law_is_saved_used_without_anchors_and_refused_for_another_column(
    page: Page, job: str
) -> None:
    page.goto(f"/jobs/{job}/result")
    page.get_by_label("Name of the method").fill(METHOD)
    page.get_by_role("button", name="Save the retention law").click()
    expect(page.get_by_role("heading", name="Your runs with this library")).to_be_visible()

    analyzed_with_the_library(page, "later.csv", example_table().drop("Anchor"))
    expect(page.locator("#library-use")).to_contain_text("was the prior of the retention model")
    assert violations(page) == []
    assert misfits(page) == {}

    other = simulate(Variation(seed=12, slope_min=0.4)).table
    analyzed_with_the_library(page, "other-column.csv", other)
    expect(page.locator("#library-use")).to_contain_text("was not used")


def test_what_is_missing_becomes_a_list_for_an_instrument(
    page: Page, job: str, tmp_path: Path
) -> None:
    page.goto(f"/jobs/{job}/result")
    page.get_by_role("link", name="What to look for next").click()
    first = page.get_by_role("region", name="Species to look for").locator("tbody th").first
    name = first.inner_text()
    with page.expect_download() as started:
        page.get_by_role("link", name="Skyline").click()
    started.value.save_as(tmp_path / "list.csv")
    listed = pl.read_csv(tmp_path / "list.csv")
    assert name in listed["Molecule Name"].to_list()
    bought = page.get_by_role("region", name="Standards to buy").locator("tbody tr")
    expect(bought).to_have_count(10)


def test_a_proof_bundle_holds_where_there_is_no_server(
    page: Page, job: str, tmp_path: Path
) -> None:
    page.goto(f"/jobs/{job}/record")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download the proof bundle").click()
    started.value.save_as(tmp_path / "proof.zip")
    alone = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = forked_command("verify", str(tmp_path / "proof.zip"), environment=alone)
    assert done.returncode == 0, done.stdout + done.stderr
    changed = bytearray((tmp_path / "proof.zip").read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "changed.zip").write_bytes(changed)
    again = forked_command("verify", str(tmp_path / "changed.zip"), environment=alone)
    assert again.returncode != 0
