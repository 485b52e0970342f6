"""Accounts as people use them: invited, logged in, sharing, and out again."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from app.analysis.example.example_table import example_table
from tests.mailbox import Mailbox, link_in, running_mailbox
from tests.people import PASSWORD, Person, add_person
from tests.servers import Sialoscope, running_sialoscope

TABLE = FilePayload(
    name="peaks.csv", mimeType="text/csv", buffer=example_table().head(60).write_csv().encode()
)


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with running_mailbox() as running:
        yield running


@pytest.fixture(scope="module")
def server(mailbox: Mailbox) -> Iterator[Sialoscope]:
    settings = {"SIALOSCOPE_ACCOUNTS": "true", "SIALOSCOPE_WEB_WORKERS": "2"}
    settings |= {"SIALOSCOPE_SMTP_URL": mailbox.url, "SIALOSCOPE_MAIL_FROM": "no-reply@lab.example"}
    with running_sialoscope(settings) as running:
        yield running


@pytest.fixture(scope="module")
def root(server: Sialoscope) -> Person:
    return add_person(server, "root@lab.example", "--admin")


@pytest.fixture(scope="module")
def ada(server: Sialoscope) -> Person:
    return add_person(server, "ada@lab.example")


@pytest.fixture(scope="module")
def bob(server: Sialoscope) -> Person:
    return add_person(server, "bob@lab.example")


@pytest.fixture
def new_page(browser: Browser, server: Sialoscope) -> Iterator["NewPage"]:
    pages = NewPage(browser, server)
    yield pages
    pages.close()


class NewPage:
    """Opens browsers of their own, whose consoles must stay free of errors."""

    def __init__(self, browser: Browser, server: Sialoscope) -> None:
        self._browser = browser
        self._server = server
        self._pages: list[Page] = []
        self.troubles: list[str] = []

    def __call__(self, person: Person | None = None, *, at: str = "/") -> Page:
        page = self._browser.new_context(base_url=self._server.url).new_page()
        self._pages.append(page)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.goto(at)
        if person:
            log_in(page, person)
        return page

    def close(self) -> None:
        for page in self._pages:
            page.context.close()
        assert self.troubles == []


def log_in(page: Page, person: Person, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail address or name").fill(person.name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def choose_password(page: Page, password: str, button: str) -> None:
    page.get_by_label("New password").fill(password)
    page.get_by_label("The same again").fill(password)
    page.get_by_role("button", name=button).click()


def type_password_again(page: Page) -> None:
    page.get_by_label(re.compile("^Password of ")).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def submit_a_table(page: Page) -> str:
    """Submit a table and return the address of its result."""
    page.goto("/")
    page.get_by_label("Drop peak tables here").set_input_files(TABLE)
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url(re.compile("/result$"), timeout=60_000)
    return page.url


def test_an_invited_person_chooses_a_password_and_submits_a_job(
    new_page: NewPage, root: Person, mailbox: Mailbox
) -> None:
    page = new_page(root)
    page.get_by_role("link", name="Administration").click()
    page.get_by_role("link", name="Accounts").click()
    page.get_by_label("E-mail address or name").fill("carol@lab.example")
    page.get_by_role("button", name="Invite").click()
    type_password_again(page)
    expect(page.get_by_role("status")).to_contain_text("An e-mail with this link is on its way")
    link = page.get_by_label("Link", exact=True).input_value()
    letter = mailbox.next_to("carol@lab.example")
    assert link_in(letter) == link
    assert letter["Subject"] == "You are invited to Sialoscope"

    carol = new_page(at=link)
    expect(carol.get_by_text("carol@lab.example")).to_be_visible()
    choose_password(carol, "five quiet herons read", "Make the account")
    expect(carol).to_have_url(re.compile("/$"))
    submit_a_table(carol)
    again = new_page(at=link)
    expect(again.get_by_role("alert")).to_contain_text("was used already")


def test_a_forgotten_password_is_reset_by_e_mail(
    new_page: NewPage, server: Sialoscope, mailbox: Mailbox
) -> None:
    dora = add_person(server, "dora@lab.example")
    elsewhere = new_page(dora)
    answers = []
    for name in (dora.name, "nobody@lab.example"):
        page = new_page(at="/login")
        page.get_by_role("link", name="Forgot your password?").click()
        page.get_by_label("E-mail address").fill(name)
        page.get_by_role("button", name="Send the e-mail").click()
        answers.append(page.get_by_role("status").inner_text())
    assert answers[0] == answers[1]
    page.goto(link_in(mailbox.next_to(dora.name)))
    choose_password(page, "another one entirely", "Set the password")
    expect(page).to_have_url(re.compile("/$"))
    elsewhere.goto("/jobs")
    expect(elsewhere).to_have_url(re.compile(r"/login\?next=/jobs$"))
    log_in(elsewhere, dora)
    expect(elsewhere.get_by_role("alert")).to_contain_text("password is wrong")
    log_in(elsewhere, dora, "another one entirely")
    expect(elsewhere).to_have_url(re.compile("/jobs$"))
    assert mailbox.to("nobody@lab.example") == []


def test_a_shared_job_is_seen_by_the_other_alone_who_may_not_delete_it(
    new_page: NewPage, ada: Person, bob: Person, root: Person
) -> None:
    page = new_page(ada)
    result = submit_a_table(page)
    page.goto(result.removesuffix("/result"))
    page.get_by_label("Name of an account").fill("bob@LAB.example")
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("bob@lab.example may see it")).to_be_visible()

    other = new_page(bob)
    other.get_by_role("link", name="Shared").click()
    row = other.get_by_role("row").filter(has_text="peaks.csv")
    expect(row).to_contain_text("ada@lab.example")
    row.get_by_role("link").click()
    expect(other).to_have_url(result)
    other.get_by_role("link", name="About this job").click()
    expect(other.get_by_text("ada@lab.example, who lets you see this job")).to_be_visible()
    expect(other.locator("summary", has_text="Delete job")).to_have_count(0)
    stranger = new_page(root)
    stranger.goto(result)
    expect(stranger.get_by_role("alert")).to_contain_text("There is no job")

    page.get_by_text("Stop sharing with bob@lab.example …").click()
    page.get_by_role("button", name="Stop sharing with bob@lab.example").click()
    expect(page.get_by_text("Nobody but you sees this job")).to_be_visible()
    other.goto(result)
    expect(other.get_by_role("alert")).to_contain_text("There is no job")


def test_a_token_is_shown_once_and_revoked(new_page: NewPage, ada: Person) -> None:
    page = new_page(ada)
    page.goto("/tokens")
    page.get_by_label("Name, such as the name of the program").fill("my notebook")
    page.get_by_role("button", name="Make the token").click()
    secret = page.get_by_label("Token", exact=True).input_value()
    assert secret.startswith("sialo_")
    bearer = {"Authorization": f"Bearer {secret}"}
    program = new_page(at="/login").context.request
    assert program.get("/api/v1/jobs", headers=bearer).status == 200
    page.goto("/tokens")
    expect(page.get_by_label("Token", exact=True)).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="my notebook")).to_contain_text(secret[:12])
    page.get_by_text("Revoke the token my notebook …").click()
    page.get_by_role("button", name="Revoke the token my notebook").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    assert program.get("/api/v1/jobs", headers=bearer).status == 401


def test_logging_out_everywhere_ends_the_session_of_another_browser_too(
    new_page: NewPage, bob: Person
) -> None:
    here, there = new_page(bob), new_page(bob)
    here.goto("/account")
    here.get_by_role("button", name="Log out everywhere").click()
    for page in (here, there):
        for _ in range(4):  # whichever of the two web processes answers
            page.goto("/jobs")
            expect(page).to_have_url(re.compile("/login"))


def test_back_after_a_logout_shows_no_page_of_the_user(new_page: NewPage, ada: Person) -> None:
    page = new_page(ada)
    result = submit_a_table(page)
    page.goto("/jobs")
    page.goto(result)
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/login"))
    for _ in range(2):
        page.go_back()
        expect(page).to_have_url(re.compile("/login"))
        expect(page.get_by_text("peaks.csv")).to_have_count(0)


def test_an_account_is_disabled_and_deleted_with_its_jobs_handed_over(
    new_page: NewPage, server: Sialoscope, root: Person, ada: Person
) -> None:
    eve = add_person(server, "eve@lab.example")
    hers = new_page(eve)
    result = submit_a_table(hers)
    page = new_page(root)
    page.goto("/admin/accounts")
    page.get_by_role("button", name="Disable eve@lab.example").click()
    type_password_again(page)
    expect(page.get_by_role("row").filter(has_text="eve@lab.example")).to_contain_text("disabled")
    hers.goto("/")
    log_in(hers, eve)
    expect(hers.get_by_role("alert")).to_contain_text("or the account is disabled")
    page.get_by_role("link", name="Delete eve@lab.example").click()
    expect(page.get_by_text("It has 1 job.")).to_be_visible()
    page.get_by_label("Hand over to the account below").check()
    page.get_by_label("Hand over to", exact=True).select_option(label=ada.name)
    page.get_by_role("button", name="Delete the account").click()
    expect(page.get_by_role("row").filter(has_text="eve@lab.example")).to_have_count(0)
    heir = new_page(ada)
    heir.goto(result)
    expect(heir.get_by_role("heading", name="peaks.csv")).to_be_visible()
    page.get_by_role("button", name="Disable root@lab.example").click()
    expect(page.get_by_role("alert")).to_contain_text("last administrator")
