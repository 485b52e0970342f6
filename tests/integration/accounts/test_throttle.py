"""How often a password may be tried, counted in a real Redis."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

import pytest
from redis.asyncio import Redis

from app.web.http.identity.throttling import Limit, Limits, Throttle, TooManyTriesError, address_of

FEW = Limits(pair=Limit(2, 60), account=Limit(4, 60), address=Limit(9, 60), letters=Limit(2, 60))
Work: TypeAlias = Callable[[Throttle, Redis], Coroutine[Any, Any, None]]
Run: TypeAlias = Callable[[Work], None]
HOME, STRANGER = "192.0.2.1", "198.51.100.9"


@pytest.fixture
def run(broker_url: str) -> Run:
    def with_throttle(work: Work) -> None:
        async def inside() -> None:
            async with Redis.from_url(broker_url) as redis:
                await redis.flushdb()
                await work(Throttle(redis, FEW), redis)

        asyncio.run(inside())

    return with_throttle


async def tries(throttle: Throttle, who: str, address: str, count: int) -> list[bool]:
    async def is_admitted() -> bool:
        try:
            await throttle.admit_login(who, address)
        except TooManyTriesError as error:
            return not 0 < error.retry_after_s <= 60
        return True

    return list(await asyncio.gather(*(is_admitted() for _ in range(count))))


def test_tries_at_once_are_counted_each(run: Run) -> None:
    async def work(throttle: Throttle, _: Redis) -> None:
        assert sum(await tries(throttle, "ada", HOME, 20)) == 2

    run(work)


def test_strangers_cannot_keep_a_user_out_where_they_came_from_before(run: Run) -> None:
    async def work(throttle: Throttle, redis: Redis) -> None:
        assert await tries(throttle, "ada", HOME, 1) == [True]
        await throttle.forgive("ada", HOME)
        for number in range(4):
            await tries(throttle, "ada", f"203.0.113.{number}", 2)
        assert await tries(throttle, "ada", STRANGER, 1) == [False]
        assert await tries(throttle, "ada", HOME, 2) == [True, True]
        assert await tries(throttle, "bob", STRANGER, 1) == [True]
        before = {key: await redis.ttl(key) for key in await redis.keys("sialoscope:tries:*")}
        assert all(seconds > 0 for seconds in before.values())  # each ends by itself
        await tries(throttle, "ada", STRANGER, 5)
        after = {key: await redis.ttl(key) for key in before}
        assert all(after[key] <= before[key] for key in before)  # and none is drawn out

    run(work)


def test_one_address_cannot_try_all_accounts(run: Run) -> None:
    async def work(throttle: Throttle, _: Redis) -> None:
        admitted = [(await tries(throttle, f"user{n}", STRANGER, 1))[0] for n in range(12)]
        assert sum(admitted) == 9

    run(work)


def test_a_right_password_counts_for_nothing(run: Run) -> None:
    async def work(throttle: Throttle, _: Redis) -> None:
        for _try in range(12):
            assert await tries(throttle, "ada", HOME, 1) == [True]
            await throttle.forgive("ada", HOME)

    run(work)


def test_requests_for_e_mails_are_limited(run: Run) -> None:
    async def work(throttle: Throttle, _: Redis) -> None:
        for _letter in range(2):
            await throttle.admit_email("ada", HOME)
        for who, address in (("ada", STRANGER), ("bob", HOME)):
            with pytest.raises(TooManyTriesError, match="Wait 1 minute,"):
                await throttle.admit_email(who, address)

    run(work)


@pytest.mark.parametrize(
    ("client", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::"),
        (None, "unknown"),
        ("a proxy's nonsense", "unknown"),
    ],
)
def test_addresses_of_one_customer_count_as_one(client: str | None, counted_as: str) -> None:
    assert address_of(client) == counted_as
