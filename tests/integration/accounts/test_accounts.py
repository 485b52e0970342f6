"""Logging in to a server that many share, and what keeps others from doing so."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.integration.api import SMALL, finished, submit
from tests.mailbox import Mailbox, link_in
from tests.page_forms import send
from tests.people import PASSWORD, Person, add_person, log_in, user_command
from tests.servers import TOKEN, Sialoscope, wait_until

ACCOUNT = re.compile(r'/admin/accounts/(\w+)/delete" aria-label="Delete ([^"]+)"')


@pytest.fixture
def nobody(shared_server: Sialoscope) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shared_server.url, timeout=60) as client:
        yield client


def twice(password: str) -> dict[str, str]:
    """A new password as its form has it."""
    return {"password": password, "again": password}


def test_a_session_is_a_new_one_with_each_login_and_its_cookie_is_kept_to_itself(
    nobody: httpx.Client, ada: Person
) -> None:
    nobody.cookies.set("session", "planted-by-somebody", domain="127.0.0.1")
    answer = log_in(nobody, ada.name, PASSWORD)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    first = answer.cookies["session"]
    assert first != "planted-by-somebody"
    again = log_in(nobody, "ADA@lab.example", PASSWORD)
    assert again.cookies["session"] not in (first, "planted-by-somebody")
    for old in (first, "planted-by-somebody"):
        with httpx.Client(base_url=ada.server.url, cookies={"session": old}, timeout=60) as thief:
            assert thief.get("/jobs").is_redirect
    assert nobody.get("/jobs").is_success


def test_the_answer_does_not_reveal_whether_an_account_exists(
    nobody: httpx.Client, ada: Person
) -> None:
    answers = [log_in(nobody, name, "wrong password") for name in (ada.name, "x@lab.example")]
    received = [answer.text.replace(ada.name, "x@lab.example") for answer in answers]
    assert received[0] == received[1]
    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.parametrize(
    ("given", "leads_to"),
    [
        ("/jobs?page=2", "/jobs?page=2"),
        *((bad, "/") for bad in ("//evil.example", "/\\evil.example", "https://evil.example")),
        *((bad, "/") for bad in ("javascript:alert(1)", "/\t/evil.example", "/logout", "")),
    ],
)
def test_a_login_leads_to_pages_of_this_site_alone(
    nobody: httpx.Client, ada: Person, given: str, leads_to: str
) -> None:
    answer = log_in(nobody, ada.name, PASSWORD, next=given)
    assert answer.headers["location"] == leads_to


def test_a_login_from_another_site_is_refused(nobody: httpx.Client, ada: Person) -> None:
    nobody.get("/login")
    form = {"name": ada.name, "password": PASSWORD}
    assert nobody.post("/login", data=form).status_code == httpx.codes.FORBIDDEN
    forged = form | {"_csrf_token": "0" * 128}
    assert nobody.post("/login", data=forged).status_code == httpx.codes.FORBIDDEN


def test_the_token_of_the_local_mode_opens_nothing(nobody: httpx.Client) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert nobody.get("/api/v1/jobs", headers=bearer).status_code == httpx.codes.UNAUTHORIZED
    nobody.get("/login", params={"token": TOKEN})
    assert nobody.get("/jobs").is_redirect


def test_the_api_does_not_answer_pages_of_other_sites(ada: Person) -> None:
    with ada.session() as browser:
        assert browser.get("/api/v1/jobs").is_success
        foreign = {"Origin": "https://evil.example"}
        for path in ("/api/v1/jobs", "/api/v1/events"):
            answer = browser.get(path, headers=foreign)
            assert answer.status_code == httpx.codes.FORBIDDEN
        assert browser.post("/api/v1/presets", json={"name": "x"}).status_code == 401


def test_too_many_wrong_passwords_have_to_wait_and_others_are_not_kept_out(
    shared_server: Sialoscope, ada: Person
) -> None:
    victim = add_person(shared_server, "victim@lab.example")
    with httpx.Client(base_url=shared_server.url, timeout=60) as guesser:
        codes = [log_in(guesser, victim.name, f"guess {n}").status_code for n in range(7)]
        assert codes == [403] * 5 + [429] * 2
        refused = log_in(guesser, victim.name, PASSWORD)
        assert 0 < int(refused.headers["retry-after"]) <= 300
        assert "Wait 5 minutes" in refused.text
    with ada.session() as browser:
        assert browser.get("/jobs").is_success


def test_a_changed_password_ends_other_sessions_and_tokens_and_keeps_this_session(
    shared_server: Sialoscope,
) -> None:
    carl = add_person(shared_server, "carl")
    with carl.program("read") as program, carl.session() as here, carl.session() as there:
        new = twice("quite another one")
        wrong = send(here, "/account/password", present="no", **new)
        assert "not your present password" in wrong.text
        differ = send(here, "/account/password", present=PASSWORD, **(new | {"again": "x"}))
        assert "The two passwords differ" in differ.text
        short = send(here, "/account/password", present=PASSWORD, **twice("x"))
        assert "12 to 1000 characters" in short.text
        changed = send(here, "/account/password", present=PASSWORD, **new)
        assert "every other session has ended" in changed.text
        assert "API tokens</a> are revoked" in changed.text
        assert program.get("/api/v1/jobs").status_code == httpx.codes.UNAUTHORIZED
        assert there.get("/jobs").url.path == "/login"
        assert here.get("/jobs").url.path == "/jobs"
        secret = send(here, "/tokens", name="robot", scopes=["read"], days="").text
        assert "sialo_" in secret
        done = user_command(shared_server, "disable", "CARL")
        assert done.returncode == 0, done.stderr
        assert here.get("/jobs").url.path == "/login"


def test_who_runs_the_server_keeps_its_accounts(shared_server: Sialoscope) -> None:
    add_person(shared_server, "dave")
    again = user_command(shared_server, "add", "DAVE", typed=PASSWORD)
    assert again.returncode == 1
    assert "account with this name already" in again.stderr
    weak = user_command(shared_server, "password", "dave", typed="short")
    assert "12 to 1000 characters" in weak.stderr
    changed = user_command(shared_server, "password", "dave", typed="something longer")
    assert changed.returncode == 0, changed.stderr
    with Person(shared_server, "dave", "something longer").session() as browser:
        assert browser.get("/account").is_success
    listed = user_command(shared_server, "list").stdout
    assert "dave\tuser\tenabled" in listed
    missing = user_command(shared_server, "disable", "nobody")
    assert "There is no account nobody" in missing.stderr


def test_an_e_mail_waits_for_a_mail_server_that_refuses_and_is_shown(
    admin: Person, mailbox: Mailbox
) -> None:
    mailbox.refusal = "554 No such user here"
    try:
        with admin.session() as browser:
            typed = {"role": "user", "confirming_password": admin.password}
            none = send(browser, "/admin/invitations", name='"a@b"<', **typed)
            assert "Pass on this link yourself" in none.text
            made = send(browser, "/admin/invitations", name="gone@lab.example", role="user")
            assert "An e-mail with this link is on its way" in made.text
            wait_until(lambda: "No such user here" in browser.get("/admin/accounts").text)
            assert "failed" in browser.get("/admin/accounts").text
            mailbox.refusal = "451 Come again later"
            send(browser, "/admin/invitations", name="later@lab.example", role="user")
            wait_until(lambda: "Come again later" in browser.get("/admin/accounts").text)
    finally:
        mailbox.refusal = ""
    assert mailbox.to("gone@lab.example") == []


@pytest.mark.parametrize("may", ["view", "edit"])
def test_a_share_lets_a_program_do_so_much_and_the_trail_says_who(
    ada: Person, bob: Person, may: str
) -> None:
    with (
        ada.program("read", "submit", "manage") as owner,
        bob.program("read", "submit", "manage") as other,
    ):
        job_id = submit(owner, SMALL)
        finished(owner, job_id)
        path = f"/api/v1/jobs/{job_id}"
        assert other.get(path).status_code == httpx.codes.NOT_FOUND
        shared = owner.put(f"{path}/shares", json={"name": bob.name, "may": may})
        assert [each["may"] for each in shared.json()["shares"]] == [may]
        assert other.get(path).json()["id"] == job_id
        found = other.get("/api/v1/shared").json()["jobs"]
        assert ada.name in [each["owner"] for each in found if each["job"]["id"] == job_id]
        for page in ("result", "rows/1"):
            shown = other.get(f"/jobs/{job_id}/{page}").text
            offers = 'overrides"' in shown, "overrides?row=1" in shown, "Override row 1" in shown
            assert any(offers) is (may == "edit"), page
        change = {"overrides": [{"row": 1, "call": "invalid", "reason": "carry-over"}]}
        refit = other.post(f"{path}/refit", json=change)
        assert refit.status_code == (403 if may == "view" else 202), refit.text
        assert other.delete(path).status_code == httpx.codes.FORBIDDEN
        assert other.get(f"{path}/shares").status_code == httpx.codes.FORBIDDEN
        rerun = other.post(f"{path}/rerun", json={}).json()["job_id"]
        assert owner.get(f"/api/v1/jobs/{rerun}").status_code == httpx.codes.NOT_FOUND
        received = [
            (each["who"], each["what"]) for each in owner.get(f"{path}/audit").json()["entries"]
        ]
        assert (bob.name, "rerun") in received
        assert ((bob.name, "override") in received) is (may == "edit")
        if may == "edit":
            version = refit.json()["job_id"]
            assert owner.get(f"/api/v1/jobs/{version}").json()["version"] == 2
            assert other.get(f"/api/v1/jobs/{version}").is_success


def test_an_override_keeps_who_made_it_when_its_job_is_handed_over(
    shared_server: Sialoscope, admin: Person, bob: Person
) -> None:
    leaving = add_person(shared_server, "leaving@lab.example")
    one = {"row": 1, "call": "invalid", "reason": "carry-over"}
    with leaving.program("read", "submit", "manage") as owner:
        job_id = submit(owner, SMALL)
        for overrides in ([one], [one, {"row": 2, "call": "invalid", "reason": "noise"}]):
            finished(owner, job_id)
            refit = owner.post(f"/api/v1/jobs/{job_id}/refit", json={"overrides": overrides})
            job_id = refit.json()["job_id"]
        finished(owner, job_id)
        first = owner.get(f"/api/v1/jobs/{job_id}/rows/1").json()["by_hand"]
        second = owner.get(f"/api/v1/jobs/{job_id}/rows/2").json()["by_hand"]
    assert first["who"] == second["who"] == leaving.name
    assert first["at"] < second["at"]
    with admin.session() as browser:
        accounts = browser.get("/admin/accounts").text
        ids = {name: id_ for id_, name in ACCOUNT.findall(accounts)}
        choice = {"jobs": "hand over", "to": ids[bob.name]}
        typed = {"confirming_password": admin.password}
        send(browser, f"/admin/accounts/{ids[leaving.name]}/delete", **choice, **typed)
    with bob.program("read") as heir:
        for row, before in ((1, first), (2, second)):
            received = heir.get(f"/api/v1/jobs/{job_id}/rows/{row}").json()["by_hand"]
            assert received == before | {"who": ids[leaving.name]}


def test_who_refits_a_shared_job_does_not_meet_the_keys_of_its_owner(
    ada: Person, bob: Person
) -> None:
    change = {"overrides": [{"row": 1, "call": "invalid", "reason": "carry-over"}]}
    with ada.program("read", "submit", "manage") as owner, bob.program("submit") as other:
        job_id = submit(owner, SMALL)
        finished(owner, job_id)
        path, keys = f"/api/v1/jobs/{job_id}", ("one of ada", "one of bob")
        owner.put(f"{path}/shares", json={"name": bob.name, "may": "edit"})
        mine, theirs = ({"Idempotency-Key": key} for key in keys)
        files = {"file": ("other.csv", SMALL)}
        owner.post("/api/v1/jobs", files=files, headers=mine).raise_for_status()
        refits = [other.post(f"{path}/refit", json=change, headers=mine) for _ in range(2)]
        assert [each.status_code for each in refits] == [202, 202], refits[0].text
        assert refits[0].json()["job_id"] == refits[1].json()["job_id"]
        other.post(f"{path}/refit", json=change, headers=theirs).raise_for_status()
        owner.post("/api/v1/jobs", files=files, headers=theirs).raise_for_status()


def test_an_action_on_selected_jobs_needs_the_right_on_each(ada: Person, bob: Person) -> None:
    with ada.program("read", "submit", "manage") as owner, bob.session() as browser:
        names = ("may change.csv", "may see.csv", "hidden.csv")
        changed, seen, hidden = (submit(owner, b"a,b\n1,2\n", name) for name in names)
        for job_id, may in ((changed, "edit"), (seen, "view")):
            finished(owner, job_id)
            owner.put(f"/api/v1/jobs/{job_id}/shares", json={"name": bob.name, "may": may})
        chosen = [changed, seen, hidden]
        received = send(browser, "/jobs/selected/start", job=chosen).text
        assert "Ask its owner to let you change it too" in received
        assert f"There is no job {hidden}" in received
        assert "hidden.csv" not in received
        assert all(name in received for name in names[:2])
        trail = owner.get(f"/api/v1/jobs/{changed}/audit").json()["entries"]
        assert (bob.name, "queued again") in [(each["who"], each["what"]) for each in trail]
        received = send(browser, "/jobs/selected/delete", job=chosen, confirmed="yes").text
        assert received.count("Only the owner of this job may do that.") == 2
        assert all(owner.get(f"/api/v1/jobs/{each}").is_success for each in chosen)
        with bob.program("read", "manage") as program:
            program.get("/login")
            refused = send(program, "/jobs/selected/start", job=[changed])
            assert refused.status_code == httpx.codes.FORBIDDEN
            assert "lacks the scope submit" in refused.text


@pytest.mark.parametrize("scope", ["read", "submit", "manage", "admin"])
def test_a_token_may_what_its_scope_says_and_no_more(ada: Person, scope: str) -> None:
    with ada.program(scope) as program:
        job = "/api/v1/jobs/" + "0" * 32
        may = {
            "read": program.get("/api/v1/jobs").is_success,
            "submit": program.post(f"{job}/start").status_code == httpx.codes.NOT_FOUND,
            "manage": program.delete(job).status_code == httpx.codes.NOT_FOUND,
            "admin": program.get("/api/v1/tokens").is_success,
        }
        assert may == {each: each == scope for each in may}
        if scope == "admin":
            more = program.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"]})
            assert "lacks the scopes read" in more.json()["detail"]
            for_ever = {"name": "x", "scopes": ["admin"], "days": None}
            same = program.post("/api/v1/tokens", json=for_ever).json()
            assert same["token"].startswith(same["prefix"])
            made, own = program.get("/api/v1/tokens").json()["tokens"][:2]
            assert (made["id"], made["expires_at"]) == (same["id"], own["expires_at"])
            assert own["expires_at"]


def test_a_reset_is_for_its_account_alone_and_a_bad_one_is_reported(
    shared_server: Sialoscope, mailbox: Mailbox, nobody: httpx.Client
) -> None:
    fay = add_person(shared_server, "fay@lab.example")
    nobody.get("/login")
    send(nobody, "/forgotten", name=fay.name)
    link = link_in(mailbox.next_to(fay.name))
    assert link.startswith(shared_server.url)
    assert "revokes all its API tokens" in nobody.get(link).text
    differ = send(nobody, link, **(twice("one good password") | {"again": "another"}))
    assert "The two passwords differ" in differ.text
    assert send(nobody, link, **twice("one good password")).is_redirect
    assert send(nobody, link, **twice("yet another one")).status_code == httpx.codes.GONE
    nobody.get("/login")
    send(nobody, "/forgotten", name=fay.name)
    link = link_in(mailbox.next_to(fay.name))
    user_command(shared_server, "password", fay.name, typed="one good password")
    assert send(nobody, link, **twice("yet another one")).status_code == httpx.codes.GONE
    with Person(shared_server, fay.name, "one good password").session() as browser:
        assert browser.get("/jobs").is_success


@pytest.mark.parametrize("way", ["by a link", "by who runs the server"])
def test_a_reset_revokes_the_tokens_that_a_thief_made_and_a_logout_leaves_them(
    shared_server: Sialoscope, admin: Person, nobody: httpx.Client, way: str
) -> None:
    hal = add_person(shared_server, "hal" if way == "by a link" else "hank")
    with hal.program("read") as thief, hal.session() as browser, admin.session() as root:
        assert "API tokens</a>" in browser.get("/account").text
        send(browser, "/account/log-out-everywhere")
        assert browser.get("/jobs").url.path == "/login"
        assert thief.get("/api/v1/jobs").is_success
        if way == "by a link":
            listed = root.get("/admin/accounts").text
            ids = {name: account for account, name in ACCOUNT.findall(listed)}
            typed = {"confirming_password": admin.password}
            made = send(root, f"/admin/accounts/{ids[hal.name]}/reset", **typed).text
            link = re.findall(r'id="link" readonly value="([^"]+)"', made)[0]
            nobody.get("/login")
            assert send(nobody, link, **twice("one good password")).is_redirect
        else:
            done = user_command(shared_server, "password", hal.name, typed="one good password")
            assert "its sessions and API tokens have ended" in done.stdout
        assert thief.get("/api/v1/jobs").status_code == httpx.codes.UNAUTHORIZED
        assert root.get("/admin/accounts").is_success
