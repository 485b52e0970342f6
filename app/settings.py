"""The settings, read from the environment once; no other module reads it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import urlsplit

# A unix socket's path holds at most 107 bytes on Linux and 103 on macOS (unix(7), unix(4)).
LONGEST_SOCKET_PATH = 100
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
# The loopback address that reaches a server which listens on all addresses.
LOOPBACK_OF_ALL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
HIGHEST_PORT = 65_535
MOST_DAYS = 36_500
MOST = 1_000_000
YES_OR_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
# OpenTelemetry's variables; it reads the others itself.
TRACED = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
QUOTAS = {
    "waiting_jobs_per_user": "SIALOSCOPE_WAITING_JOBS_PER_USER",
    "storage_mb_per_user": "SIALOSCOPE_STORAGE_PER_USER_MB",
    "submissions_per_hour": "SIALOSCOPE_SUBMISSIONS_PER_HOUR",
}
# With accounts: more than a lab needs, less than fills a server. Without accounts: no limit.
DEFAULT_QUOTAS = {
    "SIALOSCOPE_WAITING_JOBS_PER_USER": "1000",
    "SIALOSCOPE_STORAGE_PER_USER_MB": "100000",
    "SIALOSCOPE_SUBMISSIONS_PER_HOUR": "2000",
}
URL_STARTS = {
    "REDIS_URL": ("redis://", "rediss://", "unix://", "sentinel://", "sentinels://"),
    "DATABASE_URL": ("sqlite:///", "postgresql://", "postgres://"),
    "STORAGE_URL": ("file:///", "s3://"),
    "SIALOSCOPE_PUBLIC_URL": ("http://", "https://"),
    "SIALOSCOPE_SMTP_URL": ("smtp://", "smtps://", "starttls://"),
}
# URL schemes whose addresses are paths.
OF_THIS_MACHINE = ("unix", "sqlite", "file")
ENCODED = (
    "In user and password, percent-encode what is not a letter or digit, such as %40 for @, "
    "%2F for / and %23 for #."
)


# The formats of the log.
TEXT, JSON = "text", "json"
LOG_FORMATS = (TEXT, JSON)


class CannotStartError(Exception):
    """Sialoscope cannot start; the text says why and what to do."""


class SettingError(CannotStartError):
    """The value of a variable or an option is not valid; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one process.

    Sizes are in bytes, times in seconds unless the name says otherwise. Every setting has a
    default, with which Sialoscope runs on its own embedded parts below ``data_folder``; an empty
    variable counts as unset. An analysis that takes longer than ``soft_limit_s`` is asked to stop
    after its current rule, and killed at ``hard_limit_s``; one that takes more than
    ``analysis_memory_bytes`` is stopped; 0 means a share of the machine's memory
    (``app/runtime/machine_memory.py``). Exports are cached up to ``kept_exports_bytes``. The server
    answers to ``allowed_hosts`` besides the loopback names and ``host``. A connection whose peer
    reads nothing for ``stalled_after_s`` is closed. With ``has_accounts`` users log in by name and
    password instead of the one token. A login ends after ``session_idle_minutes`` without use, and
    after ``session_hours``. ``public_url`` is the users' address of the pages, without a slash at
    its end; ``smtp_url`` sends e-mails, if set. The client addresses that ``trusted_proxies``
    report are believed. Failed webhook calls are repeated after each of ``webhook_pauses_s``, and
    reach this machine and private networks only with ``webhooks_to_private``. A quota of waiting
    jobs, storage or submissions in an hour has no limit if it is 0. ``sialoscope up`` replaces a
    part that has not answered for ``hung_after_s``, and so does a part itself that
    ``is_watched``. If ``watchdog_s`` is not 0, a part reports to its supervisor at
    ``notify_socket`` at least that often that it is alive.
    """

    data_folder: Path
    host: str = "127.0.0.1"
    port: int = 8765
    redis_url: str = field(default="", repr=False)  # hidden, because it may contain passwords
    database_url: str = field(default="", repr=False)
    storage_url: str = ""
    storage_cache_bytes: int = 2_000_000_000
    token: str = field(default="", repr=False)
    allowed_hosts: tuple[str, ...] = ()
    upload_limit_bytes: int = 200_000_000
    web_workers: int = 1
    workers: int = 1
    tasks_per_worker: int = 2
    keep_jobs_days: int = 30
    soft_limit_s: int = 25 * 60
    hard_limit_s: int = 30 * 60
    streams_per_user: int = 100
    streams_in_total: int = 10_000
    stalled_after_s: int = 60
    has_accounts: bool = False
    session_idle_minutes: int = 8 * 60
    session_hours: int = 7 * 24
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    webhooks_to_private: bool = False
    webhook_pauses_s: tuple[int, ...] = (5, 60, 600, 3600, 6 * 3600, 12 * 3600, 24 * 3600)
    analysis_memory_bytes: int = 0
    kept_exports_bytes: int = 2_000_000_000
    metrics_token: str = field(default="", repr=False)
    log_format: str = TEXT
    is_traced: bool = False
    waiting_jobs_per_user: int = 0
    storage_mb_per_user: int = 0
    submissions_per_hour: int = 0
    hung_after_s: int = 20
    is_watched: bool = False
    notify_socket: str = ""
    watchdog_s: float = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings.

        Raises:
            SettingError: The value of a variable is not valid.
        """
        environment = {name: text for name, text in environment.items() if text.strip()}
        has_accounts = _yes_or_no(environment, "SIALOSCOPE_ACCOUNTS")
        data_folder = Path(environment.get("SIALOSCOPE_DATA", "data")).expanduser().resolve()
        return cls(
            data_folder=data_folder,
            host=environment.get("SIALOSCOPE_HOST", cls.host).strip("[]"),
            port=_whole_number(environment, "SIALOSCOPE_PORT", cls.port, most=HIGHEST_PORT),
            redis_url=_url(environment, "REDIS_URL", f"unix://{broker_socket(data_folder)}"),
            database_url=_url(
                environment, "DATABASE_URL", f"sqlite:///{data_folder}/sialoscope.db"
            ),
            storage_url=_url(environment, "STORAGE_URL", f"file://{data_folder}/storage"),
            storage_cache_bytes=_whole_number(environment, "SIALOSCOPE_STORAGE_CACHE_MB", 2000)
            * 1_000_000,
            token=environment.get("SIALOSCOPE_TOKEN", ""),
            allowed_hosts=_words(environment, "SIALOSCOPE_ALLOWED_HOSTS"),
            upload_limit_bytes=_whole_number(environment, "SIALOSCOPE_UPLOAD_LIMIT_MB", 200)
            * 1_000_000,
            web_workers=_whole_number(environment, "SIALOSCOPE_WEB_WORKERS", cls.web_workers),
            workers=_whole_number(environment, "SIALOSCOPE_WORKERS", cls.workers),
            tasks_per_worker=_whole_number(
                environment, "SIALOSCOPE_TASKS_PER_WORKER", cls.tasks_per_worker
            ),
            keep_jobs_days=_whole_number(
                environment, "SIALOSCOPE_KEEP_JOBS_DAYS", cls.keep_jobs_days, most=MOST_DAYS
            ),
            soft_limit_s=_whole_number(environment, "SIALOSCOPE_SOFT_LIMIT_S", cls.soft_limit_s),
            hard_limit_s=_whole_number(environment, "SIALOSCOPE_HARD_LIMIT_S", cls.hard_limit_s),
            streams_per_user=_whole_number(
                environment, "SIALOSCOPE_STREAMS_PER_USER", cls.streams_per_user
            ),
            streams_in_total=_whole_number(environment, "SIALOSCOPE_STREAMS", cls.streams_in_total),
            hung_after_s=_whole_number(environment, "SIALOSCOPE_HUNG_AFTER_S", cls.hung_after_s),
            is_watched=_yes_or_no(environment, "SIALOSCOPE_WATCHED"),
            notify_socket=environment.get("NOTIFY_SOCKET", ""),
            watchdog_s=int(environment.get("WATCHDOG_USEC", "0")) / 1_000_000,
            is_traced=any(name in environment for name in TRACED),
            log_format=_log_format(environment),
            metrics_token=environment.get("SIALOSCOPE_METRICS_TOKEN", "").strip(),
            stalled_after_s=_whole_number(
                environment, "SIALOSCOPE_STALLED_AFTER_S", cls.stalled_after_s
            ),
            has_accounts=has_accounts,
            **_quotas(environment, DEFAULT_QUOTAS if has_accounts else {}),
            session_idle_minutes=_whole_number(
                environment, "SIALOSCOPE_SESSION_IDLE_MINUTES", cls.session_idle_minutes
            ),
            session_hours=_whole_number(environment, "SIALOSCOPE_SESSION_HOURS", cls.session_hours),
            public_url=_url(environment, "SIALOSCOPE_PUBLIC_URL").rstrip("/"),
            trusted_proxies=_words(environment, "SIALOSCOPE_TRUSTED_PROXIES"),
            smtp_url=_url(environment, "SIALOSCOPE_SMTP_URL"),
            mail_from=environment.get("SIALOSCOPE_MAIL_FROM", "").strip(),
            webhooks_to_private=_yes_or_no(environment, "SIALOSCOPE_WEBHOOKS_TO_PRIVATE"),
            webhook_pauses_s=tuple(
                whole_number("SIALOSCOPE_WEBHOOK_PAUSES_S", word)
                for word in _words(environment, "SIALOSCOPE_WEBHOOK_PAUSES_S")
            )
            or cls.webhook_pauses_s,
            analysis_memory_bytes=_megabytes(environment, "SIALOSCOPE_ANALYSIS_MEMORY_MB"),
            kept_exports_bytes=_whole_number(environment, "SIALOSCOPE_KEPT_EXPORTS_MB", 2000)
            * 1_000_000,
        )

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


def broker_socket(data_folder: Path) -> Path:
    """The socket of the embedded broker: in the data folder if its path is short enough."""
    path = data_folder / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = sha256(os.fsencode(data_folder)).hexdigest()[:16]
    return Path(gettempdir()) / f"sialoscope-{os.getuid()}" / f"{name}.sock"


def whole_number(name: str, text: str, *, least: int = 1, most: int = MOST) -> int:
    """The whole number in a text; ``name`` is for the error.

    Raises:
        SettingError: The text is not a number in the range.
    """
    text = text.strip()
    if not (text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise SettingError(f"{name} must be a whole number from {least} to {most}, not {text!r}.")
    return int(text)


def _whole_number(
    environment: Mapping[str, str], name: str, default: int, *, most: int = MOST
) -> int:
    return whole_number(name, environment.get(name, str(default)), most=most)


def _quotas(environment: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, int]:
    """The quotas of a user by field; 0, if nothing is set, means no limit."""
    return {
        field: whole_number(name, environment.get(name, defaults.get(name, "0")), least=0)
        for field, name in QUOTAS.items()
    }


def _megabytes(environment: Mapping[str, str], name: str) -> int:
    """A size in bytes; 0 if it is not set."""
    return _whole_number(environment, name, 1) * 1_000_000 if name in environment else 0


def _yes_or_no(environment: Mapping[str, str], name: str) -> bool:
    word = environment.get(name, "false").strip().lower()
    if word not in YES_OR_NO:
        raise SettingError(f"{name} must be true or false, not {word!r}.")
    return YES_OR_NO[word]


def _log_format(environment: Mapping[str, str]) -> str:
    name = environment.get("SIALOSCOPE_LOG", TEXT).strip().lower()
    if name not in LOG_FORMATS:
        raise SettingError(f"SIALOSCOPE_LOG must be {' or '.join(LOG_FORMATS)}, not {name!r}.")
    return name


def _words(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The texts between the commas."""
    return tuple(word.strip() for word in environment.get(name, "").split(",") if word.strip())


def _url(environment: Mapping[str, str], name: str, default: str = "") -> str:
    url = environment.get(name, default).strip()
    if url and not url.startswith(URL_STARTS[name]):
        raise SettingError(f"{name} must begin with {' or '.join(URL_STARTS[name])}.")
    if name in environment and not _is_valid_url(
        url
    ):  # the error omits it, as it may have a password
        raise SettingError(f"{name} is no address. {ENCODED}")
    return url


def _is_valid_url(url: str) -> bool:
    """Whether an address is complete, and no part of a password is outside of the user's part."""
    try:
        parts = urlsplit(url)
        if parts.scheme in OF_THIS_MACHINE:
            return True
        for host in parts.netloc.rpartition("@")[2].split(","):
            _ = urlsplit(f"//{host}").port
    except ValueError:
        return False
    return not parts.fragment and "@" not in parts.path
