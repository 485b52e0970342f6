"""An administrator types the password again before what lets others in or deletes much."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from app.settings import broker_socket
from app.web.http.identity.security import ASKS_AGAIN
from app.web.http.identity.session_store import CONFIRMED_FOR_S, handle_of
from tests.integration.accounts.test_strangers import _application
from tests.page_forms import send_once
from tests.people import PASSWORD, SECRET, Person, add_person
from tests.servers import Sialoscope

FIELD = "confirming_password"
WAITING = "Nothing has been changed yet."
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
# What is done with accounts, and the rule that could delete the jobs of everybody.
DEEDS = {
    *(f"/admin/accounts/{{account_id}}/{what}" for what in ("role", "disable", "enable", "reset")),
    *("/admin/accounts/{account_id}/delete", "/admin/invitations"),
    *("/admin/invitations/{link_id}/withdraw", "/admin/retention"),
    *("/admin/second-factor", "/admin/accounts/{account_id}/second-factor/remove"),
}


@pytest.fixture
def boss(shared_server: Sialoscope, request: pytest.FixtureRequest) -> Person:
    """An administrator whom no other test has made wait."""
    name = re.sub(r"\W", "", request.node.name)[-40:]
    return add_person(shared_server, f"{name}@lab.example", "--admin")


@pytest.fixture
def browser(boss: Person) -> Iterator[httpx.Client]:
    with boss.session() as client:
        yield client


def invited(browser: httpx.Client, name: str) -> bool:
    return name in browser.get("/admin/accounts").text


def test_each_deed_of_an_administrator_asks_and_a_new_one_cannot_be_forgotten(
    tmp_path: Path,
) -> None:
    asking = {
        route.path_format
        for route in _application(tmp_path).routes
        for handler in getattr(route, "route_handlers", [])
        if handler.opt.get(ASKS_AGAIN)
    }
    assert asking == DEEDS
    of_accounts = {
        route.path_format
        for route in _application(tmp_path).routes
        for handler in getattr(route, "route_handlers", [])
        if "POST" in getattr(handler, "http_methods", ())
        and route.path_format.startswith(("/admin/accounts", "/admin/invitations"))
    }
    assert of_accounts - DEEDS == {"/admin/accounts/{account_id}/quotas"}  # easily undone


def test_the_form_waits_for_the_password_and_goes_on_from_there(browser: httpx.Client) -> None:
    name = "asked-again@lab.example"
    asked = send_once(browser, "/admin/invitations", name=name, role="admin")
    assert (asked.status_code, WAITING in asked.text) == (403, True)
    assert not invited(browser, name)
    kept = dict(HIDDEN.findall(asked.text))
    assert kept == {"name": name, "role": "admin"}
    wrong = send_once(browser, "/admin/invitations", **kept, **{FIELD: "not my password"})
    assert (wrong.status_code, "That is not your password." in wrong.text) == (403, True)
    assert not invited(browser, name)
    done = send_once(browser, "/admin/invitations", **kept, **{FIELD: PASSWORD})
    assert (done.status_code, invited(browser, name)) == (200, True)
    again = send_once(browser, "/admin/invitations", name="next@lab.example", role="user")
    assert (again.status_code, invited(browser, "next@lab.example")) == (200, True)


def test_a_password_holds_for_minutes_and_for_its_own_session(
    shared_server: Sialoscope, boss: Person, browser: httpx.Client
) -> None:
    send_once(browser, "/admin/invitations/none/withdraw", **{FIELD: PASSWORD})
    with boss.session() as other:
        assert WAITING in send_once(other, "/admin/invitations/none/withdraw").text
    key = f"sialoscope:confirmed:{handle_of(browser.cookies['session'])}"
    with Redis(unix_socket_path=str(broker_socket(shared_server.data))) as redis:
        assert 0 < int(redis.ttl(key)) <= CONFIRMED_FOR_S
        assert WAITING not in send_once(browser, "/admin/invitations/none/withdraw").text
        redis.pexpire(key, 1)
        assert WAITING in send_once(browser, "/admin/invitations/none/withdraw").text


def test_guessing_the_password_of_an_open_session_has_to_wait_as_at_the_login(
    browser: httpx.Client,
) -> None:
    typed = [
        send_once(browser, "/admin/invitations/none/withdraw", **{FIELD: f"guess {n}"}).status_code
        for n in range(7)
    ]
    assert typed == [403] * 5 + [429] * 2
    right = send_once(browser, "/admin/invitations/none/withdraw", **{FIELD: PASSWORD})
    assert right.status_code == 429


def test_a_token_that_makes_tokens_takes_a_password_and_others_do_not(ada: Person) -> None:
    with ada.session() as browser:
        asked = send_once(browser, "/tokens", name="robot", scopes=["read", "admin"], days="1")
        assert WAITING in asked.text
        assert not SECRET.search(asked.text)
        assert asked.text.count('name="scopes"') == 2
        made = send_once(browser, "/tokens", name="robot", scopes=["read", "submit"], days="1")
        assert SECRET.search(made.text)
        form = {"name": "robot", "days": "1", FIELD: PASSWORD}
        assert SECRET.search(send_once(browser, "/tokens", scopes=["admin"], **form).text)


def test_what_waits_is_shown_as_text(browser: httpx.Client) -> None:
    evil = '"><script>alert(1)</script>'
    asked = send_once(browser, "/admin/invitations", name=evil, role=evil)
    assert WAITING in asked.text
    assert "<script>alert" not in asked.text


def test_a_token_is_its_own_proof(admin: Person) -> None:
    with admin.program("admin") as program:
        rule = program.get("/api/v1/retention/all").json()
        assert program.put("/api/v1/retention/all", json=rule).status_code == 200
