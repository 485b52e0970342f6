"""No page of another site acts for a user: what browsers say of where a request comes from."""

from collections.abc import Iterator

import httpx
import pytest

from tests.page_forms import csrf_token, send, token_in
from tests.people import PASSWORD, Person, add_person
from tests.servers import Sialoscope, running_sialoscope

PUBLIC, OTHER = "sialoscope.lab.example", "other.lab.example"
EVIL = "https://evil.lab.example"
# What a browser sends along, and whether it is a page of this server.
OF_A_PAGE_OF_OURS: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "same-origin", "Origin": "{own}"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},  # a page without referrers
    {"Sec-Fetch-Site": "none"},  # a person repeats a request
    {"Origin": "{own}"},  # a browser without TLS
    {"Referer": "{own}/jobs?page=2"},  # an old one
    {},  # a program
]
OF_ANOTHER_PAGE: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "same-site", "Origin": EVIL},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "{own}"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    {"Sec-Fetch-Site": "something-new"},
    {"Sec-Fetch-Site": "same-origin", "Origin": EVIL},
    {"Origin": EVIL},
    {"Origin": "null"},
    {"Origin": "{own}.evil.example"},
    {"Origin": "{own}1"},
    {"Origin": "file://"},
    {"Origin": "http://["},
    {"Origin": ""},
    {"Referer": EVIL + "/{own}/"},
    {"Referer": "{own}@evil.example/"},
    {"Referer": "about:blank"},
]


@pytest.fixture(scope="module")
def behind_tls() -> Iterator[Sialoscope]:
    """One whose proxy, which speaks TLS, is left out."""
    settings = {
        "SIALOSCOPE_ACCOUNTS": "true",
        "SIALOSCOPE_PUBLIC_URL": f"https://{PUBLIC}",
        "SIALOSCOPE_ALLOWED_HOSTS": OTHER,
    }
    with running_sialoscope(settings) as running:
        yield running


@pytest.fixture(scope="module")
def eva(behind_tls: Sialoscope) -> Person:
    return add_person(behind_tls, "eva@lab.example")


def filled(headers: dict[str, str], own: str) -> dict[str, str]:
    return {name: text.replace("{own}", own) for name, text in headers.items()}


def answers(browser: httpx.Client, program: httpx.Client, headers: dict[str, str]) -> list[int]:
    """The statuses of a form, of a login, and of a change by the API."""
    token, own = csrf_token(browser), str(browser.base_url).rstrip("/")
    headers = filled(headers, own)
    form = {"_csrf_token": token, "days": "20"}
    login = {"_csrf_token": token, "name": "nobody", "password": "wrong"}
    asked = [
        browser.post("/retention", data=form, headers=headers),
        browser.post("/login", data=login, headers=headers),
        program.put("/api/v1/retention", json={"days": 20}, headers=headers),
    ]
    return [each.status_code for each in asked]


@pytest.fixture(scope="module")
def browser(ada: Person) -> Iterator[httpx.Client]:
    with ada.session() as client:
        client.follow_redirects = False
        yield client


@pytest.fixture(scope="module")
def program(ada: Person) -> Iterator[httpx.Client]:
    with ada.program("read", "manage") as client:
        yield client


@pytest.mark.parametrize("headers", OF_A_PAGE_OF_OURS, ids=str)
def test_what_a_page_of_ours_or_a_program_sends_is_done(
    headers: dict[str, str], browser: httpx.Client, program: httpx.Client
) -> None:
    form, login, call = answers(browser, program, headers)
    assert (form, call) == (303, 200)
    assert login in (403, 429)  # for its wrong password


@pytest.mark.parametrize("headers", OF_ANOTHER_PAGE, ids=str)
def test_what_a_page_of_another_site_sends_is_refused(
    headers: dict[str, str], browser: httpx.Client, program: httpx.Client
) -> None:
    assert answers(browser, program, headers) == [403, 403, 403]


def test_a_header_that_comes_twice_must_be_right_twice(browser: httpx.Client) -> None:
    own = str(browser.base_url).rstrip("/")
    form = {"_csrf_token": csrf_token(browser), "days": "20"}
    for twice in ([own, EVIL], [EVIL, own]):
        headers = [("Origin", origin) for origin in twice]
        assert browser.post("/retention", data=form, headers=headers).status_code in (400, 403)


@pytest.mark.parametrize("path", ["/jobs", "/api/v1/jobs", "/api/v1/events", "/admin/ops"])
def test_a_page_of_another_site_may_link_here_but_not_read(
    path: str, browser: httpx.Client
) -> None:
    for site in ("same-site", "cross-site"):
        read = browser.get(path, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"})
        assert read.status_code == 403
        assert "another site" in read.text
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    if path == "/jobs":
        assert browser.get(path, headers=link).status_code == 200
    assert browser.get("/static/icon.svg", headers={"Sec-Fetch-Site": "same-site"}).is_success


def test_a_mail_program_can_end_e_mails_from_anywhere(browser: httpx.Client) -> None:
    answer = browser.post("/unsubscribe/none", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == httpx.codes.NOT_FOUND


@pytest.mark.parametrize(
    ("host", "origin", "is_done"),
    [
        (PUBLIC, f"https://{PUBLIC}", True),
        (f"{PUBLIC}:443", f"https://{PUBLIC}", True),
        (PUBLIC, f"https://{PUBLIC}:443", True),
        (PUBLIC, f"http://{PUBLIC}", False),
        (f"{PUBLIC}:443", f"http://{PUBLIC}:443", False),
        (PUBLIC, f"https://{PUBLIC}:8443", False),
        (PUBLIC, f"https://{OTHER}", False),  # names of one server are sites of their own
        (OTHER, f"https://{OTHER}", True),
        (OTHER, f"https://{PUBLIC}", True),  # a proxy may name another host than the user typed
        (OTHER, EVIL, False),
    ],
)
def test_behind_tls_the_settings_say_which_origin_is_ours(
    host: str, origin: str, is_done: bool, behind_tls: Sialoscope, eva: Person
) -> None:
    with httpx.Client(base_url=behind_tls.url, headers={"Host": host}, timeout=60) as nobody:
        page = nobody.get("/login")
        (cookie,) = page.headers.get_list("set-cookie")
        headers = {"Cookie": cookie.partition(";")[0], "Origin": origin}
        form = {"_csrf_token": token_in(page.text), "name": eva.name, "password": PASSWORD}
        answer = nobody.post("/login", data=form, headers=headers)
    assert answer.status_code == (303 if is_done else 403), answer.text


def test_the_token_of_one_session_fits_no_other(ada: Person, bob: Person) -> None:
    """What an attacker has by an account of their own, or by a cookie that they plant."""
    with ada.session() as browser, bob.session() as other:
        for token in (csrf_token(other), "", "0" * 64, "\N{SNOWMAN}", browser.cookies["session"]):
            form = {"_csrf_token": token, "days": "20"}
            assert browser.post("/retention", data=form).status_code == 403, token
        browser.cookies.set("csrftoken", other.cookies["csrftoken"], domain="127.0.0.1")
        planted = {"_csrf_token": csrf_token(other), "days": "20"}
        assert browser.post("/retention", data=planted).status_code == 403
        assert send(browser, "/retention", days="20").status_code == 200


def test_a_form_of_before_the_login_is_refused_after_it(ada: Person) -> None:
    with ada.session() as browser, httpx.Client(base_url=ada.server.url, timeout=60) as nobody:
        early = {"_csrf_token": csrf_token(nobody), "days": "20"}
        browser.cookies.set("csrftoken", nobody.cookies["csrftoken"], domain="127.0.0.1")
        answer = browser.post("/retention", data=early)
    assert answer.status_code == 403
    assert "Open its page again" in answer.text


def test_cookies_behind_tls_are_of_this_host_alone_and_older_ones_end(
    behind_tls: Sialoscope, eva: Person
) -> None:
    old = {"Cookie": "session=of-an-older-version; csrftoken=of-it-too"}
    with httpx.Client(base_url=behind_tls.url, headers={"Host": PUBLIC}, timeout=60) as browser:
        page = browser.get("/login", headers=old)
        set_here = page.headers.get_list("set-cookie")
        before = next(each for each in set_here if each.startswith("__Host-csrftoken="))
        login = {"_csrf_token": token_in(page.text), "name": eva.name, "password": PASSWORD}
        cookie = {"Cookie": before.partition(";")[0]}
        answer = browser.post("/login", data=login, headers=cookie)
        (session,) = answer.headers.get_list("set-cookie")
        assert session.startswith("__Host-session=")
        for each in (before, session):
            kept = [part.strip().lower() for part in each.split(";")[1:]]
            assert {"secure", "httponly", "path=/", "samesite=lax"} <= set(kept)
            assert not any(part.startswith("domain") for part in kept)
        ended = [each for each in set_here if each not in (before, session)]
        assert {each.partition("=")[0] for each in ended} == {"session", "csrftoken"}
        assert all("Max-Age=0" in each for each in ended)
        value = session.partition(";")[0]
        assert browser.get("/jobs", headers={"Cookie": value}).status_code == 200
        plain = {"Cookie": value.removeprefix("__Host-")}
        assert browser.get("/jobs", headers=plain).is_redirect
