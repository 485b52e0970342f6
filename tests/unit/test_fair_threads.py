"""One user's many requests wait for each other, and not the requests of others for them."""

import asyncio
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from app.runtime import fair_threads
from app.runtime.fair_threads import FairThreads
from app.runtime.places import NoPlaceError
from tests.patience import until


def test_a_user_has_few_turns_at_once_and_others_have_theirs() -> None:
    may_end = Event()
    begun: list[str] = []

    def work(name: str) -> str:
        begun.append(name)
        may_end.wait()
        return name

    async def has_all_places_taken() -> bool:
        return len(begun) >= 3

    async def ask() -> None:
        threads = FairThreads(of_user=2, in_all=3)
        many = [asyncio.create_task(threads.run("ada", work, f"ada {n}")) for n in range(5)]
        other = asyncio.create_task(threads.run("bob", work, "bob"))
        await until(has_all_places_taken)
        assert sorted(begun) == ["ada 0", "ada 1", "bob"]
        may_end.set()
        assert await other == "bob"
        assert await asyncio.gather(*many) == [f"ada {n}" for n in range(5)]

    asyncio.run(ask())


def test_the_thread_of_a_caller_who_left_keeps_its_place_until_it_ends() -> None:
    may_end, begun = Event(), []

    def work(name: str) -> None:
        begun.append(name)
        may_end.wait()

    async def ask() -> None:
        threads = FairThreads(of_user=1, in_all=2)
        for name in ("one", "two", "three"):
            await _leave(asyncio.create_task(threads.run("ada", work, name)))
        await until(lambda: bool(begun))
        last = asyncio.create_task(threads.run("ada", work, "last"))
        await threads.run("bob", begun.append, "bob")
        before = list(begun)
        may_end.set()
        await last
        assert before == ["one", "bob"]
        assert begun == ["one", "bob", "last"]

    asyncio.run(ask())


async def _leave(asked: "asyncio.Task[None]") -> None:
    """Let a request begin, and cancel it."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked.cancel()
    with suppress(asyncio.CancelledError):
        await asked


def test_a_user_who_asks_without_end_is_refused_and_others_are_not() -> None:
    may_end = Event()

    async def ask() -> None:
        threads = FairThreads(of_user=1, in_all=2, most_waiting=3)
        many = [asyncio.create_task(threads.run("ada", may_end.wait)) for _ in range(4)]
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(60, may_end.set)  # without the limit it would wait
        with pytest.raises(NoPlaceError, match=r"3 of your requests wait already .* in 7 seconds"):
            await threads.run("ada", len, "one more")
        assert await threads.run("bob", len, "four") == 4
        may_end.set()
        assert await asyncio.gather(*many) == [True] * 4
        assert await threads.run("ada", len, "again") == 5

    asyncio.run(ask())


FEATURES = Path(fair_threads.__file__).parents[1] / "web" / "features"
READ_RESULTS = [*sorted((FEATURES / "reviews").glob("*.py")), FEATURES / "versions/moved_api.py"]


def test_reviews_and_moved_calls_read_results_in_no_other_threads() -> None:
    assert len(READ_RESULTS) > 2
    unfair = [each.name for each in READ_RESULTS if "sync_to_thread" in each.read_text()]
    assert unfair == []
