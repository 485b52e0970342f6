"""The counts of all processes together: each adds its own to one hash in Redis every few seconds.

So any web process can tell of all, on whichever machine they run, and a process that ends takes
nothing with it but its last seconds.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple, TypeAlias

import msgspec
from prometheus_client import Metric
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.observability.metrics.measured import REGISTRY
from app.runtime.background import Background

TOTALS = "sialoscope:metrics"
SENT_EVERY_S = 2
BUCKET = "le"


class Counted(NamedTuple):
    """What a number counts: its metric, its name and its labels, in order."""

    metric: str
    name: str
    labels: tuple[tuple[str, str], ...]


Counts: TypeAlias = dict[Counted, float]

logger = logging.getLogger(__name__)


class Tally:
    """Sends what this process has counted, and knows what all have."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._sent: Counts = {}
        self._sending = asyncio.Lock()  # or two at once would add the same
        self._background = Background()

    async def start(self) -> None:
        """Begin to send; returns at once."""
        self._background.start(self._send_for_ever())

    async def stop(self) -> None:
        """Send what is left."""
        await self._background.stop()
        with suppress(RedisError):
            await self.send()

    async def send(self) -> None:
        """Add what was counted since the last time to the totals.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached; the next time it is added.
        """
        async with self._sending:
            counts = dict(_counted())
            async with self._redis.pipeline(transaction=True) as pipe:
                for each, count in counts.items():
                    if new := count - self._sent.get(each, 0):
                        pipe.hincrbyfloat(TOTALS, msgspec.json.encode(each).decode(), new)
                if pipe.command_stack:
                    await pipe.execute()
            self._sent = counts

    async def totals(self) -> list[Metric]:
        """What all processes have counted, up to a few seconds ago.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        await self.send()
        stored: Any = await self._redis.hgetall(TOTALS)
        counts = dict.fromkeys(dict(_counted()), 0.0)
        counts |= {_decoded(field): float(count) for field, count in stored.items()}
        return [_metric(known, counts) for known in REGISTRY.collect()]

    async def _send_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SENT_EVERY_S)
            try:
                await self.send()
            except RedisError as error:
                logger.warning("Counts wait to be sent: %s", error)


def _counted() -> Iterator[tuple[Counted, float]]:
    for metric in REGISTRY.collect():
        for sample in metric.samples:
            if not sample.name.endswith("_created"):
                labels = tuple(sorted(sample.labels.items()))
                yield Counted(metric.name, sample.name, labels), sample.value


def _decoded(field: bytes) -> Counted:
    return msgspec.json.decode(field, type=Counted)


def _metric(known: Metric, counts: Counts) -> Metric:
    metric = Metric(known.name, known.documentation, known.type)
    for each in sorted((each for each in counts if each.metric == known.name), key=_order):
        metric.add_sample(each.name, dict(each.labels), counts[each])
    return metric


def _order(each: Counted) -> tuple[Any, ...]:
    """By labels; the buckets of a histogram from the lowest to the highest."""
    labels = dict(each.labels)
    bucket = float(labels.pop(BUCKET, "inf"))
    return sorted(labels.items()), each.name, bucket
