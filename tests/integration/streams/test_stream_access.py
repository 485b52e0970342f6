"""A stream that its user may follow no more ends, on both databases and however quiet it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx
import pytest
from redis.asyncio import Redis

from app.db.accounts.store import AccountStore
from app.db.accounts.tokens import TokenStore
from app.db.jobs.sharing.shares import share, shares_of, unshare
from app.db.jobs.store import JobStore
from app.db.jobs.tables import Job
from app.db.reviews.store import NewReview, open_review
from app.web.http.identity.logins import Logins
from app.web.http.identity.security import User
from app.web.http.identity.session_store import SessionStore
from app.web.streaming.access import StreamAccess
from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send
from tests.people import Person
from tests.servers import Sialoscope
from tests.stored_jobs import a_job

Ending = Callable[[str, str], Awaitable[None]]
# A quiet stream has a sign of life after 15 s; it is to end before.
ENDS_WITHIN_S = 12


async def quiet() -> AsyncIterator[bytes]:
    yield b"connected"
    await asyncio.Event().wait()


async def log_out(account: str, _: str) -> None:
    await AccountStore().end_sessions(account)


async def disable(account: str, _: str) -> None:
    await AccountStore().disable(account)


async def revoke(account: str, token: str) -> None:
    await TokenStore().revoke(token, owner=account)


async def ends_with(
    ending: Awaitable[None], reason: str, user: User, broker_url: str, job: Job | None = None
) -> None:
    """See that a stream continues while its user has access, and ends for this reason later."""
    access = StreamAccess(Logins(SessionStore(Redis.from_url(broker_url), idle_s=60, longest_s=60)))
    stands = asyncio.Event()

    async def take() -> None:
        async for _ in access.while_let_in(quiet(), user, job):
            stands.set()

    taking = asyncio.create_task(take())
    await stands.wait()
    for _ in range(3):
        await access.look()
    assert not taking.done()
    await ending
    await access.look()
    with pytest.raises(asyncio.CancelledError, match=reason):
        async with asyncio.timeout(ENDS_WITHIN_S):
            await taking


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("ending", "by_token", "reason"),
    [
        (log_out, False, "all sessions of the account were ended"),
        (disable, False, "the account is disabled or removed"),
        (disable, True, "the account is disabled or removed"),
        (revoke, True, "the token was revoked or expired"),
    ],
)
def test_a_stream_ends_with_what_let_its_user_in(
    ending: Ending, by_token: bool, reason: str, broker_url: str
) -> None:
    async def work() -> None:
        bob = await AccountStore().add("bob", "x")
        made = await TokenStore().make("robot", ["read"], owner=bob.id, days=None)
        came_by = {"token": made.token.id} if by_token else {"generation": bob.generation}
        user = User(bob.id, has_account=True, **came_by)
        await ends_with(ending(bob.id, made.token.id), reason, user, broker_url)

    asyncio.run(work())


@pytest.mark.usefixtures("database")
def test_a_stream_of_a_job_ends_when_it_is_shared_no_more(broker_url: str) -> None:
    async def work() -> None:
        bob = await AccountStore().add("bob", "x")
        job = await a_job(JobStore())
        await share(job, "bob", "view")
        (shared,) = await shares_of(job)
        user = User(bob.id, has_account=True, generation=0)
        reason = "the job is no longer shared with them"
        await ends_with(unshare(job, shared.id), reason, user, broker_url, job)

    asyncio.run(work())


@pytest.mark.usefixtures("database")
def test_a_stream_of_a_job_ends_when_its_follower_is_to_review_it(broker_url: str) -> None:
    async def work() -> None:
        accounts = AccountStore()
        ada, bob = [await accounts.add(name, "hash") for name in ("ada", "bob")]
        job = await a_job(JobStore(), ada.id)
        await share(job, "bob", "view")
        user = User(bob.id, has_account=True, generation=0)
        reason = "the job is no longer shared with them"
        await ends_with(reviewed(job, "bob", "carl"), reason, user, broker_url, job)

    asyncio.run(work())


async def reviewed(job: Job, *names: str) -> None:
    await open_review(job, NewReview(names, [1], ""), by=job.owner)


def lines_of(client: httpx.Client, path: str) -> Iterator[str]:
    """The lines of a stream, which must not fall quiet; the first says that it stands."""
    with client.stream("GET", path, timeout=ENDS_WITHIN_S) as stream:
        yield str(stream.status_code)
        yield from stream.iter_lines()


def test_a_quiet_stream_ends_with_the_logout_of_its_browser_and_no_other(ada: Person) -> None:
    with ada.session() as here, ada.session() as there:
        received, others = lines_of(here, "/api/v1/events"), lines_of(there, "/api/v1/events")
        assert (next(received), next(others)) == ("200", "200")
        with httpx.Client(base_url=here.base_url, cookies=here.cookies, timeout=60) as other_tab:
            send(other_tab, "/logout")
        list(received)  # to its end
        job_id = submit_by_page(there)
        assert any(job_id in line for line in others)


def submit_by_page(browser: httpx.Client) -> str:
    return send(browser, "/jobs/example").url.path.split("/")[2]


def test_a_quiet_stream_of_a_revoked_token_ends_without_accounts_too(
    client: httpx.Client, server: Sialoscope
) -> None:
    finished(client, submit(client, SMALL))
    made = client.post("/api/v1/tokens", json={"name": "robot", "scopes": ["read"]}).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    with httpx.Client(base_url=server.url, headers=bearer, timeout=60) as program:
        received = lines_of(program, "/api/v1/events")
        assert next(received) == "200"
        client.delete(f"/api/v1/tokens/{made['id']}")
        list(received)  # to its end
