"""How a worker tells of a job: into the job's stream to be read again, and to all who listen."""

from redis.asyncio import Redis

from app.contract.events import Event, encode
from app.progress.streams import key_of

LONGEST_STREAM = 500
KEPT_S = 86_400

# One call, so that no reader sees a published event that its stream does not hold.
PUBLISH = """
for place = 3, #ARGV do
    local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'data', ARGV[place])
    redis.call('PUBLISH', KEYS[1], id .. ' ' .. ARGV[place])
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
"""


class Publisher:
    """Publishes events of jobs."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._publish = redis.register_script(PUBLISH)

    async def publish(self, job_id: str, *events: Event) -> None:
        """Append events to their job's stream and send them to those who listen now.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached.
        """
        encoded = [encode(event) for event in events]
        await self._publish(keys=[key_of(job_id)], args=[LONGEST_STREAM, KEPT_S, *encoded])

    async def forget(self, job_id: str) -> None:
        """Delete a job's stream, before it runs anew or when it is deleted."""
        await self._redis.delete(key_of(job_id))
