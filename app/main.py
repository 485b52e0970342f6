"""The web application: the only place where its objects are wired together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig

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
from app.queue.broker import create_broker
from app.queue.worker_registry import WorkerRegistry
from app.runtime.fair_threads import FairThreads
from app.runtime.login_token import login_token
from app.runtime.machine_memory import export_share, preview_share
from app.runtime.places import Places, open_locks
from app.runtime.program_files import program_folder
from app.runtime.redis_connection import connect, connect_impatiently
from app.runtime.watchdog import alive
from app.settings import Settings
from app.storage import create_storage
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
from app.web.numbers import FILTERS
from app.web.openapi.description import openapi_config
from app.web.routes import handlers
from app.web.streaming.access import StreamAccess
from app.web.streaming.event_stream import Application
from app.web.streaming.limits import StreamLimits
from app.web.wait_estimate import WaitEstimate

# Compression must not delay events, and large results would block other requests.
NOT_COMPRESSED = ["/events$", "/export$", "/download$"]


def create_app(settings: Settings | None = None) -> Litestar:
    """Create the application from settings, which come from the environment by default."""
    settings = settings or Settings.from_environment()
    keep_no_queries()
    # Requests need answers within seconds; the relay listens for events as long as needed.
    redis, patient = connect_impatiently(settings.redis_url), connect(settings.redis_url)
    broker = create_broker(settings.redis_url)
    defaults = Quotas(
        settings.waiting_jobs_per_user,
        settings.storage_mb_per_user,
        settings.submissions_per_hour,
    )
    jobs, storage = JobStore(defaults), create_storage(settings)
    relay = Relay(patient, reads=redis)
    limits = StreamLimits(
        redis, per_user=settings.streams_per_user, in_total=settings.streams_in_total
    )
    throttle, cookies = Throttle(redis), Cookies(settings.is_https)
    sessions = SessionStore(
        redis,
        idle_s=settings.session_idle_minutes * 60,
        longest_s=settings.session_hours * 3600,
    )
    access = StreamAccess(security.Logins(sessions))
    factors, mail = SecondFactors(Seal(login_token(settings))), EmailQueue(settings, broker)
    locks = open_locks(settings.data_folder)
    export_places, preview_places = export_share(settings), preview_share(settings)
    publisher, tally, worker_registry = Publisher(patient), Tally(patient), WorkerRegistry(redis)
    checks, ops = health.Health(redis, storage, worker_registry), Ops.over(redis, jobs, broker)
    uploads = PendingUploads(redis, storage, defaults)
    previewer = Previewer(
        storage,
        Places("previews", locks, in_all=preview_places.places),
        memory_bytes=preview_places.bytes_each,
    )
    submissions = JobSubmission(jobs, storage, broker, publisher)
    bulk_runner = BulkRunner(submissions)
    parts: dict[str, Any] = {
        "jobs": jobs,
        "storage": storage,
        "threads": FairThreads(),
        "exports": Exports(
            storage=storage,
            places=Places("exports", locks, in_all=export_places.places),
            locks=locks,
            memory_bytes=export_places.bytes_each,
            most_kept_bytes=settings.kept_exports_bytes,
        ),
        "previews": UploadPreviews(uploads, previewer, TableChoices()),
        "previewer": previewer,
        "question_check": QuestionCheck(storage, memory_bytes=preview_places.bytes_each),
        "relay": relay,
        "publisher": publisher,
        "limits": limits,
        "access": access,
        "uploads": uploads,
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

    @asynccontextmanager
    async def connected(_: Litestar) -> AsyncIterator[None]:
        async with kept_open(), alive(settings):
            await broker.startup()
            await relay.start()
            await limits.start()
            await access.start()
            await tally.start()
            await bulk_runner.start()
            tracing.set_up(settings, "web")
            yield
            await bulk_runner.stop()
            await tally.stop()
            await access.stop()
            await limits.stop()
            await relay.stop()
            await broker.shutdown()
            await redis.aclose()
            await patient.aclose()
            tracing.shut_down()

    return Application(
        compression_config=CompressionConfig("gzip", minimum_size=1000, exclude=NOT_COMPRESSED),
        route_handlers=[
            *handlers(has_accounts=settings.has_accounts, upload_bytes=settings.upload_limit_bytes),
            _static_files(),
        ],
        lifespan=[connected],
        state=State(
            {
                "settings": settings,
                "question_check": QuestionCheck(storage, memory_bytes=preview_places.bytes_each),
                "relay": relay,
                "spool_folder": storage.root,
                "sessions": sessions,
                "throttle": throttle,
            }
        ),
        dependencies={
            name: Provide(_provider_of(part), use_cache=True) for name, part in parts.items()
        },
        middleware=[
            FormsEnd(),
            HostCheck(settings.host_names),
            DeclarationCheck(),
            NulFilter(),
            OriginCheck(settings.public_url),
            Sessions(sessions, cookies),
            DefineMiddleware(security.LoginMiddleware),
            CsrfCheck(_csrf_secret(settings), cookies),
        ],
        guards=[security.require_scope, require_password],
        before_send=[add_security_headers, add_allow, add_deprecation],
        exception_handlers={PasswordNeededError: ask_for_password, Exception: handle_error},
        logging_config=None,
        request_class=FormRequest,
        before_request=read_form,
        template_config=TemplateConfig(
            directory=program_folder("templates"),
            engine=JinjaTemplateEngine,
            engine_callback=lambda it: it.engine.filters.update(FILTERS),
        ),
        openapi_config=openapi_config(),
    )


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
