"""When a login ends by itself, where one is logged in, and how one ends it elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from app.settings import broker_socket
from app.web.http.identity.browser_names import browser_name
from app.web.http.identity.session_store import SessionStore, handle_of
from tests.page_forms import send
from tests.people import Person
from tests.servers import Sialoscope

IDLE_S, LONGEST_S = 1000, 5000
LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 "

Work = Callable[[SessionStore, AsyncRedis], Awaitable[None]]


def with_store(broker_url: str, work: Work, *, longest_s: int = LONGEST_S) -> None:
    async def run() -> None:
        async with AsyncRedis.from_url(broker_url) as redis:
            await work(SessionStore(redis, idle_s=IDLE_S, longest_s=longest_s), redis)

    asyncio.run(run())


def key_of(session_id: str) -> str:
    return f"sialoscope:sessions:{handle_of(session_id)}"


async def started(sessions: SessionStore, owner: str = "ada") -> str:
    return await sessions.start(owner, {"account": owner}, address="192.0.2.1", browser="Firefox/1")


def test_a_session_that_is_not_used_ends_and_each_use_puts_it_off(broker_url: str) -> None:
    async def work(sessions: SessionStore, redis: AsyncRedis) -> None:
        used = await started(sessions)
        assert IDLE_S - 5 <= await redis.ttl(key_of(used)) <= IDLE_S
        await redis.expire(key_of(used), 50)  # as if most of the time had passed
        assert await sessions.find(used, is_use=False)
        assert await redis.ttl(key_of(used)) <= 50
        assert await sessions.find(used, is_use=True)
        assert await redis.ttl(key_of(used)) > IDLE_S - 5
        await redis.pexpire(key_of(used), 1)
        await asyncio.sleep(0.05)
        assert await sessions.find(used, is_use=True) is None
        assert await sessions.of("ada") == []

    with_store(broker_url, work)


def test_a_session_ends_after_its_whole_time_however_much_it_is_used(broker_url: str) -> None:
    async def work(sessions: SessionStore, redis: AsyncRedis) -> None:
        used = await started(sessions)
        await redis.expire(key_of(used), 20)
        assert await sessions.find(used, is_use=True)
        assert await redis.ttl(key_of(used)) <= 300

    with_store(broker_url, work, longest_s=300)


def test_a_use_does_not_bring_back_a_session_that_ended_meanwhile(broker_url: str) -> None:
    async def work(sessions: SessionStore, redis: AsyncRedis) -> None:
        ended = await started(sessions, "bob")
        session = await sessions.find(ended, is_use=False)
        assert session
        assert await sessions.end(handle_of(ended), owner="bob")
        await sessions._note_use(handle_of(ended), session, left_s=1)
        assert await sessions.find(ended, is_use=True) is None
        assert await sessions.of("bob") == []
        assert not await redis.exists(key_of(ended))

    with_store(broker_url, work)


def test_redis_does_not_hold_what_lets_somebody_in(shared_server: Sialoscope, ada: Person) -> None:
    with ada.session() as browser, broker_of(shared_server) as redis:
        cookie = browser.cookies["session"].encode()
        keys = [bytes(key) for key in redis.scan_iter("sialoscope:*")]
        assert any(b"sessions:" in key for key in keys)
        assert not any(cookie in key for key in keys)
        assert cookie not in redis.get(key_of(cookie.decode()))


def broker_of(server: Sialoscope) -> Redis:
    return Redis(unix_socket_path=str(broker_socket(server.data)))


@pytest.mark.parametrize(
    ("path", "headers", "is_use"),
    [
        ("/jobs", {}, True),
        ("/api/v1/jobs", {}, True),
        ("/jobs", {"X-By-Script": "true"}, False),
        ("/jobs/none/panel", {}, False),
        ("/api/v1/jobs/none/events", {}, False),
    ],
)
def test_what_a_page_left_open_asks_for_is_no_use(
    path: str, headers: dict[str, str], is_use: bool, shared_server: Sialoscope, ada: Person
) -> None:
    with ada.session() as browser, broker_of(shared_server) as redis:
        key = key_of(browser.cookies["session"])
        redis.expire(key, 100)
        assert browser.get(path, headers=headers).status_code in (200, 404)
        assert (int(redis.ttl(key)) > 100) is is_use


def test_one_sees_where_one_is_logged_in_and_ends_it(ada: Person, bob: Person) -> None:
    with ada.session() as here, ada.session() as there, bob.session() as stranger:
        send(here, "/account/sessions/end-others")
        assert there.get("/jobs").url.path == "/login"
        page = here.get("/account").text
        assert page.count("End this one</button>") == 1
        assert "(this one)" in page
        assert "127.0.0.1" in page
        agent = {"User-Agent": LINUX + "Safari/537.36"}
        with ada.session() as third:
            third.headers.update(agent)
            send(third, "/logout")
        with httpx.Client(
            base_url=ada.server.url, headers=agent, follow_redirects=True, timeout=60
        ) as other:
            form = {"name": ada.name, "password": ada.password}
            send(other, "/login", **form)
            listed = here.get("/account").text
            assert listed.count("End this one</button>") == 2
            assert "Chrome on Linux" in listed
            end = f"/account/sessions/{handle_of(other.cookies['session'])}/end"
            assert send(stranger, end).status_code == httpx.codes.NOT_FOUND
            assert other.get("/jobs").url.path == "/jobs"
            assert send(here, end).url.path == "/account"
            assert other.get("/jobs").url.path == "/login"
            assert send(here, end).status_code == httpx.codes.NOT_FOUND
        own = handle_of(here.cookies["session"])
        assert send(here, f"/account/sessions/{own}/end").url.path == "/login"
        assert stranger.get("/jobs").url.path == "/jobs"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (LINUX + "Safari/537.36", "Chrome on Linux"),
        (LINUX + "Safari/537.36 Edg/140.0", "Edge on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Windows",
        ),
        ("curl/8.5", "curl/8.5"),
        ("\x00\xff<b>", "<b>"),
        ("", "unknown"),
    ],
)
def test_a_browser_is_named_as_people_call_it(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
