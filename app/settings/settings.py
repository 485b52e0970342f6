"""The settings of one process, read from the environment, and what follows from them."""

import os
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.settings.broker_socket import broker_socket
from app.settings.kinds import folder
from app.settings.limit_settings import LimitSettings
from app.settings.part_settings import PartSettings
from app.settings.sign_on_settings import SignOnSettings
from app.settings.variable import VARIABLE, Variable
from app.settings.web_settings import WebSettings

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
# The loopback address that reaches a server which listens on all addresses.
LOOPBACK_OF_ALL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
# With accounts: more than a lab needs, less than fills a server. Without accounts: no limit.
QUOTAS_WITH_ACCOUNTS = {
    "waiting_jobs_per_user": 1_000,
    "storage_mb_per_user": 100_000,
    "submissions_per_hour": 2_000,
}
# systemd says how often a process must report that it is alive, and where.
NOTIFY_SOCKET, WATCHDOG_USEC = "NOTIFY_SOCKET", "WATCHDOG_USEC"


@dataclass(frozen=True, kw_only=True)
class Settings(LimitSettings, PartSettings, SignOnSettings, WebSettings):
    """The settings of one process. Sizes are in bytes, times in the unit that the name says.

    The bases list the fields, each with its variable, kind, meaning and default. With the defaults
    Sialoscope runs on its own embedded parts below ``data_folder``. If ``watchdog_s`` is not 0, a
    part reports to its supervisor at ``notify_socket`` at least that often that it is alive.
    """

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
    def has_own_storage(self) -> bool:
        """Whether uploads and results are in the data folder."""
        return self.storage_url == f"file://{self.data_folder}/storage"

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
