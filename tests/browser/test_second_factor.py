"""A second factor as people use it: a QR code, codes of the app, recovery codes, and required."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.authenticator import AuthenticatorApp
from tests.browser.judging import misfits, violations
from tests.people import PASSWORD, Person, add_person
from tests.servers import Sialoscope, running_sialoscope

PHONE = ViewportSize(width=360, height=740)


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope({"SIALOSCOPE_ACCOUNTS": "true"}) as running:
        yield running


@pytest.fixture(params=["with scripts", "without scripts on a phone"])
def page(browser: Browser, server: Sialoscope, request: pytest.FixtureRequest) -> Iterator[Page]:
    is_phone = "phone" in request.param
    context = browser.new_context(
        base_url=server.url,
        java_script_enabled=not is_phone,
        viewport=PHONE if is_phone else None,
    )
    yield context.new_page()
    context.close()


def log_in(page: Page, person: Person) -> None:
    page.goto("/login")
    page.get_by_label("E-mail address or name").fill(person.name)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Log in").click()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def begin(page: Page) -> AuthenticatorApp:
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    return AuthenticatorApp(page.get_by_label("Or type this key").input_value())


def turn_on(page: Page, app: AuthenticatorApp) -> list[str]:
    page.get_by_label("Type the 6 digits").fill(app.code())
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    return page.locator("ul.codes code").all_inner_texts()


def send_code(page: Page, label: str, code: str) -> None:
    page.get_by_label(label, exact=True).fill(code)
    page.get_by_role("button", name="Log in").click()


def test_it_is_set_up_and_logs_in_by_a_code_and_by_a_recovery_code(
    page: Page, server: Sialoscope, request: pytest.FixtureRequest
) -> None:
    way = "phone" if "phone" in request.node.name else "desk"
    ada = add_person(server, f"ada-{way}@lab.example")
    log_in(page, ada)
    page.goto("/account")
    page.get_by_role("link", name="Set it up").click()
    app = begin(page)
    codes = turn_on(page, app)
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    log_out(page)

    log_in(page, ada)
    send_code(page, "Code", "000000")
    expect(page.get_by_role("alert")).to_contain_text("This code is wrong")
    send_code(page, "Code", app.code())
    expect(page.get_by_role("button", name="Analyze")).to_be_visible()
    log_out(page)

    log_in(page, ada)
    page.get_by_role("link", name="Use a recovery code instead").click()
    send_code(page, "Recovery code", codes[0].lower())
    expect(page.get_by_role("button", name="Analyze")).to_be_visible()
    page.goto("/account/second-factor")
    expect(page.get_by_text("9 of your recovery codes are left")).to_be_visible()


@pytest.fixture
def phone(browser: Browser, server: Sialoscope) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url, viewport=PHONE)
    yield context.new_page()
    context.close()


def judge(page: Page) -> None:
    assert violations(page) == []
    assert misfits(page) == {}


def test_every_page_of_it_is_accessible_and_fits_a_phone(phone: Page, server: Sialoscope) -> None:
    eve = add_person(server, "eve@lab.example", "--admin")
    log_in(phone, eve)
    phone.goto("/admin/accounts")
    phone.get_by_label("Required from").select_option("admins")
    section = phone.locator("section", has=phone.get_by_label("Required from"))
    with phone.expect_navigation():
        section.get_by_role("button", name="Save").click()
    again = phone.get_by_label(f"Password of {eve.name}")
    if again.is_visible():  # an administrator's deed may ask for it
        again.fill(PASSWORD)
        with phone.expect_navigation():
            phone.get_by_role("button", name="Go on").click()
    phone.goto("/jobs")
    expect(phone.get_by_role("status")).to_contain_text("requires a second factor")
    judge(phone)
    app = begin(phone)
    judge(phone)
    turn_on(phone, app)
    judge(phone)
    phone.goto("/account/second-factor")
    expect(phone.get_by_role("button", name="Remove the second factor")).to_be_visible()
    judge(phone)
    for path in ("/admin/accounts", "/admin/security", "/account"):
        phone.goto(path)
        judge(phone)
    phone.goto("/jobs")
    log_out(phone)
    log_in(phone, eve)
    judge(phone)
    phone.get_by_role("link", name="Use a recovery code instead").click()
    judge(phone)
    send_code(phone, "Recovery code", "none")
    expect(phone.get_by_role("alert")).to_be_visible()
    judge(phone)
