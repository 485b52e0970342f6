"""The outboxes are looked at again and again, and an error does not end that."""

import asyncio
import logging

import pytest

from workers.notifications.outbox_watch import OutboxWatch

EVERY_S, ENDS_WITHIN_S = 0.01, 10


def test_it_looks_again_after_each_interval_and_after_an_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    looks: list[int] = []

    async def watch() -> None:
        thrice = asyncio.Event()

        async def send_due() -> None:
            looks.append(len(looks))
            if len(looks) == 1:
                raise ValueError("a bad row")
            if len(looks) == 3:
                thrice.set()

        watching = OutboxWatch(send_due, rests=lambda: False, every_s=EVERY_S)
        await watching.start()
        async with asyncio.timeout(ENDS_WITHIN_S):
            await thrice.wait()
        await watching.stop()

    with caplog.at_level(logging.ERROR):
        asyncio.run(watch())
    assert looks[:3] == [0, 1, 2]
    assert "The outboxes could not be sent." in caplog.text


def test_a_worker_that_rests_sends_nothing() -> None:
    async def watch() -> None:
        asked = asyncio.Event()

        def rests() -> bool:
            asked.set()
            return True

        async def send_due() -> None:
            pytest.fail("It was sent.")

        watching = OutboxWatch(send_due, rests=rests, every_s=EVERY_S)
        await watching.start()
        async with asyncio.timeout(ENDS_WITHIN_S):
            await asked.wait()
        await watching.stop()

    asyncio.run(watch())
