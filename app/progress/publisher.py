"""Publish the events of jobs: to the streams of job and owner, and to all subscribers.

A repeated call, after a lost answer, does not append an event twice. A late worker, whose job
another worker has started, cannot append anything.
"""

from typing import NamedTuple

from redis.asyncio import Redis

from app.contract.events import Event, encode
from app.progress.streams import key_of, key_of_fence, key_of_owner

LONGEST_JOB_STREAM = 500
LONGEST_OWNER_STREAM = 2000
KEPT_S = 86_400

# One call, so that no reader sees a published event that its stream does not hold.
# KEYS: the fence of the job, and its streams. ARGV: how many seconds streams are kept, the job, the
# attempt, the number of the first event, the name of the end, the maximum length of each stream,
# the events.
# Returns 0 and refuses the events if a later attempt has started.
PUBLISH = """
local kept_s, job, ending = ARGV[1], ARGV[2], ARGV[5]
local attempt, first = tonumber(ARGV[3]), tonumber(ARGV[4])
local known = redis.call('HMGET', KEYS[1], 'attempt', 'last', 'end')
local newest, last = tonumber(known[1] or 0), tonumber(known[2] or 0)
if attempt > 0 and attempt < newest then return 0 end
if attempt ~= newest then last = 0 end
if ending ~= '' and ending == known[3] then return 1 end
local before = 5 + #KEYS - 1
for place = 2, #KEYS do
  local key, longest = KEYS[place], ARGV[4 + place]
  for event = before + 1, #ARGV do
    if first == 0 or first + event - before - 1 > last then
      local data = ARGV[event]
      local id = redis.call('XADD', key, 'MAXLEN', '~', longest, '*', 'job', job, 'data', data)
      redis.call('PUBLISH', key, id .. ' ' .. job .. ' ' .. data)
    end
  end
  redis.call('EXPIRE', key, kept_s)
end
if attempt > 0 then
  if first > 0 then last = math.max(last, first + #ARGV - before - 1) end
  redis.call('HSET', KEYS[1], 'attempt', attempt, 'last', last)
end
if ending ~= '' then redis.call('HSET', KEYS[1], 'end', ending) end
redis.call('EXPIRE', KEYS[1], kept_s)
return 1
"""
# KEYS: the fence of the job, and its stream. ARGV: the seconds to keep the fence, the attempt.
FORGET = """
local newest, attempt = tonumber(redis.call('HGET', KEYS[1], 'attempt') or 0), tonumber(ARGV[2])
if attempt > 0 and attempt < newest then return 0 end
if attempt > newest then redis.call('HSET', KEYS[1], 'attempt', attempt, 'last', 0) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
return 1
"""


class Fence(NamedTuple):
    """The attempt and the event numbers of a call, to refuse late and repeated calls.

    ``first`` is the number of the first event, counted from 1 in each attempt; events whose number
    was already published are skipped. ``end`` names the end of a job, which is published once. A
    zero or an empty text turns a check off.
    """

    attempt: int = 0
    first: int = 0
    end: str = ""


UNFENCED = Fence()


class Publisher:
    """Publishes the events of jobs to Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._publish = redis.register_script(PUBLISH)
        self._forget = redis.register_script(FORGET)

    async def publish(
        self, job_id: str, *events: Event, owner: str, fence: Fence = UNFENCED
    ) -> bool:
        """Append events to the streams of their job and its owner, and send them to subscribers.

        Returns False, and publishes nothing, if a later attempt has started.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached, or refuses.
        """
        lengths = {key_of(job_id): LONGEST_JOB_STREAM, key_of_owner(owner): LONGEST_OWNER_STREAM}
        return await self._append(job_id, events, lengths, fence)

    async def announce(self, job_id: str, event: Event, *, owner: str) -> None:
        """Publish an event, such as a new job, only to the stream of all the owner's jobs.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached, or refuses.
        """
        await self._append(job_id, (event,), {key_of_owner(owner): LONGEST_OWNER_STREAM}, UNFENCED)

    async def forget(self, job_id: str, *, attempt: int = 0) -> bool:
        """Delete a job's stream, before a new attempt starts or when the job is deleted.

        After that, earlier attempts cannot publish. Returns False if a later one has started.
        """
        keys = [key_of_fence(job_id), key_of(job_id)]
        return bool(await self._forget(keys=keys, args=[KEPT_S, attempt]))

    async def _append(
        self, job_id: str, events: tuple[Event, ...], lengths: dict[str, int], fence: Fence
    ) -> bool:
        args: list[str | int | bytes] = [KEPT_S, job_id, *fence, *lengths.values()]
        args += [encode(event) for event in events]
        return bool(await self._publish(keys=[key_of_fence(job_id), *lengths], args=args))
