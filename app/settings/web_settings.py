"""The table of settings: where the web listens, and who logs in."""

from dataclasses import MISSING, dataclass
from pathlib import Path

from app.settings.kinds import (
    folder,
    host_name,
    number,
    origins,
    page_url,
    stripped,
    text,
    words,
    yes_or_no,
)
from app.settings.variable import setting

HIGHEST_PORT = 65_535


@dataclass(frozen=True, kw_only=True)
class WebSettings:
    """The address of the web, its host names and proxies, accounts, sessions and tokens."""

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
    stream_origins: tuple[str, ...] = setting(
        "SIALOSCOPE_STREAM_ORIGINS",
        origins,
        "Origins of other sites whose pages may read event streams with a stream token and show "
        "tiles, such as https://dashboard.lab.example, separated by commas; if unset, none",
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
