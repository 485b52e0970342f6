"""The security trail: what it tells, who may read it, and that nobody can change it."""

import asyncio
import json
import re
from collections.abc import Coroutine, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.db.accounts.errors import AccountError
from app.db.accounts.store import AccountStore
from app.db.engine.transaction import transaction
from app.db.security.actor import Actor, acting
from app.db.security.tables import SecurityEvent
from app.db.security.trail import EventKind, TrailFilter, count_entries, detail_of, entries
from app.web.words import SECURITY_EVENTS
from tests.integration.api import SMALL, finished, submit
from tests.mailbox import running_mailbox
from tests.page_forms import send
from tests.people import PASSWORD, Person, add_person, log_in, user_command
from tests.servers import Sialoscope, running_sialoscope

Json = dict[str, Any]
TRAIL = "/api/v1/security-trail"
NEW = "another one entirely"


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


STATEMENTS = {
    "UPDATE security_event SET actor_name = 'eve'": ("sqlite", "postgresql"),
    "UPDATE security_event SET at = at WHERE id = (SELECT MAX(id) FROM security_event)": (
        "sqlite",
        "postgresql",
    ),
    "DELETE FROM security_event": ("sqlite", "postgresql"),
    "TRUNCATE security_event": ("postgresql",),
    "INSERT OR REPLACE INTO security_event SELECT * FROM security_event": ("sqlite",),
}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("database", "statement"),
    [(each, statement) for statement, databases in STATEMENTS.items() for each in databases],
    indirect=["database"],
)
def test_an_entry_can_be_neither_changed_nor_deleted(statement: str) -> None:
    async def work() -> None:
        await AccountStore().add("ada", "x")
        before = await SecurityEvent.select()
        with pytest.raises(Exception, match="security trail only grows"):
            await SecurityEvent.raw(statement)
        assert await SecurityEvent.select() == before != []

    run(work())


async def _change_and_fail(accounts: AccountStore, account_id: str) -> None:
    async with transaction():
        await accounts.set_role(account_id, "admin")
        raise AccountError


@pytest.mark.usefixtures("database")
def test_a_change_and_its_entry_come_to_pass_together_or_not_at_all() -> None:
    async def work() -> None:
        accounts = AccountStore()
        ada = await accounts.add("ada", "x")
        which = TrailFilter(account=ada.id)
        before = await count_entries(which)
        with pytest.raises(AccountError):
            await _change_and_fail(accounts, ada.id)
        assert (await accounts.get(ada.id)).role == "user"
        assert await count_entries(which) == before

    run(work())


@pytest.mark.usefixtures("database")
def test_entries_are_found_by_account_kind_and_day_and_outlive_the_account() -> None:
    async def work() -> None:
        accounts = AccountStore()
        ada = await accounts.add("Ada@lab.example", "x")
        root = await accounts.add("root", "x", role="admin")
        with acting(Actor(root.id, root.name, "192.0.2.7")):
            await accounts.set_role(ada.id, "admin")
            await accounts.delete(ada.id)
        of_ada = TrailFilter(account=ada.id)
        received = [EventKind(each.kind) for each in await entries(of_ada, limit=10)]
        assert received == [
            EventKind.ACCOUNT_DELETED,
            EventKind.ROLE_CHANGED,
            EventKind.ACCOUNT_ADDED,
        ]
        (changed,) = await entries(TrailFilter(kind=EventKind.ROLE_CHANGED), limit=1)
        assert (changed.actor, changed.actor_name, changed.address) == (
            root.id,
            "root",
            "192.0.2.7",
        )
        assert (changed.about_name, detail_of(changed)) == ("Ada@lab.example", {"role": "admin"})
        assert await count_entries(TrailFilter(account="Ada@lab.example")) == 3
        assert await count_entries(TrailFilter(account="ROOT")) >= 3
        days = [each.at.date() for each in await entries(of_ada, limit=10)]
        first, last, day = min(days), max(days), timedelta(days=1)
        assert await count_entries(of_ada._replace(since=first, until=last)) == 3
        assert await count_entries(of_ada._replace(until=first - day)) == 0
        assert await count_entries(of_ada._replace(since=last + day)) == 0
        assert await count_entries(of_ada._replace(since=date.min, until=date.max)) == 3
        assert len(await entries(of_ada, limit=1, offset=2)) == 1

    run(work())


def test_every_kind_of_event_has_a_name_on_the_page() -> None:
    assert SECURITY_EVENTS.keys() == set(EventKind)


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    with running_mailbox() as mailbox:
        settings = {"SIALOSCOPE_ACCOUNTS": "true", "SIALOSCOPE_SMTP_URL": mailbox.url}
        settings |= {"SIALOSCOPE_MAIL_FROM": "no-reply@lab.example", "SIALOSCOPE_LOG": "json"}
        with running_sialoscope(settings) as running:
            yield running


@pytest.fixture(scope="module")
def root(server: Sialoscope) -> Person:
    return add_person(server, "root@lab.example", "--admin")


@pytest.fixture(scope="module")
def reader(root: Person) -> Iterator[httpx.Client]:
    with root.program("admin") as program:
        yield program


def events(reader: httpx.Client, **query: str) -> list[Json]:
    """The entries that pass, oldest first."""
    answer = reader.get(TRAIL, params={"limit": "1000", **query})
    assert answer.is_success, answer.text
    found: list[Json] = answer.json()["events"]
    return found[::-1]


def kinds(reader: httpx.Client, account: str) -> list[str]:
    return [each["kind"] for each in events(reader, account=account)]


def test_the_trail_tells_the_life_of_an_account(
    server: Sialoscope, root: Person, reader: httpx.Client
) -> None:
    fay = "fay@lab.example"
    bob = add_person(server, "bob@lab.example")
    with root.session() as admin, httpx.Client(base_url=server.url, timeout=60) as browser:
        page = send(admin, "/admin/invitations", name=fay, role="user").text
        link = re.findall(r'id="link" readonly value="([^"]+)"', page)[0]
        browser.get("/login")
        assert send(browser, link, password=PASSWORD, again=PASSWORD).is_redirect
        log_in(browser, fay, "a wrong password")
        assert log_in(browser, fay, PASSWORD).is_redirect
        made = send(browser, "/tokens", name="robot", scopes=["read", "submit"], days="1").text
        token = re.findall(r"/tokens/(\w+)/revoke", made)[0]
        send(browser, f"/tokens/{token}/revoke")
        send(browser, "/tokens", name="another", scopes=["submit", "read", "manage"], days="1")
        send(browser, "/jobs/example")
        job = browser.get("/api/v1/jobs").json()["jobs"][0]["id"]
        send(browser, f"/jobs/{job}/shares", name=bob.name, may="view")
        shares = re.findall(r"/shares/(\w+)/delete", browser.get(f"/jobs/{job}").text)
        send(browser, f"/jobs/{job}/shares/{shares[0]}/delete")
        changed = send(browser, "/account/password", present=PASSWORD, password=NEW, again=NEW)
        assert changed.is_redirect, changed.text
        send(browser, "/logout")
        of_fay = events(reader, account=fay, kind="account_added")[0]["about"]
        for what in ("role", "disable", "enable", "reset"):
            send(admin, f"/admin/accounts/{of_fay}/{what}", role="admin")
        done = user_command(server, "password", fay, typed="one good password")
        assert done.returncode == 0, done.stderr
        send(admin, f"/admin/accounts/{of_fay}/delete", jobs="delete")
    received = events(reader, account=of_fay)
    assert [each["kind"] for each in received] == [
        *("account_added", "login", "login_failed", "login"),
        *("token_made", "token_revoked", "token_made", "share_given", "share_taken_back"),
        *("token_revoked", "password_changed", "logout", "role_changed", "account_disabled"),
        *("account_enabled", "reset_link_made", "password_reset"),
        *("account_disabled", "account_deleted"),
    ]
    by_name = events(reader, account=fay)
    assert {"invitation_made", "invitation_used"} <= {each["kind"] for each in by_name}
    assert {each["address"] for each in received} == {"127.0.0.1", ""}
    by_command = [each for each in received if not each["address"]]
    assert [each["kind"] for each in by_command] == ["password_reset"]
    assert by_command[0]["actor_name"].startswith("command line (")
    by_root = {each["kind"] for each in received if each["actor_name"] == root.name}
    assert {"role_changed", "account_disabled", "reset_link_made", "account_deleted"} <= by_root
    times = [datetime.fromisoformat(each["at"]) for each in received]
    assert times == sorted(times)
    assert timedelta(0) <= datetime.now(UTC) - times[-1] < timedelta(minutes=1)
    assert PASSWORD not in json.dumps(received) + json.dumps(by_name)


def test_settings_of_administrators_are_recorded_with_their_values(
    root: Person, reader: httpx.Client
) -> None:
    with root.session() as admin:
        send(admin, "/admin/schedules/expired/pause")
    rule = reader.put("/api/v1/retention/all", json={"default_days": 20, "most_days": 90})
    assert rule.is_success, rule.text
    (paused,) = events(reader, kind="schedule_changed")
    assert paused["detail"] == {"schedule": "expired", "paused": True}
    (kept,) = events(reader, kind="data_retention_changed")
    assert kept["detail"].pop("by_token")
    assert kept["detail"] == {"default_days": 20, "most_days": 90}
    assert kept["actor_name"] == root.name


def test_administrators_alone_read_the_trail_and_page_through_it(
    server: Sialoscope, root: Person, reader: httpx.Client
) -> None:
    eve = add_person(server, "eve@lab.example")
    with eve.session() as browser, eve.program("admin") as program:
        assert browser.get("/admin/security").status_code == httpx.codes.FORBIDDEN
        assert program.get(TRAIL).status_code == httpx.codes.FORBIDDEN
    with root.program("read", "manage") as program:
        assert program.get(TRAIL).status_code == httpx.codes.FORBIDDEN
    whole = reader.get(TRAIL, params={"limit": 1000}).json()
    first = reader.get(TRAIL, params={"limit": 2}).json()
    second = reader.get(TRAIL, params={"limit": 2, "offset": 2}).json()
    assert first["total"] == second["total"] == whole["total"] > 4
    assert first["events"] + second["events"] == whole["events"][:4]
    for wrong in ({"kind": "x"}, {"since": "2026-13-01"}, {"until": "yesterday"}):
        assert reader.get(TRAIL, params=wrong).status_code == httpx.codes.BAD_REQUEST
    with root.session() as admin:
        page = admin.get("/admin/security", params={"account": eve.name, "kind": "login"})
        assert "Logged in" in page.text
        assert "eve@lab.example" in page.text
        for method in ("POST", "PUT", "DELETE"):
            answer = admin.request(method, "/admin/security")
            assert answer.status_code in (403, 405), answer.text


def test_a_failed_password_is_logged_with_account_and_address_and_nothing_that_was_typed(
    server: Sialoscope, reader: httpx.Client
) -> None:
    kim = add_person(server, "kim@lab.example")
    forged = 'x\n{"level": "info", "message": "forged"}'
    typed = (kim.name, "KIM@lab.example", "gone@lab.example", "hunter2-hunter2", forged)
    secret = "my-very-secret-try"  # noqa: S105
    for name in typed:
        with httpx.Client(base_url=server.url, timeout=60) as browser:
            assert log_in(browser, name, secret).status_code == httpx.codes.FORBIDDEN
    failed = [line for line in server.log_lines() if line["message"].startswith("A login failed")]
    received = [(line["account"], line["address"], line["level"]) for line in failed][-5:]
    names = [kim.name, kim.name, "gone@lab.example", "unknown", "unknown"]
    assert received == [(name, "127.0.0.1", "warning") for name in names]
    said = server.log.read_text()
    for hidden in (secret, "hunter2", "forged"):
        assert hidden not in said
    assert [each["about_name"] for each in events(reader, kind="login_failed")][-5:] == names
    assert [each["detail"] for each in events(reader, kind="login_failed")][-1] == {
        "why": "wrong password"
    }


def test_tries_beyond_the_limit_are_logged_and_do_not_fill_the_trail(
    server: Sialoscope, reader: httpx.Client
) -> None:
    lee = add_person(server, "lee@lab.example")
    with httpx.Client(base_url=server.url, timeout=60) as browser:
        for _ in range(8):
            log_in(browser, lee.name, "a wrong password")
    assert kinds(reader, lee.name).count("login_failed") == 5
    refused = [line for line in server.log_lines() if "too many tries" in line["message"]]
    assert [line["account"] for line in refused] == [lee.name] * 3


def test_a_login_to_a_disabled_account_is_recorded(
    server: Sialoscope, reader: httpx.Client
) -> None:
    max_ = add_person(server, "max@lab.example")
    user_command(server, "disable", max_.name)
    with httpx.Client(base_url=server.url, timeout=60) as browser:
        log_in(browser, max_.name, PASSWORD)
    assert events(reader, account=max_.name)[-1]["detail"] == {"why": "account is disabled"}


def test_a_share_and_a_token_by_program_name_the_token(
    server: Sialoscope, reader: httpx.Client
) -> None:
    pat = add_person(server, "pat@lab.example")
    quinn = add_person(server, "quinn@lab.example")
    with pat.program("read", "submit", "manage", "admin") as program:
        job = submit(program, SMALL)
        finished(program, job)
        shared = program.put(f"/api/v1/jobs/{job}/shares", json={"name": quinn.name, "may": "edit"})
        assert shared.is_success, shared.text
    (given,) = events(reader, account=quinn.name, kind="share_given")
    (made,) = events(reader, account=pat.name, kind="token_made")
    assert given["detail"] == {"job": job, "may": "edit", "by_token": made["detail"]["token"]}
