"""Second factors: set up, asked for, used once, lost, required, and told of by e-mail."""

import asyncio
import re
import sqlite3
import time
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pyotp
import pytest

from app.accounts.sealed import Seal, SealError
from app.accounts.second_factor import By, SecondFactors
from app.db.accounts.second_factor import SecondFactorError, SecondFactorStore
from app.db.accounts.store import AccountStore
from app.db.notifications.webhooks import EVENTS
from tests.authenticator import AuthenticatorApp
from tests.mailbox import Mailbox, link_in, running_mailbox, text_of
from tests.page_forms import send
from tests.people import PASSWORD, Person, add_person, log_in, user_command
from tests.servers import Sialoscope, running_sialoscope

PAGE = "/account/second-factor"
KEY = re.compile(r'id="secret" readonly value="([A-Z2-7 ]+)"')
RECOVERY_CODE = re.compile(r"<code>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</code>")
WRONG = "000000"
NEW = "one good password"


def twice(password: str) -> dict[str, str]:
    return {"password": password, "again": password}


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def set_up(factors: SecondFactors, account: str) -> tuple[pyotp.TOTP, str, list[str]]:
    """An app, the code of it that confirmed the set-up, and the recovery codes."""
    totp = pyotp.TOTP(await factors.begin(account))
    confirming = totp.now()
    codes = await factors.confirm(account, confirming)
    assert codes
    return totp, confirming, codes


@pytest.mark.usefixtures("database")
def test_of_many_requests_with_one_code_at_once_one_succeeds() -> None:
    async def work() -> None:
        ada = await AccountStore().add("ada", "x")
        factors = SecondFactors(Seal("of this installation"))
        totp, replayed, recovery = await set_up(factors, ada.id)
        assert await factors.take(ada.id, replayed) is None, "it confirmed the set-up"
        following = totp.generate_otp(totp.timecode(time.time()) + 1)
        for code, by in ((following, By.APP), (recovery[0], By.RECOVERY_CODE)):
            taken = await asyncio.gather(*(factors.take(ada.id, code) for _ in range(5)))
            assert [each for each in taken if each] == [by]
            assert await factors.take(ada.id, code) is None
        assert await factors.store.recovery_codes_left(ada.id) == 9

    run(work())


@pytest.mark.usefixtures("database")
def test_codes_are_taken_as_people_type_them_and_others_are_not() -> None:
    async def work() -> None:
        ada, bob = [await AccountStore().add(name, "x") for name in ("ada", "bob")]
        factors = SecondFactors(Seal("of this installation"))
        _, _, of_ada = await set_up(factors, ada.id)
        await set_up(factors, bob.id)
        for wrong in ("", " ", WRONG, "12345", "1234567", "٠١٢٣٤٥", "x" * 16, "é" * 6, "-1+2_3"):
            assert await factors.take(ada.id, wrong) is None
        assert await factors.take(bob.id, of_ada[0]) is None
        assert await factors.take(ada.id, f" {of_ada[0].lower().replace('-', ' ')} ")
        renewed = await factors.renew_recovery_codes(ada.id)
        assert await factors.take(ada.id, of_ada[1]) is None
        assert await factors.take(ada.id, renewed[1])

    run(work())


@pytest.mark.usefixtures("database")
def test_a_set_up_counts_only_once_a_code_has_confirmed_it() -> None:
    async def work() -> None:
        ada = await AccountStore().add("ada", "x")
        factors = SecondFactors(Seal("of this installation"))
        with pytest.raises(SecondFactorError, match="Start it once more"):
            await factors.confirm(ada.id, WRONG)
        abandoned = pyotp.TOTP(await factors.begin(ada.id))
        assert await factors.confirm(ada.id, WRONG) is None
        assert not await factors.is_on(ada.id)
        totp = pyotp.TOTP(await factors.begin(ada.id))
        assert await factors.confirm(ada.id, abandoned.now()) is None
        generation = (await AccountStore().get(ada.id)).generation
        assert await factors.confirm(ada.id, totp.now())
        assert await factors.is_on(ada.id)
        assert (await AccountStore().get(ada.id)).generation > generation
        with pytest.raises(SecondFactorError, match="set up already"):
            await factors.begin(ada.id)

    run(work())


@pytest.mark.usefixtures("database")
def test_a_stolen_database_does_not_have_the_secrets_of_apps() -> None:
    async def work() -> None:
        accounts = AccountStore()
        ada, bob = await accounts.add("ada", "x"), await accounts.add("bob", "x")
        factors = SecondFactors(Seal("of this installation"))
        totp, _, recovery = await set_up(factors, ada.id)
        kept = await SecondFactorStore().confirmed(ada.id)
        assert kept
        assert totp.secret not in str(kept.to_dict())
        with pytest.raises(SealError):
            Seal("of another").open(kept.secret, account=ada.id)
        with pytest.raises(SealError):
            Seal("of this installation").open(kept.secret, account=bob.id)
        after_a_change = SecondFactors(Seal("of another"))
        with pytest.raises(SecondFactorError, match="Use a recovery code"):
            await after_a_change.take(ada.id, totp.now())
        assert await after_a_change.take(ada.id, recovery[0]) is By.RECOVERY_CODE

    run(work())


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with running_mailbox() as running:
        yield running


@pytest.fixture(scope="module")
def server(mailbox: Mailbox) -> Iterator[Sialoscope]:
    settings = {"SIALOSCOPE_ACCOUNTS": "true", "SIALOSCOPE_SMTP_URL": mailbox.url}
    settings["SIALOSCOPE_MAIL_FROM"] = "no-reply@lab.example"
    with running_sialoscope(settings) as running:
        yield running


@pytest.fixture(scope="module")
def root(server: Sialoscope) -> Person:
    return add_person(server, "root@lab.example", "--admin")


@pytest.fixture
def browser(server: Sialoscope) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60, follow_redirects=True) as client:
        yield client


def turn_on(browser: httpx.Client) -> tuple[AuthenticatorApp, list[str]]:
    """Set up a second factor by the pages; the app and the recovery codes."""
    shown = send(browser, f"{PAGE}/begin", present=PASSWORD)
    assert "<svg" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    app = AuthenticatorApp(KEY.findall(shown.text)[0])
    wrong = send(browser, f"{PAGE}/confirm", code=WRONG)
    assert "This code is wrong" in wrong.text
    assert not KEY.findall(wrong.text), "who has the session alone shall not see it"
    assert "<svg" not in wrong.text
    on = send(browser, f"{PAGE}/confirm", code=app.code())
    codes = RECOVERY_CODE.findall(on.text)
    assert len(set(codes)) == 10, on.text
    return app, codes


def test_a_login_needs_the_code_once_a_second_factor_is_on(
    server: Sialoscope, browser: httpx.Client, mailbox: Mailbox
) -> None:
    ada = add_person(server, "ada@lab.example")
    with ada.session() as elsewhere:
        log_in(browser, ada.name, PASSWORD)
        refused = send(browser, f"{PAGE}/begin", present="not her password")
        assert "not your present password" in refused.text
        app, recovery = turn_on(browser)
        assert browser.get("/jobs").url.path == "/jobs", "this session goes on"
        assert elsewhere.get("/jobs").url.path == "/login", "all others have ended"
    assert "authenticator app was set up" in text_of(mailbox.next_to(ada.name))
    send(browser, "/logout")

    asked = log_in(browser, ada.name, PASSWORD, next="/tokens")
    assert asked.url.path == "/login/code"
    for path in ("/jobs", "/api/v1/jobs", PAGE, "/account"):
        assert browser.get(path).url.path == "/login" or path.startswith("/api/")
    assert browser.get("/api/v1/jobs").status_code == httpx.codes.UNAUTHORIZED
    wrong = send(browser, "/login/code", code=WRONG, kind="app")
    assert wrong.status_code == httpx.codes.FORBIDDEN
    assert "This code is wrong" in wrong.text
    code = app.code()
    assert send(browser, "/login/code", code=code, kind="app").url.path == "/tokens"
    send(browser, "/logout")

    log_in(browser, ada.name, PASSWORD)
    assert "used already" in send(browser, "/login/code", code=code, kind="app").text
    in_again = send(browser, "/login/code", code=recovery[3], kind="recovery")
    assert in_again.url.path == "/"
    said = text_of(mailbox.next_to(ada.name, known=1))
    assert "a recovery code" in said
    assert "9 recovery codes are left" in said
    send(browser, "/logout")
    log_in(browser, ada.name, PASSWORD)
    again = send(browser, "/login/code", code=recovery[3], kind="recovery")
    assert "it was used already" in again.text


def test_neither_a_new_password_by_a_link_nor_another_login_goes_around_the_code(
    server: Sialoscope, browser: httpx.Client, mailbox: Mailbox
) -> None:
    eve = add_person(server, "eve@lab.example")
    log_in(browser, eve.name, PASSWORD)
    app, _ = turn_on(browser)
    mailbox.next_to(eve.name)
    send(browser, "/logout")
    browser.get("/forgotten")
    send(browser, "/forgotten", name=eve.name)
    link = link_in(mailbox.next_to(eve.name, known=1))
    browser.get(link)
    asked = send(browser, link, **twice(NEW))
    assert asked.url.path == "/login/code"
    assert browser.get("/jobs").url.path == "/login"
    assert "was reset without the old one" in text_of(mailbox.next_to(eve.name, known=2))
    log_in(browser, eve.name, NEW)
    assert send(browser, "/login/code", code=app.code(), kind="app").url.path == "/"


def test_the_first_code_is_throttled_too(server: Sialoscope, browser: httpx.Client) -> None:
    ivy = add_person(server, "ivy")
    log_in(browser, ivy.name, PASSWORD)
    send(browser, f"{PAGE}/begin", present=PASSWORD)
    tries = [send(browser, f"{PAGE}/confirm", code=WRONG).status_code for _ in range(6)]
    assert tries == [400] * 5 + [429]


def test_codes_are_throttled_as_passwords_are(server: Sialoscope, browser: httpx.Client) -> None:
    kim = add_person(server, "kim")
    log_in(browser, kim.name, PASSWORD)
    app, recovery = turn_on(browser)
    send(browser, "/logout")
    log_in(browser, kim.name, PASSWORD)
    tries = [send(browser, "/login/code", code=WRONG, kind="app") for _ in range(6)]
    assert [each.status_code for each in tries] == [403] * 5 + [429]
    for kind, right in (("app", app.code()), ("recovery", recovery[0])):
        refused = send(browser, "/login/code", code=right, kind=kind)
        assert refused.status_code == httpx.codes.TOO_MANY_REQUESTS
        assert 0 < int(refused.headers["retry-after"]) <= 300


def test_removing_it_needs_password_and_code_and_is_announced_by_e_mail(
    server: Sialoscope, browser: httpx.Client, mailbox: Mailbox
) -> None:
    lee = add_person(server, "lee@lab.example")
    log_in(browser, lee.name, PASSWORD)
    app, old = turn_on(browser)
    for wrong in ({"present": "x", "code": app.code()}, {"present": PASSWORD, "code": WRONG}):
        assert send(browser, f"{PAGE}/remove", **wrong).status_code == httpx.codes.BAD_REQUEST
    renewed = send(browser, f"{PAGE}/recovery-codes", present=PASSWORD, code=old[0])
    codes = RECOVERY_CODE.findall(renewed.text)
    assert len(codes) == 10
    assert not set(codes) & set(old)
    removed = send(browser, f"{PAGE}/remove", present=PASSWORD, code=codes[0])
    assert "Set up an authenticator app" in removed.text
    subjects = [str(mailbox.next_to(lee.name, known=n)["Subject"]) for n in range(5)]
    for received in ("protects", "recovery code of your", "New recovery codes", "was removed"):
        assert any(received in subject for subject in subjects), subjects
    send(browser, "/logout")
    assert log_in(browser, lee.name, PASSWORD).url.path == "/"


@pytest.mark.parametrize("way", ["by an administrator", "by who runs the server"])
def test_who_lost_the_app_is_let_in_again(
    server: Sialoscope, root: Person, browser: httpx.Client, mailbox: Mailbox, way: str
) -> None:
    pat = add_person(server, f"{'pat' if way == 'by an administrator' else 'sam'}@lab.example")
    log_in(browser, pat.name, PASSWORD)
    turn_on(browser)
    mailbox.next_to(pat.name)
    if way == "by an administrator":
        with root.session() as admin:
            page = admin.get("/admin/accounts").text
            found = re.findall(r'/admin/accounts/(\w+)/second-factor/remove">.*?of ([^"]+)"', page)
            (account,) = [each for each, name in found if name == pat.name]
            send(admin, f"/admin/accounts/{account}/second-factor/remove")
    else:
        listed = user_command(server, "list").stdout
        assert re.search(rf"{pat.name}.*second factor: on", listed)
        assert user_command(server, "second-factor", pat.name).returncode != 0, "lacks --off"
        done = user_command(server, "second-factor", "--off", pat.name)
        assert done.returncode == 0, done.stderr
        again = user_command(server, "second-factor", "--off", pat.name)
        assert "has no second factor" in again.stderr
    assert "was removed" in str(mailbox.next_to(pat.name, known=1)["Subject"])
    assert browser.get("/jobs").url.path == "/login", "sessions have ended"
    assert log_in(browser, pat.name, PASSWORD).url.path == "/"
    with root.program("admin") as reader:
        trail = reader.get("/api/v1/security-trail", params={"account": pat.name}).json()
    removed = next(each for each in trail["events"] if each["kind"] == "second_factor_removed")
    by = root.name if way == "by an administrator" else "command line"
    assert removed["actor_name"].startswith(by)


def test_an_administrator_requires_it_from_administrators_or_all(
    server: Sialoscope, root: Person, browser: httpx.Client
) -> None:
    max_ = add_person(server, "max@lab.example")
    chief = add_person(server, "chief@lab.example", "--admin")
    with ExitStack() as stack:
        admin, user, other = [stack.enter_context(each.session()) for each in (root, max_, chief)]
        program = stack.enter_context(max_.program("read"))
        assert send(admin, "/admin/second-factor", **{"from": "x"}).status_code == 400
        send(admin, "/admin/second-factor", **{"from": "admins"})
        assert user.get("/jobs").url.path == "/jobs"
        for path in ("/jobs", "/admin/accounts", "/tokens", "/"):
            assert other.get(path).url.path == PAGE
        assert send(other, "/admin/invitations", name="x", role="admin").url.path == PAGE
        assert other.get("/api/v1/jobs").status_code == httpx.codes.FORBIDDEN
        turn_on(other)
        assert other.get("/admin/accounts").url.path == "/admin/accounts"
        send(other, "/admin/second-factor", **{"from": "all"})
        asked = user.get("/jobs")
        assert asked.url.path == PAGE
        assert "An administrator requires a second factor" in asked.text
        assert program.get("/api/v1/jobs").is_success, "tokens keep working"
        assert log_in(browser, max_.name, PASSWORD).url.path == PAGE
        send(other, "/admin/second-factor", **{"from": "nobody"})
        assert user.get("/jobs").url.path == "/jobs"


def test_an_account_that_is_deleted_leaves_no_secret(
    server: Sialoscope, root: Person, browser: httpx.Client
) -> None:
    ned = add_person(server, "ned@lab.example")
    log_in(browser, ned.name, PASSWORD)
    turn_on(browser)
    with root.program("admin") as reader, root.session() as admin:
        trail = reader.get("/api/v1/security-trail", params={"account": ned.name}).json()
        account = trail["events"][0]["about"]
        send(admin, f"/admin/accounts/{account}/delete", jobs="delete")
    if server.database_url.startswith("sqlite"):
        with sqlite3.connect(server.database_url.removeprefix("sqlite:///")) as database:
            for table in ("second_factor", "recovery_code"):
                query = f"SELECT COUNT(*) FROM {table} WHERE account = ?"  # noqa: S608
                assert database.execute(query, [account]).fetchone() == (0,)
    assert "password is wrong" in log_in(browser, ned.name, PASSWORD).text


def test_new_addresses_of_webhooks_are_announced_by_e_mail(
    server: Sialoscope, browser: httpx.Client, mailbox: Mailbox
) -> None:
    wim = add_person(server, "wim@lab.example")
    log_in(browser, wim.name, PASSWORD)
    made = send(browser, "/webhooks", url="https://one.example/x", events=list(EVENTS))
    assert made.is_success, made.text
    assert "https://one.example/x" in text_of(mailbox.next_to(wim.name))
    with wim.program("manage") as program:  # the second e-mail is about its token
        (webhook,) = program.get("/api/v1/webhooks").json()["webhooks"]
        path = f"/api/v1/webhooks/{webhook['id']}"
        assert program.patch(path, json={"enabled": False}).is_success
        assert program.patch(path, json={"url": "https://two.example/x"}).is_success
    received = mailbox.next_to(wim.name, known=2)
    assert received["Subject"] == "A new webhook for your account at Sialoscope"
    assert "https://two.example/x" in text_of(received)


def test_new_tokens_and_passwords_are_announced_by_e_mail(
    server: Sialoscope, browser: httpx.Client, mailbox: Mailbox
) -> None:
    tim = add_person(server, "tim@lab.example")
    log_in(browser, tim.name, PASSWORD)
    send(browser, "/tokens", name="robot\r\nBcc: eve@evil.example", scopes=["read"], days="1")
    received = mailbox.next_to(tim.name)
    assert received["Subject"] == "A new API token for your account at Sialoscope"
    assert received["Bcc"] is None
    assert "From: 127.0.0.1" in text_of(received)
    new = "another one entirely"
    send(browser, "/account/password", present=PASSWORD, **twice(new))
    assert "was changed" in str(mailbox.next_to(tim.name, known=1)["Subject"])
    done = user_command(server, "password", tim.name, typed=NEW)
    assert done.returncode == 0, done.stderr
    reset = text_of(mailbox.next_to(tim.name, known=2))
    assert "was reset without the old one" in reset
    assert "By: command line (" in reset
    assert new not in reset
