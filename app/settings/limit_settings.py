"""The table of settings: limits, workers, how long jobs are kept, and logs."""

from dataclasses import dataclass

from app.settings.kinds import MEGABYTE, is_set, number, one_of, yes_or_no
from app.settings.variable import setting

MOST_DAYS = 36_500
# The formats of the log.
TEXT, JSON = "text", "json"
LOG_FORMATS = (TEXT, JSON)


@dataclass(frozen=True, kw_only=True)
class LimitSettings:
    """Limits for users and analyses, processes, times to keep, and the log."""

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
