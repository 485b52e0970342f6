"""The table of settings: the database, Redis, the storage, the mail server and webhooks."""

from dataclasses import dataclass

from app.settings.kinds import MEGABYTE, number, numbers, stripped, url, yes_or_no
from app.settings.variable import setting


@dataclass(frozen=True, kw_only=True)
class PartSettings:
    """The addresses of other servers, and how they are used."""

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
