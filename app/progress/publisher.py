"""Publishes the events of jobs: into the streams of job and owner, and to all who listen.

A call that is repeated, because its answer was lost, appends nothing twice; and a worker that comes
late, after another has begun the job, appends nothing at all.
"""

from typing import NamedTuple

from redis.asyncio import Redis

from app.contract.events import Event, encode
from app.progress.streams import key_of, key_of_fence, key_of_owner

LONGEST_JOB_STREAM = 500
LONGEST_OWNER_STREAM = 2000
KEPT_S = 86_400

# One call, so that no reader sees a published event that its stream does not hold.
# KEYS: the fence of the job, and its streams. ARGV: how long streams are kept, the job, the
# attempt, the number of the first event, the name of the end, the longest length of each stream,
# the events.
# Returns 0 when the attempt is an old one, whose events are refused.
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
# KEYS: the fence of the job, and its stream. ARGV: how long the fence is kept, the attempt.
FORGET = """
local newest, attempt = tonumber(redis.call('HGET', KEYS[1], 'attempt') or 0), tonumber(ARGV[2])
if attempt > 0 and attempt < newest then return 0 end
if attempt > newest then redis.call('HSET', KEYS[1], 'attempt', attempt, 'last', 0) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
return 1
"""


class Fence(NamedTuple):
    """By what a call to publish is known: the attempt that makes it, and which events it brings.

    ``first`` is the number of the first event, counted from 1 in each attempt; events whose number
    was published are skipped. ``end`` names the end of a job, which is published once. Zero and
    nothing check nothing.
    """

    attempt: int = 0
    first: int = 0
    end: str = ""


UNFENCED = Fence()


class Publisher:
    """Publishes events of jobs."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._publish = redis.register_script(PUBLISH)
        self._forget = redis.register_script(FORGET)

    async def publish(
        self, job_id: str, *events: Event, owner: str, fence: Fence = UNFENCED
    ) -> bool:
        """Append events to the streams of their job and its owner, and send them to who listens.

        False, and nothing published, when a later attempt has begun.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached, or refuses.
        """
        lengths = {key_of(job_id): LONGEST_JOB_STREAM, key_of_owner(owner): LONGEST_OWNER_STREAM}
        return await self._append(job_id, events, lengths, fence)

    async def announce(self, job_id: str, event: Event, *, owner: str) -> None:
        """Tell those alone who follow all jobs of the owner, such as of a job that is new.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached, or refuses.
        """
        await self._append(job_id, (event,), {key_of_owner(owner): LONGEST_OWNER_STREAM}, UNFENCED)

    async def forget(self, job_id: str, *, attempt: int = 0) -> bool:
        """Delete a job's stream, before an attempt at it begins anew or when it is deleted.

        From then on earlier attempts publish nothing. False when a later one has begun.
        """
        keys = [key_of_fence(job_id), key_of(job_id)]
        return bool(await self._forget(keys=keys, args=[KEPT_S, attempt]))

    async def _append(
        self, job_id: str, events: tuple[Event, ...], lengths: dict[str, int], fence: Fence
    ) -> bool:
        args: list[str | int | bytes] = [KEPT_S, job_id, *fence, *lengths.values()]
        args += [encode(event) for event in events]
        return bool(await self._publish(keys=[key_of_fence(job_id), *lengths], args=args))
