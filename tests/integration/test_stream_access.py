"""A stream that its user may follow no more ends, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from app.db.accounts import AccountStore
from app.db.jobs import JobStore
from app.db.shares import share, unshare
from app.db.tokens import TokenStore
from app.web.security import User
from app.web.stream_access import while_let_in
from tests.integration.test_jobs import a_job

Ending = Callable[[str, str], Awaitable[None]]


async def endless() -> AsyncIterator[bytes]:
    while True:
        await asyncio.sleep(0)
        yield b"event"


async def log_out(account: str, _: str) -> None:
    await AccountStore().end_sessions(account)


async def disable(account: str, _: str) -> None:
    await AccountStore().disable(account)


async def revoke(account: str, token: str) -> None:
    await TokenStore().revoke(token, owner=account)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("ending", "by_token"), [(log_out, False), (disable, False), (disable, True), (revoke, True)]
)
def test_a_stream_ends_with_what_let_its_user_in(
    ending: Ending, by_token: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.stream_access.LOOKED_AT_EVERY_S", 0)

    async def work() -> None:
        bob = await AccountStore().add("bob", "x")
        made = await TokenStore().make("robot", ["read"], owner=bob.id, days=None)
        came_by = {"token": made.token.id} if by_token else {"generation": bob.generation}
        stream = while_let_in(endless(), User(bob.id, has_account=True, **came_by))
        assert [await anext(stream) for _ in range(3)] == [b"event"] * 3
        await ending(bob.id, made.token.id)
        assert [message async for message in stream] == []

    asyncio.run(work())


@pytest.mark.usefixtures("database")
def test_a_stream_of_a_job_ends_when_it_is_shared_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.stream_access.LOOKED_AT_EVERY_S", 0)

    async def work() -> None:
        bob = await AccountStore().add("bob", "x")
        job = await a_job(JobStore())
        await share(job, bob.id, "view")
        stream = while_let_in(endless(), User(bob.id, has_account=True, generation=0), job)
        assert await anext(stream) == b"event"
        await unshare(job, bob.id)
        assert [message async for message in stream] == []

    asyncio.run(work())
