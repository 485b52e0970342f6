"""The table of settings: a row for each, with its variable, kind, meaning and default."""

import os
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.settings.broker_socket import broker_socket
from app.settings.kinds import (
    MEGABYTE,
    folder,
    host_name,
    is_set,
    number,
    numbers,
    one_of,
    page_url,
    stripped,
    text,
    url,
    words,
    yes_or_no,
)
from app.settings.variable import VARIABLE, Variable, setting

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
# The loopback address that reaches a server which listens on all addresses.
LOOPBACK_OF_ALL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
HIGHEST_PORT = 65_535
MOST_DAYS = 36_500
# The formats of the log.
TEXT, JSON = "text", "json"
LOG_FORMATS = (TEXT, JSON)
# With accounts: more than a lab needs, less than fills a server. Without accounts: no limit.
QUOTAS_WITH_ACCOUNTS = {
    "waiting_jobs_per_user": 1_000,
    "storage_mb_per_user": 100_000,
    "submissions_per_hour": 2_000,
}
# systemd says how often a process must report that it is alive, and where.
NOTIFY_SOCKET, WATCHDOG_USEC = "NOTIFY_SOCKET", "WATCHDOG_USEC"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one process. Sizes are in bytes, times in the unit that the name says.

    With the defaults Sialoscope runs on its own embedded parts below ``data_folder``. If
    ``watchdog_s`` is not 0, a part reports to its supervisor at ``notify_socket`` at least that
    often that it is alive.
    """

    data_folder: Path = setting(  # noqa: RUF009 - it is a field
        "SIALOSCOPE_DATA",
        folder,
        "Data folder of this machine; if unset, `data` in the folder where it is started",
        unset=MISSING,
    )
    host: str = setting(
        "SIALOSCOPE_HOST",
        host_name,
        "Address that the web listens on; 0.0.0.0 or :: means all addresses",
        default="127.0.0.1",
    )
    port: int = setting(
        "SIALOSCOPE_PORT",
        number(most=HIGHEST_PORT),
        "Port that the web listens on",
        default="8765",
    )
    public_url: str = setting(
        "SIALOSCOPE_PUBLIC_URL",
        page_url,
        "The address that users type. E-mails link to it, and https:// makes cookies secure",
    )
    allowed_hosts: tuple[str, ...] = setting(
        "SIALOSCOPE_ALLOWED_HOSTS",
        words,
        "Other host names that the web answers to, separated by commas",
        unset=(),
    )
    trusted_proxies: tuple[str, ...] = setting(
        "SIALOSCOPE_TRUSTED_PROXIES",
        words,
        "Addresses or networks of proxies whose X-Forwarded-For is trusted, separated by commas; "
        "if unset, none",
        unset=(),
    )
    web_workers: int = setting(
        "SIALOSCOPE_WEB_WORKERS",
        number(),
        "Number of web processes that share the port. One that dies is started again",
        default="1",
    )
    has_accounts: bool = setting(
        "SIALOSCOPE_ACCOUNTS",
        yes_or_no,
        "true: users log in with name and password. false: one user, who logs in with the token",
        default="false",
    )
    session_idle_minutes: int = setting(
        "SIALOSCOPE_SESSION_IDLE_MINUTES",
        number(),
        "A login ends after so many minutes without use",
        default="480",
    )
    session_hours: int = setting(
        "SIALOSCOPE_SESSION_HOURS",
        number(),
        "A login ends after so many hours in all",
        default="168",
    )
    token: str = setting(
        "SIALOSCOPE_TOKEN",
        text,
        "A secret, the same on all machines. Without accounts it is the login. If unset, it is "
        "generated once",
        secret=True,
    )
    metrics_token: str = setting(
        "SIALOSCOPE_METRICS_TOKEN",
        stripped,
        "Token that lets other machines read /metrics; if unset, only this machine can",
        secret=True,
    )
    database_url: str = setting(
        "DATABASE_URL",
        url("sqlite:///", "postgresql://", "postgres://"),
        "postgresql://user:password@host/name or sqlite:///path; if unset, SQLite in the data "
        "folder",
        secret=True,
    )
    redis_url: str = setting(
        "REDIS_URL",
        url("redis://", "rediss://", "unix://", "sentinel://", "sentinels://"),
        "Redis or Valkey: redis://, rediss://, unix:// or sentinel://; if unset, `sialoscope up` "
        "starts its own",
        secret=True,
    )
    storage_url: str = setting(
        "STORAGE_URL",
        url("file:///", "s3://"),
        "file:///path, which all machines share, or s3://bucket/prefix; if unset, a folder in the "
        "data folder",
    )
    storage_cache_bytes: int = setting(
        "SIALOSCOPE_STORAGE_CACHE_MB",
        number(unit=MEGABYTE),
        "Space for this machine's copies of files in a bucket, in MB",
        default="2000",
    )
    smtp_url: str = setting(
        "SIALOSCOPE_SMTP_URL",
        url("smtp://", "smtps://", "starttls://"),
        "The mail server: smtp://user:password@host:port, smtps:// or starttls://; if unset, no "
        "e-mail is sent",
        secret=True,
    )
    mail_from: str = setting(
        "SIALOSCOPE_MAIL_FROM",
        stripped,
        "Sender address of e-mails, such as no-reply@lab.example; required with a mail server",
    )
    webhooks_to_private: bool = setting(
        "SIALOSCOPE_WEBHOOKS_TO_PRIVATE",
        yes_or_no,
        "true: webhooks may also call this machine and private networks, and use http://",
        default="false",
    )
    webhook_pauses_s: tuple[int, ...] = setting(
        "SIALOSCOPE_WEBHOOK_PAUSES_S",
        numbers,
        "Seconds before each retry of a webhook, separated by commas",
        default="5,60,600,3600,21600,43200,86400",
    )
    upload_limit_bytes: int = setting(
        "SIALOSCOPE_UPLOAD_LIMIT_MB",
        number(unit=MEGABYTE),
        "Largest upload, in MB",
        default="200",
    )
    streams_per_user: int = setting(
        "SIALOSCOPE_STREAMS_PER_USER",
        number(),
        "Most open event streams of one user, over all web processes",
        default="100",
    )
    streams_in_total: int = setting(
        "SIALOSCOPE_STREAMS",
        number(),
        "Most open event streams of all users, over all web processes",
        default="10000",
    )
    waiting_jobs_per_user: int = setting(
        "SIALOSCOPE_WAITING_JOBS_PER_USER",
        number(least=0),
        "Most waiting jobs of a user. 0 means no limit; if unset, 1000 with accounts, and no limit "
        "without",
        unset=0,
    )
    storage_mb_per_user: int = setting(
        "SIALOSCOPE_STORAGE_PER_USER_MB",
        number(least=0),
        "Most storage of a user, in MB. 0 means no limit; if unset, 100000 with accounts, and no "
        "limit without",
        unset=0,
    )
    submissions_per_hour: int = setting(
        "SIALOSCOPE_SUBMISSIONS_PER_HOUR",
        number(least=0),
        "Most submissions of a user in an hour. 0 means no limit; if unset, 2000 with accounts, "
        "and no limit without",
        unset=0,
    )
    stalled_after_s: int = setting(
        "SIALOSCOPE_STALLED_AFTER_S",
        number(),
        "Seconds after which a client that reads nothing is disconnected",
        default="60",
    )
    hung_after_s: int = setting(
        "SIALOSCOPE_HUNG_AFTER_S",
        number(),
        "Seconds after which `sialoscope up`, or `sialoscope web` with several processes, replaces "
        "a process that does not answer. systemd uses its own WatchdogSec",
        default="20",
    )
    is_watched: bool = setting(
        "SIALOSCOPE_WATCHED",
        yes_or_no,
        "`true`: web, worker and scheduler restart themselves when they hang. For containers, "
        "where neither systemd nor `sialoscope up` does it",
        default="false",
    )
    tasks_per_worker: int = setting(
        "SIALOSCOPE_TASKS_PER_WORKER",
        number(),
        "Jobs that each worker process runs at once",
        default="2",
    )
    workers: int = setting(
        "SIALOSCOPE_WORKERS",
        number(),
        "Number of worker processes on this machine, of `sialoscope up` or sialoscope-worker@, "
        "which share its cores",
        default="1",
    )
    soft_limit_s: int = setting(
        "SIALOSCOPE_SOFT_LIMIT_S",
        number(),
        "Seconds after which an analysis is asked to stop after its current rule",
        default="1500",
    )
    hard_limit_s: int = setting(
        "SIALOSCOPE_HARD_LIMIT_S",
        number(),
        "Seconds after which an analysis is killed",
        default="1800",
    )
    analysis_memory_bytes: int = setting(
        "SIALOSCOPE_ANALYSIS_MEMORY_MB",
        number(unit=MEGABYTE),
        "Memory limit of one analysis, in MB; if unset, its share of half the memory of the "
        "machine or container",
        unset=0,
    )
    kept_exports_bytes: int = setting(
        "SIALOSCOPE_KEPT_EXPORTS_MB",
        number(unit=MEGABYTE),
        "Space for finished exports, which are kept to be sent again, in MB",
        default="2000",
    )
    keep_jobs_days: int = setting(
        "SIALOSCOPE_KEEP_JOBS_DAYS",
        number(most=MOST_DAYS),
        "Days that a job is kept after its end, unless an administrator chose another number at "
        "/admin/retention",
        default="30",
    )
    log_format: str = setting(
        "SIALOSCOPE_LOG",
        one_of(*LOG_FORMATS),
        "Format of the log on standard error: text or json",
        default=TEXT,
    )
    is_traced: bool = setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        is_set,
        "Address that spans are sent to, over HTTP. OpenTelemetry's other variables work too",
        unset=False,
        other_name="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    )
    notify_socket: str = ""
    watchdog_s: float = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings. An empty variable counts as unset.

        Raises:
            SettingError: The value of a variable is not valid.
        """
        environment = {name: given for name, given in environment.items() if given.strip()}
        values = {field: each.value_in(environment) for field, each in variables().items()}
        known = {field: value for field, value in values.items() if value is not MISSING}
        known.setdefault("data_folder", folder("SIALOSCOPE_DATA", "data"))
        below: Path = known["data_folder"]
        defaults: dict[str, Any] = {
            "redis_url": f"unix://{broker_socket(below)}",
            "database_url": f"sqlite:///{below}/sialoscope.db",
            "storage_url": f"file://{below}/storage",
            "notify_socket": environment.get(NOTIFY_SOCKET, ""),
            "watchdog_s": int(environment.get(WATCHDOG_USEC, "0")) / 1_000_000,
        }
        quotas = QUOTAS_WITH_ACCOUNTS if known.get("has_accounts") else {}
        return cls(**defaults | quotas | known)

    @property
    def has_embedded_broker(self) -> bool:
        """Whether ``sialoscope up`` starts its own Redis-compatible server."""
        return self.redis_url == f"unix://{broker_socket(self.data_folder)}"

    @property
    def host_names(self) -> tuple[str, ...]:
        """The host names of this server, as addresses contain them."""
        public = urlsplit(self.public_url).netloc.rpartition("@")[2]
        own = (re.sub(r":\d+$", "", public),) if public else ()
        return (*LOOPBACK_HOSTS, self._local_host, *own, *self.allowed_hosts)

    @property
    def address(self) -> str:
        """The users' address of the pages, for links in e-mails; never taken from a request."""
        return self.public_url or self.local_address

    @property
    def is_https(self) -> bool:
        """Whether cookies are only sent over HTTPS."""
        return self.public_url.startswith("https://")

    @property
    def local_address(self) -> str:
        """The address of the web for a browser on this machine."""
        return f"http://{self._local_host}:{self.port}"

    @property
    def _local_host(self) -> str:
        """The host for an address, with brackets around IPv6 (RFC 3986, 3.2.2)."""
        host = LOOPBACK_OF_ALL.get(self.host, self.host)
        return f"[{host}]" if ":" in host else host


def variables() -> dict[str, Variable]:
    """Return the variables of the settings, by field."""
    return {
        each.name: each.metadata[VARIABLE] for each in fields(Settings) if VARIABLE in each.metadata
    }
