"""The web application: the only place where its objects are wired together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.static_files import create_static_files_router
from redis.asyncio import Redis

from app.accounts.email_queue import EmailQueue
from app.accounts.sealed import Seal
from app.accounts.second_factor import SecondFactors
from app.db.accounts.links import LinkStore
from app.db.accounts.store import AccountStore
from app.db.accounts.tokens import TokenStore
from app.db.data_retention.store import Retention
from app.db.engine.connect import kept_open
from app.db.jobs.quotas import Quotas
from app.db.jobs.store import JobStore
from app.db.notifications.webhooks import WebhookStore
from app.db.presets import PresetStore
from app.db.table_choices import TableChoices
from app.jobs.submission import JobSubmission
from app.observability import tracing
from app.observability.metrics.tally import Tally
from app.progress.probes import Probes
from app.progress.publisher import Publisher
from app.progress.relay import Relay
from app.queue.broker import StreamBroker, create_broker
from app.queue.worker_registry import WorkerRegistry
from app.runtime.fair_threads import FairThreads
from app.runtime.login_token import login_token
from app.runtime.machine_memory import export_share, preview_share
from app.runtime.places import Places, open_locks
from app.runtime.program_files import program_folder
from app.runtime.redis_connection import connect, connect_impatiently
from app.runtime.watchdog import alive
from app.settings import Settings
from app.storage import Folder, create_storage
from app.web.features.accounts.confirmation import (
    PasswordNeededError,
    ask_for_password,
    require_password,
)
from app.web.features.bulk.runner import BulkRunner
from app.web.features.monitoring import health, metrics
from app.web.features.notifications.worker_wake_up import WorkerWaker
from app.web.features.ops.board import Ops
from app.web.features.ops.board_stream import BoardStream
from app.web.features.results.export_maker import Exports
from app.web.features.second_factor.checks import CODE_LIMITS, CodeChecks
from app.web.features.uploads.pending_uploads import PendingUploads
from app.web.features.uploads.preview_process import Previewer
from app.web.features.uploads.question_check import QuestionCheck
from app.web.features.uploads.views import UploadPreviews
from app.web.http import security
from app.web.http.allowed_methods import add_allow
from app.web.http.bodies import FormRequest, FormsEnd, read_form
from app.web.http.cookies import Cookies
from app.web.http.csrf import CsrfCheck
from app.web.http.declarations import DeclarationCheck, keep_no_queries
from app.web.http.deprecation import add_deprecation
from app.web.http.errors import handle_error
from app.web.http.headers import IS_CACHEABLE, add_security_headers
from app.web.http.hosts import HostCheck
from app.web.http.nul_filter import NulFilter
from app.web.http.origins import OriginCheck
from app.web.http.session_store import SessionStore
from app.web.http.sessions import Sessions
from app.web.http.throttling import Throttle
from app.web.openapi.description import openapi_config
from app.web.routes import handlers
from app.web.streaming.access import StreamAccess
from app.web.streaming.event_stream import Application
from app.web.streaming.limits import StreamLimits
from app.web.templating.engine import template_config
from app.web.wait_estimate import WaitEstimate

# Compression must not delay events, and large results would block other requests.
NOT_COMPRESSED = ["/events$", "/export$", "/download$"]
# The parts that are needed outside of handlers.
IN_STATE = ("relay", "sessions", "throttle")


def create_app(settings: Settings | None = None) -> Litestar:
    """Create the application from settings, which come from the environment by default."""
    settings = settings or Settings.from_environment()
    keep_no_queries()
    wired = _wired(settings)
    parts = wired.parts
    return Application(
        compression_config=CompressionConfig("gzip", minimum_size=1000, exclude=NOT_COMPRESSED),
        route_handlers=[
            *handlers(has_accounts=settings.has_accounts, upload_bytes=settings.upload_limit_bytes),
            _static_files(),
        ],
        lifespan=[wired.connected],
        state=State(
            {
                "settings": settings,
                "spool_folder": parts["storage"].root,
                **{name: parts[name] for name in IN_STATE},
            }
        ),
        dependencies={
            name: Provide(_provider_of(part), use_cache=True) for name, part in parts.items()
        },
        middleware=_middleware(settings, parts["sessions"]),
        guards=[security.require_scope, require_password],
        before_send=[add_security_headers, add_allow, add_deprecation],
        exception_handlers={PasswordNeededError: ask_for_password, Exception: handle_error},
        logging_config=None,
        request_class=FormRequest,
        before_request=read_form,
        template_config=template_config(),
        openapi_config=openapi_config(),
    )


class _RunsInBackground(Protocol):
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


@dataclass(frozen=True)
class _Wired:
    """The parts that handlers can take by name, and what runs while the application does."""

    settings: Settings
    parts: dict[str, Any]
    broker: StreamBroker
    background: Sequence[_RunsInBackground]
    connections: Sequence[Redis]

    @asynccontextmanager
    async def connected(self, _: Litestar) -> AsyncIterator[None]:
        """Start everything in order, and stop it in the opposite one."""
        async with kept_open(), alive(self.settings), AsyncExitStack() as stack:
            stack.callback(tracing.shut_down)
            for connection in self.connections:
                stack.push_async_callback(connection.aclose)
            await self.broker.startup()
            stack.push_async_callback(self.broker.shutdown)
            for each in self.background:
                await each.start()
                stack.push_async_callback(each.stop)
            tracing.set_up(self.settings, "web")
            yield


def _wired(settings: Settings) -> _Wired:
    """Make all objects of the web from its settings."""
    # Requests need answers within seconds; the relay listens for events as long as needed.
    redis, patient = connect_impatiently(settings.redis_url), connect(settings.redis_url)
    broker = create_broker(settings.redis_url)
    quotas = _default_quotas(settings)
    jobs, storage = JobStore(quotas), create_storage(settings)
    relay, publisher, tally = Relay(patient, reads=redis), Publisher(patient), Tally(patient)
    limits = StreamLimits(
        redis, per_user=settings.streams_per_user, in_total=settings.streams_in_total
    )
    throttle, sessions = Throttle(redis), _session_store(settings, redis)
    access = StreamAccess(security.Logins(sessions))
    factors, mail = SecondFactors(Seal(login_token(settings))), EmailQueue(settings, broker)
    worker_registry = WorkerRegistry(redis)
    checks, ops = health.Health(redis, storage, worker_registry), Ops.over(redis, jobs, broker)
    submissions = JobSubmission(jobs, storage, broker, publisher)
    bulk_runner = BulkRunner(submissions)
    parts: dict[str, Any] = {
        **_limited_processes(settings, storage),
        "jobs": jobs,
        "storage": storage,
        "threads": FairThreads(),
        "relay": relay,
        "publisher": publisher,
        "limits": limits,
        "access": access,
        "uploads": PendingUploads(redis, storage, quotas),
        "presets": PresetStore(),
        "retention": Retention(default_days=settings.keep_jobs_days),
        "submissions": submissions,
        "bulk_runner": bulk_runner,
        "tokens": TokenStore(),
        "accounts": AccountStore(),
        "links": LinkStore(),
        "sessions": sessions,
        "throttle": throttle,
        "factors": factors,
        "code_checks": CodeChecks(factors, Throttle(redis, CODE_LIMITS), mail),
        "mail": mail,
        "waker": WorkerWaker(broker),
        "webhooks": WebhookStore(),
        "health": checks,
        "probes": Probes(redis),
        "gauges": metrics.Gauges(checks, broker, worker_registry, limits, tally),
        "worker_registry": worker_registry,
        "ops": ops,
        "board_stream": BoardStream(ops, relay),
        "waiting": WaitEstimate(jobs, worker_registry),
    }
    parts["previews"] = UploadPreviews(parts["uploads"], parts["previewer"], TableChoices())
    background = (relay, limits, access, tally, bulk_runner)
    return _Wired(settings, parts, broker, background, (redis, patient))


def _default_quotas(settings: Settings) -> Quotas:
    return Quotas(
        settings.waiting_jobs_per_user,
        settings.storage_mb_per_user,
        settings.submissions_per_hour,
    )


def _session_store(settings: Settings, redis: Redis) -> SessionStore:
    return SessionStore(
        redis,
        idle_s=settings.session_idle_minutes * 60,
        longest_s=settings.session_hours * 3600,
    )


def _limited_processes(settings: Settings, storage: Folder) -> dict[str, Any]:
    """The parts that run processes with limits of memory, by name."""
    locks = open_locks(settings.data_folder)
    for_exports, for_previews = export_share(settings), preview_share(settings)
    return {
        "exports": Exports(
            storage=storage,
            places=Places("exports", locks, in_all=for_exports.places),
            locks=locks,
            memory_bytes=for_exports.bytes_each,
            most_kept_bytes=settings.kept_exports_bytes,
        ),
        "previewer": Previewer(
            storage,
            Places("previews", locks, in_all=for_previews.places),
            memory_bytes=for_previews.bytes_each,
        ),
        "question_check": QuestionCheck(storage, memory_bytes=for_previews.bytes_each),
    }


def _middleware(settings: Settings, sessions: SessionStore) -> list[Any]:
    cookies = Cookies(settings.is_https)
    return [
        FormsEnd(),
        HostCheck(settings.host_names),
        DeclarationCheck(),
        NulFilter(),
        OriginCheck(settings.public_url),
        Sessions(sessions, cookies),
        DefineMiddleware(security.LoginMiddleware),
        CsrfCheck(_csrf_secret(settings), cookies),
    ]


def _provider_of(part: Any) -> Any:  # noqa: ANN401 - whatever is wired
    async def give() -> Any:  # noqa: ANN401
        return part

    return give


def _csrf_secret(settings: Settings) -> str:
    """The same secret in every web process of an installation, derived from its login token."""
    return sha256(b"csrf:" + login_token(settings).encode()).hexdigest()


def _static_files() -> Any:  # noqa: ANN401 - Litestar's router
    return create_static_files_router(
        path="/static",
        directories=[program_folder("static")],
        opt={"exclude_from_auth": True, "skip_session": True, IS_CACHEABLE: True},
    )
