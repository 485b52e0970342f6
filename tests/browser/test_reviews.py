"""A review in the browsers of three people: an owner, and two who judge without the result."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.analysis.example.example_table import example_table
from tests.browser.conftest import troubles_of
from tests.browser.judging import misfits, violations
from tests.integration.api import finished, submit
from tests.people import PASSWORD, Person, add_person
from tests.servers import Sialoscope, running_sialoscope

NAMES = ("olga", "rita", "rolf")


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope({"SIALOSCOPE_ACCOUNTS": "true"}) as running:
        yield running


@pytest.fixture(scope="module")
def people(server: Sialoscope) -> dict[str, Person]:
    return {name: add_person(server, f"{name}@lab.example") for name in NAMES}


@pytest.fixture(scope="module")
def job_id(people: dict[str, Person]) -> str:
    with people["olga"].program("read", "submit") as program:
        made = submit(program, example_table().head(60).write_csv().encode())
        assert finished(program, made)["status"] == "succeeded"
    return made


@pytest.fixture
def pages(
    browser: Browser, server: Sialoscope, people: dict[str, Person]
) -> Iterator[dict[str, Page]]:
    """A browser for each person, whose consoles stay free of errors."""
    contexts = [browser.new_context(base_url=server.url) for _ in NAMES]
    found = {name: each.new_page() for name, each in zip(NAMES, contexts, strict=True)}
    troubles = {name: troubles_of(page) for name, page in found.items()}
    for name, page in found.items():
        log_in(page, people[name])
    yield found
    close(contexts)
    # The form with one name is answered 400, which the console tells too.
    refused = "the server responded with a status of 400 "
    assert [each for of in troubles.values() for each in of if refused not in each] == []


def close(contexts: list[BrowserContext]) -> None:
    for each in contexts:
        each.close()


def log_in(page: Page, person: Person) -> None:
    page.goto("/login")
    page.get_by_label("E-mail address or name").fill(person.name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="New analysis")).to_be_visible()


def looks_right(page: Page) -> None:
    assert violations(page) == []
    assert misfits(page) == {}
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def open_review(olga: Page, job_id: str) -> None:
    olga.goto(f"/jobs/{job_id}/result")
    olga.get_by_role("toolbar").get_by_role("link", name="Reviews").click()
    olga.get_by_label("Reviewers, at least").fill("rita@lab.example")
    olga.get_by_label("Rows, such as").fill("1,2,3")
    olga.get_by_role("button", name="Ask the reviewers").click()
    expect(olga.get_by_role("alert")).to_contain_text("Name at least two reviewers")
    expect(olga.get_by_label("Rows, such as")).to_have_value("1,2,3")


def test_two_judge_an_owner_follows_decides_adopts_and_signs_off(
    pages: dict[str, Page], job_id: str
) -> None:
    olga, rita, rolf = (pages[name] for name in NAMES)
    open_review(olga, job_id)
    olga.get_by_label("Reviewers, at least").fill("rita@lab.example rolf@lab.example")
    looks_right(olga)
    olga.get_by_role("button", name="Ask the reviewers").click()
    expect(olga.get_by_role("heading", name="Open review")).to_be_visible()

    rita.goto("/reviews")
    looks_right(rita)
    rita.get_by_role("link", name="peaks.csv").click()
    expect(rita.locator("#review-rows tbody tr")).to_have_count(3)
    assert "Rule" not in rita.content()
    looks_right(rita)
    for key, row, word in (("c", 1, "confirmed"), ("n", 2, "not confirmed"), ("a", 3, "ambiguous")):
        if row == 1:
            rita.keyboard.press("j")
        expect(rita.locator(f"#row-{row}")).to_be_focused()
        rita.keyboard.press(key)
        expect(rita.locator(f"#row-{row} button[aria-pressed=true]")).to_have_text(word)
    expect(rita.locator("#progress")).to_have_text("You have judged 3 of 3 rows.")
    rita.keyboard.press("k")
    expect(rita.locator("#row-2")).to_be_focused()
    # The owner's page follows without a reload.
    expect(olga.locator("#review-progress")).to_contain_text("3 of 3")

    rolf.set_viewport_size({"width": 390, "height": 700})
    rolf.goto("/reviews")
    rolf.get_by_role("link", name="peaks.csv").click()
    rolf.locator("#row-1").get_by_role("button", name="confirmed", exact=True).click()
    expect(rolf.locator("#row-1 button[aria-pressed=true]")).to_have_text("confirmed")
    rolf.locator("#row-2").get_by_text("Parent and note").click()
    rolf.locator("#row-2").get_by_label("Parent row").fill("1")
    rolf.locator("#row-2").get_by_label("Note").fill("shoulder")
    rolf.locator("#row-2").get_by_role("button", name="in-source fragment").click()
    expect(rolf.locator("#row-2 button[aria-pressed=true]")).to_have_text("in-source fragment")
    expect(rolf.locator("#row-2").get_by_label("Note")).to_have_value("shoulder")
    expect(olga.locator("#review-progress")).to_contain_text("2 of 3")
    assert misfits(rolf) == {}

    olga.get_by_text("Close the review …").click()
    olga.get_by_role("button", name="Close the review").click()
    agreement = olga.get_by_role("region", name="Agreement of the reviewers")
    expect(agreement).to_contain_text("rita@lab.example and rolf@lab.example")
    expect(olga.locator("#conflict-2")).to_contain_text("in-source fragment of row 1 (shoulder)")
    looks_right(olga)
    for row, call in ((2, "fragment"), (3, "ambiguous")):
        form = olga.locator(f"#conflict-{row} form")
        form.get_by_label("Assignment").select_option(call)
        form.get_by_label("Reason").fill("seen in MS/MS")
        form.get_by_role("button", name=f"Decide row {row}").click()
        expect(olga.locator(f"#conflict-{row}")).to_contain_text("because: seen in MS/MS")
    olga.get_by_role("button", name="Make a version with these decisions").click()
    olga.wait_for_url(re.compile("/result$"), timeout=60_000)
    expect(olga.get_by_text("3 assignments were decided by hand.")).to_be_visible()
    olga.get_by_role("toolbar").get_by_role("link", name="Reviews").click()
    olga.get_by_text("Sign off this version …").click()
    olga.get_by_label("Note for the audit trail").fill("for the paper")
    olga.get_by_role("button", name="Sign off version 2").click()
    expect(olga.locator("#sign-off")).to_contain_text("Signed off by olga@lab.example")
    looks_right(olga)
    olga.get_by_role("link", name="Back to the result").click()
    expect(olga.locator("#signed-off")).to_contain_text("this version is locked")
    olga.get_by_role("link", name="About this job").click()
    expect(olga.get_by_text("Delete job")).to_have_count(0)


def test_a_review_works_without_scripts(
    browser: Browser, server: Sialoscope, people: dict[str, Person], job_id: str
) -> None:
    with people["olga"].program("read", "manage") as program:
        wanted = {"reviewers": ["rita@lab.example", "rolf@lab.example"], "filter": {"rows": "4,5"}}
        review = program.post(f"/api/v1/jobs/{job_id}/reviews", json=wanted).json()["id"]
        with browser.new_context(base_url=server.url, java_script_enabled=False) as context:
            page = context.new_page()
            log_in(page, people["rita"])
            page.goto(f"/reviews/{review}")
            page.locator("#row-5").get_by_role("button", name="ambiguous").click()
            expect(page).to_have_url(re.compile("page=1#row-5$"))
            expect(page.locator("#row-5 button[aria-pressed=true]")).to_have_text("ambiguous")
            expect(page.locator("#progress")).to_have_text("You have judged 1 of 2 rows.")
        assert program.post(f"/api/v1/reviews/{review}/close").is_success
