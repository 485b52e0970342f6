"""What the other parts of the web are made of: connections, the queue, jobs and files."""

from dataclasses import dataclass

from redis.asyncio import Redis

from app.db.jobs.quotas.account_quotas import Quotas
from app.db.jobs.store import JobStore
from app.progress.publisher import Publisher
from app.queue.broker import StreamBroker, create_broker
from app.queue.worker_registry import WorkerRegistry
from app.runtime.redis_connection import connect, connect_impatiently
from app.settings import Settings
from app.storage import Folder, create_storage


@dataclass(frozen=True)
class Foundation:
    """The objects that several parts share.

    Requests need an answer of ``redis`` within seconds. The relay listens over ``patient_redis`` as
    long as needed.
    """

    settings: Settings
    redis: Redis
    patient_redis: Redis
    broker: StreamBroker
    quotas: Quotas
    jobs: JobStore
    storage: Folder
    publisher: Publisher
    worker_registry: WorkerRegistry


def lay_foundation(settings: Settings) -> Foundation:
    """Make the shared objects; nothing is connected yet."""
    redis, patient_redis = connect_impatiently(settings.redis_url), connect(settings.redis_url)
    quotas = _default_quotas(settings)
    return Foundation(
        settings,
        redis,
        patient_redis,
        broker=create_broker(settings.redis_url),
        quotas=quotas,
        jobs=JobStore(quotas),
        storage=create_storage(settings),
        publisher=Publisher(patient_redis),
        worker_registry=WorkerRegistry(redis),
    )


def _default_quotas(settings: Settings) -> Quotas:
    return Quotas(
        settings.waiting_jobs_per_user,
        settings.storage_mb_per_user,
        settings.submissions_per_hour,
    )
