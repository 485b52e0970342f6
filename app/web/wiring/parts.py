"""The parts of the web that a handler takes by their names, and what runs in the background.

To give handlers a further part, add its name to the group that it belongs to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.accounts.email_queue import EmailQueue
from app.accounts.sealed import Seal
from app.accounts.second_factor import SecondFactors
from app.accounts.sign_on.sign_on import SignOn
from app.accounts.signer import Signer
from app.db.accounts.links import LinkStore
from app.db.accounts.store import AccountStore
from app.db.accounts.tokens import TokenStore
from app.db.data_retention.store import Retention
from app.db.notifications.webhooks import WebhookStore
from app.db.presets import PresetStore
from app.db.table_choices import TableChoices
from app.jobs.submission import JobSubmission
from app.observability.log_level import LogLevel
from app.observability.metrics.tally import Tally
from app.progress.probes import Probes
from app.progress.relay import Relay
from app.runtime.fair_threads import FairThreads
from app.runtime.login_token import login_token
from app.runtime.watchdog import Watchdog
from app.web.features.arbiter.submissions import Arbiter
from app.web.features.bulk.runner import BulkRunner
from app.web.features.monitoring import health, metrics
from app.web.features.notifications.worker_wake_up import WorkerWaker
from app.web.features.ops.board import Ops
from app.web.features.ops.board_stream import BoardStream
from app.web.features.proof.bundles import Bundles
from app.web.features.results.quantifier import Quantifier
from app.web.features.second_factor.checks import CODE_LIMITS, CodeChecks
from app.web.features.sign_on.attempts import Attempts
from app.web.features.uploads.pending_uploads import PendingUploads
from app.web.features.uploads.views import UploadPreviews
from app.web.http.identity.logins import Logins
from app.web.http.identity.session_store import SessionStore
from app.web.http.identity.throttling import Throttle
from app.web.streaming.access import StreamAccess
from app.web.streaming.json_streams import JsonStreams
from app.web.streaming.limits import StreamLimits
from app.web.streaming.watchers import Watchers
from app.web.wait_estimate import WaitEstimate
from app.web.wiring.foundation import Foundation
from app.web.wiring.limited_processes import limited_processes

# Parts that work while the application does, in the order of their start.
IN_BACKGROUND = ("relay", "limits", "access", "tally", "bulk_runner", "watchers")


class _RunsInBackground(Protocol):
    """A part that works while the application does."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


@dataclass(frozen=True)
class Parts:
    """All parts by name; those in ``background`` are started in this order."""

    by_name: dict[str, Any]
    background: Sequence[_RunsInBackground]


def make_parts(base: Foundation) -> Parts:
    """Make all parts of the web."""
    by_name = {**_for_jobs(base), **_for_accounts(base)}
    by_name |= _for_streams(base, by_name["sessions"], by_name["waiting"])
    by_name |= _for_operators(base, by_name["relay"], by_name["limits"])
    return Parts(
        by_name,
        background=(
            *(by_name[name] for name in IN_BACKGROUND),
            LogLevel(base.patient_redis, tell=Watchdog(base.settings).tell_log_level),
            by_name["flip_finder"].process,
        ),
    )


def _for_jobs(base: Foundation) -> dict[str, Any]:
    """Jobs, their tables and results."""
    threads = FairThreads()
    processes = limited_processes(base.settings, base.storage, threads)
    signer = Signer(login_token(base.settings))
    uploads = PendingUploads(base.redis, base.storage, base.quotas)
    submissions = JobSubmission(base.jobs, base.storage, base.broker, base.publisher)
    return {
        **processes,
        "submissions": submissions,
        "bulk_runner": BulkRunner(submissions),
        "arbiter": Arbiter(submissions=submissions, files=processes["arbiter_files"]),
        "jobs": base.jobs,
        "storage": base.storage,
        "publisher": base.publisher,
        "threads": threads,
        "quantifier": Quantifier(
            exports=processes["exports"], threads=threads, storage=base.storage
        ),
        "signer": signer,
        "bundles": Bundles(storage=base.storage, threads=threads, signer=signer),
        "uploads": uploads,
        "previews": UploadPreviews(uploads, processes["previewer"], TableChoices()),
        "presets": PresetStore(),
        "retention": Retention(default_days=base.settings.keep_jobs_days),
        "waiting": WaitEstimate(base.jobs, base.worker_registry),
    }


def _for_accounts(base: Foundation) -> dict[str, Any]:
    """Accounts, their logins, and what tells them of their jobs."""
    factors = SecondFactors(Seal(login_token(base.settings)))
    mail = EmailQueue(base.settings, base.broker)
    return {
        "sessions": _session_store(base),
        "accounts": AccountStore(),
        "links": LinkStore(),
        "tokens": TokenStore(),
        "throttle": Throttle(base.redis),
        "factors": factors,
        "code_checks": CodeChecks(factors, Throttle(base.redis, CODE_LIMITS), mail),
        "sign_on": SignOn(base.settings),
        "sign_ons": Attempts(base.redis),
        "mail": mail,
        "webhooks": WebhookStore(),
        "waker": WorkerWaker(base.broker),
    }


def _for_streams(base: Foundation, sessions: SessionStore, waiting: WaitEstimate) -> dict[str, Any]:
    """Server-sent events: what delivers and limits them, and ends those that nobody may follow."""
    shared: dict[str, Any] = {
        "relay": Relay(base.patient_redis, reads=base.redis),
        "limits": _stream_limits(base),
        "access": StreamAccess(Logins(sessions)),
        "watchers": Watchers(base.redis),
    }
    return {**shared, "json_streams": JsonStreams(jobs=base.jobs, waiting=waiting, **shared)}


def _for_operators(base: Foundation, relay: Relay, limits: StreamLimits) -> dict[str, Any]:
    """Health, metrics and the live board."""
    tally = Tally(base.patient_redis)
    checks = health.Health(base.redis, base.storage, base.worker_registry)
    ops = Ops.over(base.redis, base.jobs, base.broker)
    return {
        "health": checks,
        "gauges": metrics.Gauges(checks, base.broker, base.worker_registry, limits, tally),
        "probes": Probes(base.redis),
        "worker_registry": base.worker_registry,
        "ops": ops,
        "tally": tally,
        "board_stream": BoardStream(ops, relay),
    }


def _session_store(base: Foundation) -> SessionStore:
    return SessionStore(
        base.redis,
        idle_s=base.settings.session_idle_minutes * 60,
        longest_s=base.settings.session_hours * 3600,
    )


def _stream_limits(base: Foundation) -> StreamLimits:
    return StreamLimits(
        base.redis,
        per_user=base.settings.streams_per_user,
        in_total=base.settings.streams_in_total,
    )
