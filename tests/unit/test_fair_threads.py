"""One user's many requests wait for each other, and not the requests of others for them."""

import asyncio
from pathlib import Path
from threading import Event

from app.runtime import fair_threads
from app.runtime.fair_threads import FairThreads


def test_a_user_has_few_turns_at_once_and_others_have_theirs() -> None:
    may_end = Event()
    begun: list[str] = []

    def work(name: str) -> str:
        begun.append(name)
        may_end.wait()
        return name

    async def ask() -> None:
        threads = FairThreads(of_user=2, in_all=3)
        many = [asyncio.create_task(threads.run("ada", work, f"ada {n}")) for n in range(5)]
        await asyncio.sleep(0.1)
        other = asyncio.create_task(threads.run("bob", work, "bob"))
        await asyncio.sleep(0.1)
        assert sorted(begun) == ["ada 0", "ada 1", "bob"]
        may_end.set()
        assert await other == "bob"
        assert await asyncio.gather(*many) == [f"ada {n}" for n in range(5)]

    asyncio.run(ask())


FEATURES = Path(fair_threads.__file__).parents[1] / "web" / "features"
READ_RESULTS = [*sorted((FEATURES / "reviews").glob("*.py")), FEATURES / "versions/moved_api.py"]


def test_reviews_and_moved_calls_read_results_in_no_other_threads() -> None:
    assert len(READ_RESULTS) > 2
    unfair = [each.name for each in READ_RESULTS if "sync_to_thread" in each.read_text()]
    assert unfair == []
