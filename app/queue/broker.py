"""The queue between web and workers: a Redis stream that neither loses nor repeats a message.

taskiq-redis 1.2.4 passes on a dead worker's message only when another message arrives, delivers a
task again while it still runs, and never deletes acknowledged messages; see docs/adr/0003.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError
from taskiq import AckableMessage
from taskiq.kicker import AsyncKicker
from taskiq.serializers import JSONSerializer
from taskiq_redis import RedisStreamBroker

from app.contract.tasks import QUEUE
from app.runtime.redis_connection import connect

# A message that its worker has not renewed for this long goes to another worker.
IDLE_TIMEOUT_S = 60
# A blocking read; this is also how long a worker may take to notice that it must stop.
READ_BLOCK_MS = 2000
# How often in the idle timeout a worker looks for messages that a dead worker had.
RECLAIMS = 12
RECONNECT_PAUSE_S = 1.0
# A consumer that has read nothing for this long is deleted. A drained worker reads nothing either;
# Redis adds it again with its next read.
DEAD_AFTER_S = 3600
# KEYS: the stream. ARGV: the group, and milliseconds. One script, so that no consumer gets a
# message between the check and the deletion.
FORGET = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local forgotten = 0
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local known = {}
  for field = 1, #consumer, 2 do known[consumer[field]] = consumer[field + 1] end
  if known['pending'] == 0 and known['idle'] > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], known['name'])
    forgotten = forgotten + 1
  end
end
return forgotten
"""
# taskiq-redis needs a URL for its pool, which we replace: only another class of it knows sentinels.
UNUSED = "redis://"

logger = logging.getLogger(__name__)


class StreamBroker(RedisStreamBroker):
    """A broker that takes over lost messages first, renews its own, and deletes finished ones."""

    def __init__(self, url: str, *, idle_timeout_s: float = IDLE_TIMEOUT_S) -> None:
        super().__init__(queue_name=QUEUE, url=UNUSED, consumer_id="0", xread_block=READ_BLOCK_MS)
        self.connection_pool = connect(url).connection_pool  # type: ignore[assignment]
        self.idle_timeout = int(idle_timeout_s * 1000)
        self._in_flight: set[bytes] = set()
        self._reclaimed_at = 0.0
        self._may_have_lost_a_message = False
        self._takes_tasks = asyncio.Event()
        self._takes_tasks.set()
        self._places: int | None = None
        self._may_have_place = asyncio.Event()

    @property
    def rests(self) -> bool:
        """Whether this worker takes no new task."""
        return not self._takes_tasks.is_set()

    def rest(self, rests: bool) -> None:
        """Stop or resume taking tasks; a read in progress may still bring one more."""
        (self._takes_tasks.clear if rests else self._takes_tasks.set)()

    def take_at_most(self, places: int) -> None:
        """Have at most so many tasks in progress; those beyond a smaller number finish."""
        self._places = places
        self._may_have_place.set()

    async def _free_place(self) -> None:
        """Return once fewer tasks are in progress than may be."""
        while self._places is not None and len(self._in_flight) >= self._places:
            self._may_have_place.clear()
            await self._may_have_place.wait()

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Yield messages one by one, those of dead workers before new ones."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            keeper = asyncio.create_task(self._keep_claimed(redis))
            try:
                while True:
                    await self._free_place()
                    await self._takes_tasks.wait()
                    for message_id, fields in await self._next_message(redis):
                        if self._is_unknown(fields[b"data"]):
                            await self._requeue(redis, message_id, fields[b"data"])
                            continue
                        await self._free_place()
                        self._in_flight.add(message_id)
                        yield AckableMessage(
                            data=fields[b"data"], ack=self._acknowledge(redis, message_id)
                        )
                    _notice_cancellation()
            finally:
                keeper.cancel()

    async def _next_message(self, redis: Redis) -> list[tuple[bytes, dict[bytes, bytes]]]:
        try:
            return await self._lost_messages(redis) or await self._read(redis)
        except RedisError as error:
            # Redis is away, has become a replica, or its disk is full: this may pass.
            if "NOGROUP" not in str(error) or not await self._has_group_again():
                await self._pause(f"cannot be reached, or refuses ({error})")
        return []

    async def _has_group_again(self) -> bool:
        """Create the consumer group again, which Redis has lost; return whether this worked."""
        try:
            await self._declare_consumer_group()
        except RedisError as error:
            logger.warning("The consumer group of the workers cannot be created yet: %s", error)
            return False
        return True

    async def _pause(self, why: str) -> None:
        self._may_have_lost_a_message = True
        logger.warning("The broker %s; trying again.", why)
        await asyncio.sleep(RECONNECT_PAUSE_S)

    async def _lost_messages(self, redis: Redis) -> list[Any]:
        """Return messages that this worker lost with its connection, or that a dead worker had."""
        if self._may_have_lost_a_message:
            messages = await self._read(redis, after="0")
            self._may_have_lost_a_message = False
            if lost := [each for each in messages if each[0] not in self._in_flight and each[1]]:
                return lost
        now = asyncio.get_running_loop().time()
        if now - self._reclaimed_at < self.idle_timeout / 1000 / RECLAIMS:
            return []
        messages = await self._reclaim(redis)
        # After one message there may be more, so look again at once.
        self._reclaimed_at = self._reclaimed_at if messages else now
        return messages

    async def _reclaim(self, redis: Redis) -> list[Any]:
        _, messages, _ = await redis.xautoclaim(
            self.queue_name,
            self.consumer_group_name,
            self.consumer_name,
            min_idle_time=self.idle_timeout,
            count=1,
        )
        return [message for message in messages if message[1]]

    async def _read(self, redis: Redis, *, after: str = ">") -> list[Any]:
        """Read the next new message, or with ``after`` this worker's unfinished messages."""
        streams: Any = await redis.xreadgroup(
            self.consumer_group_name,
            self.consumer_name,
            {self.queue_name: after},
            count=1 if after == ">" else None,
            block=self.block,
        )
        return [message for _, messages in streams or [] for message in messages]

    async def _keep_claimed(self, redis: Redis) -> None:
        """Renew the claim on the messages in progress, again and again."""
        while True:
            await asyncio.sleep(self.idle_timeout / 3000)
            if self._in_flight:
                await self._claim_in_flight(redis)

    async def _claim_in_flight(self, redis: Redis) -> None:
        try:
            await redis.xclaim(
                self.queue_name,
                self.consumer_group_name,
                self.consumer_name,
                min_idle_time=0,
                message_ids=list(self._in_flight),
                justid=True,
            )
        except RedisError as error:
            logger.warning("The claim on messages in progress could not be renewed: %s", error)

    async def forget_dead(self) -> int:
        """Delete consumers that have no message and have read nothing for long; return how many."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            forgotten: Any = await redis.eval(
                FORGET, 1, self.queue_name, self.consumer_group_name, DEAD_AFTER_S * 1000
            )
        return int(forgotten)

    async def undelivered(self) -> int:
        """Return how many tasks wait in the queue, without those that a worker has."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            length = await redis.xlen(self.queue_name)
            pending = await redis.xpending(self.queue_name, self.consumer_group_name)
        return int(length) - int(pending["pending"])

    def _is_unknown(self, data: bytes) -> bool:
        """Whether this version does not know the task of a message."""
        try:
            name = self.formatter.loads(data).task_name
        except ValueError:
            return False  # taskiq logs a message that it cannot read
        if self.find_task(name):
            return False
        logger.warning("This version does not know the task %s; leaving it to others.", name)
        return True

    async def _requeue(self, redis: Redis, message_id: bytes, data: bytes) -> None:
        """Put a message at the end of the queue, for a newer worker."""
        await self._remove_until_done(redis, message_id, data)
        await asyncio.sleep(RECONNECT_PAUSE_S)

    def _acknowledge(self, redis: Redis, message_id: bytes) -> Callable[[], Awaitable[None]]:
        async def acknowledge() -> None:
            await self._remove_until_done(redis, message_id)
            self._in_flight.discard(message_id)
            self._may_have_place.set()

        return acknowledge

    async def _remove_until_done(
        self, redis: Redis, message_id: bytes, again: bytes | None = None
    ) -> None:
        """Remove a finished message from the queue; repeat this until Redis accepts it.

        A full disk (MISCONF), full memory (OOM), a replica (READONLY) and a start (LOADING) pass.
        If another worker has claimed the message meanwhile, it is only a wake-up for that worker.
        """
        while not await self._has_removed(redis, message_id, again):  # noqa: ASYNC110 - no event
            await asyncio.sleep(RECONNECT_PAUSE_S)

    async def _has_removed(self, redis: Redis, message_id: bytes, again: bytes | None) -> bool:
        try:
            async with redis.pipeline(transaction=True) as pipe:
                if again is not None:
                    pipe.xadd(self.queue_name, {b"data": again})
                self._remove(pipe, message_id)
                await pipe.execute()
        except RedisError as error:
            logger.warning("A message could not be acknowledged yet: %s", error)
            return False
        return True

    def _remove(self, pipe: Pipeline, message_id: bytes) -> None:
        """Remove a message from the group and from the stream; XACK alone leaves it there."""
        pipe.xack(self.queue_name, self.consumer_group_name, message_id)
        pipe.xdel(self.queue_name, message_id)


def _notice_cancellation() -> None:
    """End a task whose cancellation redis-py swallowed in a blocking read (its issue 2028)."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


def create_broker(redis_url: str) -> StreamBroker:
    """Create the broker for web or worker. Messages are JSON, since a pickle could run code."""
    broker = StreamBroker(redis_url)
    broker.with_serializer(JSONSerializer())
    return broker


async def send_task(
    broker: StreamBroker, task_name: str, *arguments: str, task_id: str | None = None
) -> None:
    """Put a task into the queue, under a new id or the given one.

    Raises:
        taskiq.exceptions.SendTaskError: the broker cannot be reached.
    """
    kicker: AsyncKicker[Any, None] = AsyncKicker(task_name, broker=broker, labels={})
    await kicker.with_task_id(task_id).kiq(*arguments)
