"""Whoever makes many things at once gets as many as the limit allows, and no more."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from app.db.accounts.stream_tokens import (
    Bound,
    Maker,
    Opens,
    make_stream_token,
    stream_tokens,
)
from app.db.accounts.tokens import TokenStore
from app.db.jobs.sharing.shares import share, shares_of
from app.db.jobs.store import JobStore
from app.db.notifications.webhooks import WebhookStore
from app.db.presets import PresetStore
from app.db.saved_views import save_view, saved_views
from tests.stored_jobs import a_job

MOST = 3
AT_ONCE = 10
OWNER = "ada"

pytestmark = pytest.mark.usefixtures("database")


async def _token(name: str) -> object:
    return await TokenStore().make(name, ["read"], owner=OWNER, days=1)


async def _stream_token(_: str) -> object:
    return await make_stream_token(Bound(Opens.ALL), minutes=1, maker=Maker(OWNER))


async def _webhook(name: str) -> object:
    url = f"https://{name}.example/hook"
    return await WebhookStore().make(url, ["failed"], owner=OWNER)


async def _preset(name: str) -> object:
    return await PresetStore().save(name, {}, owner=OWNER)


async def _view(name: str) -> object:
    return await save_view(name, "state:failed", owner=OWNER)


@pytest.mark.parametrize(
    ("limit", "make", "made"),
    [
        ("accounts.tokens.MOST_TOKENS", _token, lambda: TokenStore().all(owner=OWNER)),
        ("accounts.stream_tokens.MOST_TOKENS", _stream_token, lambda: stream_tokens(OWNER)),
        ("notifications.webhooks.MOST_WEBHOOKS", _webhook, lambda: WebhookStore().all(owner=OWNER)),
        ("presets.MOST_PRESETS", _preset, lambda: PresetStore().all(owner=OWNER)),
        ("saved_views.MOST_VIEWS", _view, lambda: saved_views(OWNER)),
    ],
    ids=["tokens", "stream tokens", "webhooks", "presets", "views"],
)
def test_many_at_once_do_not_exceed_the_limit(
    limit: str,
    make: Callable[[str], Awaitable[object]],
    made: Callable[[], Awaitable[list[object]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def work() -> None:
        monkeypatch.setattr(f"app.db.{limit}", MOST)
        tried = [make(f"n{number}") for number in range(AT_ONCE)]
        done = await asyncio.gather(*tried, return_exceptions=True)
        refused = [each for each in done if isinstance(each, Exception)]
        assert len(await made()) == MOST
        assert len(refused) == AT_ONCE - MOST
        assert all(str(each).startswith(f"You have {MOST} ") for each in refused)

    asyncio.run(work())


def test_many_shares_at_once_do_not_exceed_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        monkeypatch.setattr("app.db.jobs.sharing.shares.MOST_SHARES", MOST)
        job = await a_job(JobStore(), OWNER)
        tried = [share(job, f"n{number}", "view") for number in range(AT_ONCE)]
        await asyncio.gather(*tried, return_exceptions=True)
        given = await shares_of(job)
        assert len(given) == MOST
        await share(job, given[0].name, "edit")  # the right of one that is there can be changed
        assert sorted(each.may for each in await shares_of(job)) == ["edit", "view", "view"]

    asyncio.run(work())
