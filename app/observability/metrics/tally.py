"""Add up the counts of all processes: each sends its own to one hash in Redis every few seconds.

So any web process can report the counts of all processes on all machines. A process that dies
loses only the counts of its last seconds.
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
from app.runtime.background import Background, repeat

TOTALS = "sialoscope:metrics"
SENT_EVERY_S = 5
BUCKET = "le"


class Counted(NamedTuple):
    """The key of a count: its metric, its sample name and its sorted labels."""

    metric: str
    name: str
    labels: tuple[tuple[str, str], ...]


Counts: TypeAlias = dict[Counted, float]

logger = logging.getLogger(__name__)


class Tally:
    """Sends the counts of this process, and reads the totals of all processes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._sent: Counts = {}
        self._sending = asyncio.Lock()  # otherwise two tasks could send the same counts
        self._background = Background()

    async def start(self) -> None:
        """Start to send counts in the background; returns at once."""
        self._background.start(
            repeat(
                self.send,
                every_s=SENT_EVERY_S,
                faults=(RedisError,),
                problem="Metrics could not be sent yet",
            )
        )

    async def stop(self) -> None:
        """Send the remaining counts and stop."""
        await self._background.stop()
        with suppress(RedisError):
            await self.send()

    async def send(self) -> None:
        """Add the counts since the last call to the totals.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached; the next call sends them.
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
        """Return the totals of all processes, up to a few seconds ago.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        await self.send()
        stored: Any = await self._redis.hgetall(TOTALS)
        counts = dict.fromkeys(dict(_counted()), 0.0)
        counts |= {_decoded(field): float(count) for field, count in stored.items()}
        return [_metric(known, counts) for known in REGISTRY.collect()]


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
    own = {each: count for each, count in counts.items() if each.metric == known.name}
    own |= dict.fromkeys(_empty_buckets(own), 0.0)
    for each in sorted(own, key=_order):
        metric.add_sample(each.name, dict(each.labels), own[each])
    return metric


def _empty_buckets(counts: Counts) -> set[Counted]:
    """Return the buckets of a histogram that other labels have and these lack.

    What was never counted is not sent, so the lowest buckets are missing where no run was as short.
    """
    buckets = {each: dict(each.labels) for each in counts if BUCKET in dict(each.labels)}
    limits = {labels[BUCKET] for labels in buckets.values()}
    every = {
        each._replace(labels=tuple(sorted((labels | {BUCKET: limit}).items())))
        for each, labels in buckets.items()
        for limit in limits
    }
    return every - buckets.keys()


def _order(each: Counted) -> tuple[Any, ...]:
    """Return the sort key: labels, then the buckets of a histogram from low to high."""
    labels = dict(each.labels)
    bucket = float(labels.pop(BUCKET, "inf"))
    return sorted(labels.items()), each.name, bucket
