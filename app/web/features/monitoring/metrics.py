"""Metrics for Prometheus: the counters of all processes, and the current state of the queue."""

import secrets
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from platform import python_version
from typing import Any

from litestar import Response, get
from litestar.exceptions import PermissionDeniedException
from prometheus_client import Metric, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from app.contract.tasks import JobState
from app.db.engine.connect import DATABASE_FAULTS
from app.db.jobs.turns.queue_pause import current_pause
from app.db.queue_state import Queue, queue_now
from app.observability.metrics.tally import Tally
from app.queue.broker import StreamBroker
from app.queue.worker_registry import WorkerRegistry
from app.version import __version__
from app.web.features.monitoring.health import Health
from app.web.http.identity.security import AnyRequest
from app.web.streaming.limits import StreamLimits

LOOPBACK = ("127.0.0.1", "::1")
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
REFUSED = (
    "Metrics are readable on this machine only. Set SIALOSCOPE_METRICS_TOKEN, and send it as "
    "'Authorization: Bearer TOKEN', to read them from another or through a proxy."
)
WRONG_TOKEN = "Send SIALOSCOPE_METRICS_TOKEN as 'Authorization: Bearer TOKEN'."  # noqa: S105


@dataclass(frozen=True)
class Page(Collector):
    """The metrics of one moment."""

    metrics: list[Metric]

    def collect(self) -> Iterator[Metric]:
        """All metrics."""
        return iter(self.metrics)


@dataclass(frozen=True)
class Gauges:
    """Reads current values; those of a part that is down are left out."""

    health: Health
    broker: StreamBroker
    worker_registry: WorkerRegistry
    limits: StreamLimits
    tally: Tally

    async def read(self) -> list[Metric]:
        """Read all metrics that are available."""
        up = await self.health.parts()
        found = [_gauge("up", "Whether a part works.", up, "part"), _build_info()]
        if up["database"]:
            found += await _or_empty_if_down(self._database_gauges())
        if up["redis"]:
            found += await _or_empty_if_down(self._redis_gauges())
        return found

    async def _database_gauges(self) -> list[Metric]:
        queue: Queue = await queue_now()
        pause = await current_pause()
        by_state = {str(state): queue.jobs.get(state, 0) for state in JobState}
        return [
            _gauge("jobs", "Stored jobs, by state.", by_state, "state"),
            _gauge("letters_waiting", "E-mails in the outbox.", queue.letters),
            _gauge("queue_oldest_seconds", "Age of the oldest queued job.", queue.oldest_s),
            _gauge("queue_paused", "Whether the queue is paused.", float(pause is not None)),
        ]

    async def _redis_gauges(self) -> list[Metric]:
        seen_workers = await self.worker_registry.seen()
        alive = [each for each in seen_workers if not each.is_silent]
        seen = "Time since the last heartbeat of any worker."
        found = [
            _gauge(
                "queue_messages", "Wake-ups no worker has taken.", await self.broker.undelivered()
            ),
            _gauge("streams_open", "Open event streams.", await self.limits.open_in_total()),
            _gauge("workers", "Workers that are alive.", len(alive)),
        ]
        if seen_workers:
            last = min(each.silent_s for each in seen_workers)
            found.append(_gauge("worker_last_seen_seconds", seen, last))
        return [*found, *await self.tally.totals()]


@get("/metrics", exclude_from_auth=True, skip_session=True, include_in_schema=False)
async def show_metrics(request: AnyRequest, gauges: Gauges) -> Response[bytes]:
    """Show the metrics of the whole installation in the text format of Prometheus."""
    _refuse_strangers(request)
    page = Page(await gauges.read())
    return Response(generate_latest(page), media_type=CONTENT_TYPE_LATEST)


def _refuse_strangers(request: AnyRequest) -> None:
    token = request.app.state.settings.metrics_token
    if token:
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        is_right = secrets.compare_digest(sent.strip().encode(), token.encode())
        if scheme.lower() != "bearer" or not is_right:
            raise PermissionDeniedException(WRONG_TOKEN)
        return
    is_forwarded = any(name in request.headers for name in FORWARDED)
    if is_forwarded or request.client is None or request.client.host not in LOOPBACK:
        raise PermissionDeniedException(REFUSED)


def _gauge(
    name: str, documentation: str, value: "float | dict[str, Any]", label: str = ""
) -> Metric:
    """A metric with one number, or one number for each value of a label."""
    metric = Metric(f"sialoscope_{name}", documentation, "gauge")
    for key, number in value.items() if isinstance(value, dict) else [("", value)]:
        metric.add_sample(metric.name, {label: key} if label else {}, float(number))
    return metric


def _build_info() -> Metric:
    metric = Metric("sialoscope_build_info", "Always 1; its labels have the version.", "gauge")
    labels = {"version": __version__, "python": python_version()}
    metric.add_sample(metric.name, labels, 1)
    return metric


async def _or_empty_if_down(reading: Awaitable[list[Metric]]) -> list[Metric]:
    try:
        return await reading
    except (RedisError, *DATABASE_FAULTS):
        return []


HANDLERS = [show_metrics]
