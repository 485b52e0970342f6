"""How a job is told of: into the streams of job and owner, and to all who listen."""

from redis.asyncio import Redis

from app.contract.events import Event, encode
from app.progress.streams import key_of, key_of_owner

LONGEST_JOB_STREAM = 500
LONGEST_OWNER_STREAM = 2000
KEPT_S = 86_400

# One call, so that no reader sees a published event that its stream does not hold.
# ARGV: how long streams are kept, the job, the longest length of each stream, the events.
PUBLISH = """
local kept_s, job = ARGV[1], ARGV[2]
for place, key in ipairs(KEYS) do
  for event = 3 + #KEYS, #ARGV do
    local data = ARGV[event]
    local longest = ARGV[2 + place]
    local id = redis.call('XADD', key, 'MAXLEN', '~', longest, '*', 'job', job, 'data', data)
    redis.call('PUBLISH', key, id .. ' ' .. job .. ' ' .. data)
  end
  redis.call('EXPIRE', key, kept_s)
end
"""


class Publisher:
    """Publishes events of jobs."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._publish = redis.register_script(PUBLISH)

    async def publish(self, job_id: str, *events: Event, owner: str) -> None:
        """Append events to the streams of their job and its owner, and send them to who listens.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        lengths = {key_of(job_id): LONGEST_JOB_STREAM, key_of_owner(owner): LONGEST_OWNER_STREAM}
        await self._append(job_id, events, lengths)

    async def announce(self, job_id: str, event: Event, *, owner: str) -> None:
        """Tell those alone who follow all jobs of the owner, such as of a job that is new.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        await self._append(job_id, (event,), {key_of_owner(owner): LONGEST_OWNER_STREAM})

    async def forget(self, job_id: str) -> None:
        """Delete a job's stream, before it runs anew or when it is deleted."""
        await self._redis.delete(key_of(job_id))

    async def _append(
        self, job_id: str, events: tuple[Event, ...], lengths: dict[str, int]
    ) -> None:
        args: list[str | int | bytes] = [KEPT_S, job_id, *lengths.values()]
        args += [encode(event) for event in events]
        await self._publish(keys=list(lengths), args=args)
