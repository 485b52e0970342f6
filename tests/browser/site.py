"""Every page and state that a person can see, on one server whose jobs stay as they are."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import polars as pl
from playwright.sync_api import Page, expect

from app.analysis.example.example_table import example_table
from app.web.features.help.guide import GUIDE
from tests.integration.api import finished, submit, submit_slow
from tests.servers import Sialoscope

SLOTS = {"SIALOSCOPE_TASKS_PER_WORKER": "1"}  # so that one job that is held lets others wait
NO_TIMES = b"Name,Volume\nGM1(36:1;O2),1000\n"
FEW = b"Name,RT,Volume\nGM1(36:1;O2),10.1,1000\nGM3(36:1;O2),10.6,2000\nPC(34:1),3,4\n"
CHANGED = {"overrides": [{"row": 2, "call": "invalid", "reason": "carry-over"}]}
DRAWN = "figure.chart .plot[data-drawn]"


@dataclass(frozen=True)
class Jobs:
    """The ids of jobs by how they are."""

    succeeded: str
    version: str
    cohort: str
    failed: str
    cancelled: str
    running: str
    waiting: str


@contextmanager
def jobs_of_each_state(server: Sialoscope) -> Iterator[Jobs]:
    """A job in each state; the running one is held still meanwhile."""
    with server.client() as client:
        succeeded = submit(client, example_table().head(60).write_csv().encode(), "example.csv")
        failed = submit(client, NO_TIMES, "no-times.csv")
        assert finished(client, failed)["status"] == "failed"
        finished(client, succeeded)
        cohort = submit(client, _two_groups(), "two groups.csv")
        finished(client, cohort)
        version = str(_post(client, f"/api/v1/jobs/{succeeded}/refit", json=CHANGED)["job_id"])
        finished(client, version)
        running = submit_slow(client, "cohort.csv")
        with server.held_analysis():
            waiting = submit(client, FEW, "waiting.csv")
            cancelled = submit(client, FEW, "cancelled.csv")
            _post(client, f"/api/v1/jobs/{cancelled}/cancel")
            yield Jobs(succeeded, version, cohort, failed, cancelled, running, waiting)
        for job_id in (running, waiting):
            _post(client, f"/api/v1/jobs/{job_id}/cancel")


def _two_groups() -> bytes:
    """Two groups of three samples, a control and a blank, whose species differ a little."""
    few, names = example_table().head(40), ("a1", "a2", "a3", "b1", "b2", "b3", "QC1", "Blank1")
    samples = [
        few.slice(place % 3).with_columns(
            pl.col("Volume") * (1 + place * pl.int_range(pl.len()) / 100), sample=pl.lit(name)
        )
        for place, name in enumerate(names)
    ]
    return pl.concat(samples).write_csv().encode()


def _post(client: httpx.Client, path: str, **body: object) -> dict[str, object]:
    answer = client.post(path, **body)  # type: ignore[arg-type]
    assert answer.is_success, answer.text
    found: dict[str, object] = answer.json()
    return found


Visit = Callable[[Page, Jobs], None]


def _address(template: str, *, drawn: bool = False) -> Visit:
    def visit(page: Page, jobs: Jobs) -> None:
        page.goto(template.format(**vars(jobs)))
        if drawn:
            page.locator("figure.chart").scroll_into_view_if_needed()
            expect(page.locator(DRAWN)).to_be_visible(timeout=30_000)

    return visit


def _preview(content: bytes, said: str) -> Visit:
    def visit(page: Page, _: Jobs) -> None:
        page.goto("/")
        page.set_input_files(
            "#file", {"name": "looked-at.csv", "mimeType": "text/csv", "buffer": content}
        )
        expect(page.locator(".look")).to_contain_text(said, timeout=30_000)

    return visit


def _open_why(page: Page, jobs: Jobs) -> None:
    page.goto(f"/jobs/{jobs.succeeded}/result?within=row:1:12")
    page.locator("a.why").first.click()
    expect(page.locator("tr.opened")).to_contain_text("What each rule says")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_text("What the assignments and numbers mean").click()


def _error_beside_form(page: Page, jobs: Jobs) -> None:
    page.goto(f"/jobs/{jobs.succeeded}/overrides?row=2")
    page.get_by_label("Assignment").first.select_option("true")
    page.get_by_role("button", name="Refit as a new version").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _wrong_token(page: Page, _: Jobs) -> None:
    page.goto("/login")
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _preset(page: Page, _: Jobs) -> None:
    page.goto("/")
    page.get_by_label("Save the settings above as").fill("long column")
    page.get_by_role("button", name="Save preset").click()
    expect(page.get_by_role("link", name="Use long column")).to_be_visible()


def _dashboards(page: Page, jobs: Jobs) -> None:
    page.goto(f"/dashboards?job={jobs.succeeded}")
    page.get_by_role("button", name="Make the stream token").click()
    expect(page.get_by_label("As a frame")).to_be_visible()


def _library(page: Page, jobs: Jobs) -> None:
    page.goto(f"/jobs/{jobs.succeeded}/result")
    page.get_by_label("Name of the method").fill("C18, 60 min")
    page.get_by_role("button", name="Save the retention law").click()
    expect(page.get_by_role("heading", name="Your runs with this library")).to_be_visible()


def _delete_some(page: Page, jobs: Jobs) -> None:
    page.goto("/jobs")
    for job_id in (jobs.failed, jobs.cancelled):
        page.locator(f"#job-{job_id} input[type=checkbox]").check()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Delete 2 jobs")).to_be_visible()


def _token(page: Page, _: Jobs) -> None:
    page.goto("/tokens")
    page.get_by_label("Name").fill("a program")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Make").click()
    expect(page.locator("#secret")).to_be_visible()


def _operations(page: Page, _: Jobs) -> None:
    """Held still, so that nothing moves while it is looked at."""
    page.goto("/admin/ops")
    expect(page.locator("tr[data-worker]").first).to_be_visible(timeout=30_000)
    page.locator("figure.chart").last.scroll_into_view_if_needed()
    expect(page.locator(DRAWN)).to_have_count(2, timeout=30_000)
    page.get_by_text("The numbers").click()
    page.get_by_role("button", name="Hold still").click()


def _webhook(page: Page, _: Jobs) -> None:
    page.goto("/notifications")
    page.get_by_label("Address", exact=True).fill("https://localhost/" + "long" * 20)
    page.get_by_role("button", name="Add the webhook").click()
    expect(page.locator("#secret")).to_be_visible()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("region", name="List of calls")).to_be_visible()


def _webhook_refused(page: Page, _: Jobs) -> None:
    page.goto("/notifications")
    page.get_by_label("Address", exact=True).fill("https://127.0.0.1/")
    page.get_by_role("button", name="Add the webhook").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _run_a_schedule(page: Page, _: Jobs) -> None:
    page.goto("/admin/schedules/expired")
    page.get_by_role("button", name="Run Expired data now").click()
    page.goto("/admin/schedules")


def _wrong_cron(page: Page, _: Jobs) -> None:
    page.goto("/admin/schedules/jobs")
    page.get_by_label("Minute, hour").fill("at noon")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _cohort(page: Page, jobs: Jobs) -> None:
    page.goto(f"/jobs/{jobs.cohort}/result")
    page.get_by_role("link", name="Cohort", exact=True).click()
    groups = page.get_by_label("Group of")
    for place in range(3):
        groups.nth(place).fill("control")
    page.get_by_role("button", name="Use these groups").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no group 'a'")
    page.get_by_label("Compare", exact=True).select_option("b")
    page.get_by_label("with (reference)").select_option("control")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="b compared with control (reference)")).to_be_visible()
    expect(page.get_by_role("region", name="Values of species and samples")).to_contain_text(
        "no peak"
    )
    for closed in page.locator("details").all():
        closed.evaluate("(it) => it.open = true")


def _quantities(page: Page, jobs: Jobs) -> None:
    """A row of the table becomes a standard once its name has an amount."""
    page.goto(f"/jobs/{jobs.succeeded}/result")
    page.get_by_role("link", name="Quantities", exact=True).click()
    page.get_by_label("Amount in each sample").fill("GD1(37:1;O2) = 50\nGD1(34:1;O2) = lots")
    page.get_by_label("Bars of").select_option("pmol")
    page.get_by_role("button", name="Compute").click()
    expect(page.get_by_role("alert")).to_contain_text("'lots', is not a number of pmol")
    expect(page.get_by_label("Amount in each sample")).to_have_value(
        "GD1(37:1;O2) = 50\nGD1(34:1;O2) = lots"
    )
    expect(page.locator("#notes + ul")).to_contain_text("mol % is the share among GD1 alone")
    expect(page.locator(".bars .share-bar rect.group-1")).to_have_count(1)


def _targets(page: Page, jobs: Jobs) -> None:
    """Less likely species are shown too, with wider windows."""
    page.goto(f"/jobs/{jobs.succeeded}/result")
    page.get_by_role("link", name="What to look for next").click()
    page.get_by_label("Probability").select_option("any")
    page.get_by_label("Widen windows by").fill("0.25")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("region", name="Species to look for")).to_contain_text(
        "Its ceramide is in"
    )
    expect(page.get_by_role("link", name="Skyline")).to_have_attribute(
        "href", re.compile("margin_min=0.25")
    )


def _api(page: Page, _: Jobs) -> None:
    page.goto("/api/docs")
    expect(page.get_by_text("/api/v1/jobs", exact=True).first).to_be_visible()


RESULT = "/jobs/{version}/result?within=row:1:12"
VISITS: dict[str, Visit] = {
    "login": _wrong_token,
    "home": _address("/"),
    "presets": _preset,
    "preview": _preview(FEW, "no ganglioside"),
    "preview refused": _preview(NO_TIMES, "lacks the column"),
    "jobs": _address("/jobs"),
    "jobs to delete": _delete_some,
    "tokens": _token,
    "dashboards": _dashboards,
    "alerts": _address("/admin/alerts"),
    "webhook": _webhook,
    "webhook refused": _webhook_refused,
    "letters ended": _address("/unsubscribe/none"),
    "job waiting": _address("/jobs/{waiting}"),
    "job running": _address("/jobs/{running}"),
    "job failed": _address("/jobs/{failed}"),
    "job cancelled": _address("/jobs/{cancelled}"),
    "job succeeded": _address("/jobs/{succeeded}"),
    "job refitted": _address("/jobs/{version}"),
    "result": _address(RESULT, drawn=True),
    "residuals": _address(RESULT + "&plot=residuals&band=GD1&by=category", drawn=True),
    "composition": _address(RESULT + "&plot=composition", drawn=True),
    "why in the table": _open_why,
    "why": _address("/jobs/{succeeded}/rows/1"),
    "why overridden": _address("/jobs/{version}/rows/2"),
    "what would change a row": _address("/jobs/{succeeded}/rows/1/flips"),
    "overrides": _address("/jobs/{version}/overrides"),
    "overrides refused": _error_beside_form,
    "record": _address("/jobs/{version}/record"),
    "reviews without accounts": _address("/jobs/{succeeded}/review"),
    "reviews to judge without accounts": _address("/reviews"),
    "cohort": _cohort,
    "quantities": _quantities,
    "targets": _targets,
    "compare": _address("/jobs/{succeeded}/compare/{version}"),
    "report": _address("/api/v1/jobs/{version}/export?format=html"),
    "operations": _operations,
    "jobs of all": _address("/admin/ops/jobs?status=failed&retried=true&status=running"),
    "job of anybody": _address("/admin/ops/jobs/{failed}"),
    "schedules": _run_a_schedule,
    "schedule": _address("/admin/schedules/expired"),
    "schedule refused": _wrong_cron,
    "libraries": _address("/libraries"),
    "library": _library,
    "retention": _address("/retention"),
    "retention of all": _address("/admin/retention"),
    "security trail": _address("/admin/security?account=local"),
    "help": _address("/help"),
    **{f"help, {name}": _address(f"/help/{name}") for name in GUIDE},
    "no such page": _address("/jobs/none"),
    "API": _api,
}
# By what the server answers, which the console tells too; all others are free of errors.
REFUSED = {
    "login": 403,
    "webhook refused": 400,
    "letters ended": 404,
    "overrides refused": 400,
    "quantities": 400,
    "schedule refused": 400,
    "no such page": 404,
}
