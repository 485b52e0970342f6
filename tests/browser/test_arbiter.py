"""Two programs on one run in the browser: from the list of jobs to the table of what holds."""

import re

import polars as pl
import pytest
from playwright.sync_api import FilePayload, Page, expect

from app.analysis.example.example_table import example_table
from tests.browser.judging import misfits, violations
from tests.integration.api import finished, submit
from tests.servers import Sialoscope

WRONG, RIGHT = "GM3(38:2;O2)", "GM3(38:1;O2)"


def of_two_programs() -> dict[str, pl.DataFrame]:
    """The real peaks of porcine brain, and the same as another program might have them."""
    table = example_table()
    is_seeded = (pl.col("Name") == RIGHT).cum_sum().eq(1) & (pl.col("Name") == RIGHT)
    other = table.with_columns(
        pl.when(is_seeded).then(pl.lit(WRONG)).otherwise("Name").alias("Name"),
        (pl.col("RT") + 0.04).round(3),
        2 * pl.col("Volume"),
    ).drop("Anchor")
    return {"MS-DIAL.csv": table, "MZmine.csv": other[10:]}


@pytest.fixture(scope="module")
def jobs(server: Sialoscope) -> list[str]:
    """A finished job of each table."""
    tables = of_two_programs()
    with server.client() as client:
        ids = [submit(client, each.write_csv().encode(), name) for name, each in tables.items()]
        assert [finished(client, each)["status"] for each in ids] == ["succeeded", "succeeded"]
    return ids


def looks_right(page: Page) -> None:
    assert violations(page) == []
    assert misfits(page) == {}


def test_two_jobs_become_judgements_and_a_table_of_what_holds(page: Page, jobs: list[str]) -> None:
    page.goto("/jobs")
    for job_id in jobs:
        page.locator(f"#job-{job_id} input[type=checkbox]").check()
    page.get_by_role("button", name="Judge two programs").click()
    expect(page.get_by_role("heading", name="Judge two programs")).to_be_visible()
    expect(page.get_by_label("First program")).to_have_value("MS-DIAL")
    looks_right(page)

    page.get_by_label("Second program").fill("MZmine 4")
    page.get_by_role("button", name="Judge", exact=True).click()
    page.get_by_role("link", name="Who is right about each peak").click()

    expect(page.get_by_role("heading", name="MS-DIAL and MZmine 4: who is right")).to_be_visible()
    line = page.get_by_role("row").filter(has_text=WRONG)
    expect(line).to_contain_text("MS-DIAL is right")
    expect(line).to_contain_text(f"The retention law expects {RIGHT} at")
    looks_right(page)
    page.get_by_label("Difference").select_option("only one has it")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="10 peaks")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="MZmine 4 has no row of it.")).to_have_count(10)

    page.get_by_role("button", name="Make the table").click()
    expect(page.get_by_role("heading", name=re.compile("what holds.parquet"))).to_be_visible()
    rows = f"{example_table().height} rows"
    expect(page.get_by_text(f"{rows} in, {rows} out")).to_be_visible()


def test_two_files_that_are_dropped_at_once_lead_to_the_judge(page: Page) -> None:
    page.goto("/")
    page.locator("#file").set_input_files(
        [
            FilePayload(name=name, mimeType="text/csv", buffer=table.write_csv().encode())
            for name, table in of_two_programs().items()
        ]
    )
    page.get_by_role("button", name="Analyze").click()
    judge = page.get_by_role("link", name="judge the two programs")
    expect(judge).to_be_visible()
    looks_right(page)
    judge.click()
    expect(page.get_by_role("heading", name="Judge two programs")).to_be_visible()
    expect(page.get_by_label("First program")).to_have_value("MS-DIAL")
    expect(page.get_by_label("Second program")).to_have_value("MZmine")
