"""Examples of each request and answer of the API, by operation; a test validates them."""

from typing import Any, NamedTuple

from app.web.features.results.row_schema import Model, Row, kinds_of


class Shown(NamedTuple):
    """The meaning of an answer, with examples of it and of the request's body, if any."""

    says: str
    answer: Any = None
    request: dict[str, Any] | None = None


ID = "5f0c2a7be1d94c6f8a3d17b2c9e04f61"
OTHER_ID = "c81d0e5a9f7344d2b6e1f0a35d28c794"
TIME = "2026-11-24T23:30:00.120000Z"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
TABLE = "Name,RT,Volume\nGM1(36:1;O2),10.12,184000\nGM3(36:1;O2),10.63,92000\n"
SETTINGS = {
    "r2_threshold": 0.75,
    "outlier_threshold": 2.5,
    "rt_tolerance": 0.1,
    "mz_tolerance_ppm": 10.0,
    "data_type": "porcine",
}
OVERRIDE = {"row": 12, "call": "true", "anchor": None, "reason": "Seen in MS/MS."}
SECURITY_EVENT = {
    "id": 7,
    "at": TIME,
    "kind": "login_failed",
    "actor": "",
    "actor_name": "",
    "about": OTHER_ID,
    "about_name": "ada@lab.example",
    "address": "192.0.2.7",
    "detail": {"why": "wrong password"},
}
LINKS = {
    "self": f"/api/v1/jobs/{ID}",
    "rows": f"/api/v1/jobs/{ID}/rows",
    "models": f"/api/v1/jobs/{ID}/models",
    "events": f"/api/v1/jobs/{ID}/events",
    "export": f"/api/v1/jobs/{ID}/export",
    "record": f"/api/v1/jobs/{ID}/record",
    "audit": f"/api/v1/jobs/{ID}/audit",
    "versions": f"/api/v1/jobs/{ID}/versions",
    "page": f"/jobs/{ID}",
}
ACCEPTED = {"id": ID, "job_id": ID, "task_id": OTHER_ID, "status": "queued", "links": LINKS}
JOB = {
    "id": ID,
    "task_id": OTHER_ID,
    "status": "succeeded",
    "step": "complete",
    "percentage": 100,
    "message": "Analysis complete: 323 rows have their calls.",
    "error": None,
    "file_name": "peaks.csv",
    "upload_bytes": 18_213,
    "upload_sha256": SHA256,
    "files": [],
    "batch_id": None,
    "kept": False,
    "settings": SETTINGS,
    "mapping": {},
    "overrides": [],
    "summary": {
        "rows": 323,
        "counts": {"true": 214, "fragment": 71, "outlier": 22, "ambiguous": 12, "invalid": 4},
        "models": 9,
        "warnings": [],
    },
    "attempt": 1,
    "rerun_of": None,
    "version_of": None,
    "version": 1,
    "created_at": TIME,
    "started_at": TIME,
    "finished_at": TIME,
    "queue_position": None,
    "estimated_wait_s": None,
    "links": LINKS,
}
WAITING = JOB | {
    "status": "queued",
    "step": "queued",
    "percentage": 0,
    "message": "",
    "summary": None,
    "attempt": 0,
    "started_at": None,
    "finished_at": None,
}
IN_BATCH = WAITING | {"batch_id": OTHER_ID}
ROW = {
    "row": 20,
    "sample": "",
    "name": "GM1(36:1;O2)",
    "rt_min": 10.12,
    "peak_area": 184_000.0,
    "log_p": 5.1,
    "anchor": True,
    "species": "GM1(36:1;O2)",
    "prefix": "GM1",
    "category": "GM",
    "carbons": 36,
    "double_bonds": 1,
    "hydroxyls": 2,
    "sugars": 5,
    "call": "true",
    "rule": 10,
    "reason": "It elutes where the model of GM1 expects it.",
    "parent_row": None,
    "isomer": None,
    "predicted_rt_min": 10.1,
    "residual_min": 0.02,
    "studentised_residual": 0.4,
    "interval_low_min": 9.98,
    "interval_high_min": 10.22,
    "confidence": 0.97,
    "consolidated_volume": 201_500.0,
    "ion": None,
}
MODEL = {
    "prefix": "GM1",
    "isomer": None,
    "n": 14,
    "anchors": 3,
    "r2": 0.998,
    "loo_r2": 0.996,
    "rmse_min": 0.041,
    "equation": "RT = 1.312 + 0.244 C",
    "meets_r2_threshold": True,
    "extrapolated": False,
}
PRESET = {"id": OTHER_ID, "name": "Narrow", "settings": SETTINGS}
TOKEN = {
    "id": OTHER_ID,
    "name": "Night run",
    "prefix": "sialo_Zt3x",
    "scopes": ["read", "submit"],
    "created_at": TIME,
    "expires_at": TIME,
    "last_used_at": None,
}
WEBHOOK = {
    "id": OTHER_ID,
    "url": "https://lab.example/sialoscope",
    "events": ["complete", "failed"],
    "enabled": True,
    "disabled_why": None,
    "created_at": TIME,
    "taken_at": None,
}
MADE_WEBHOOK = WEBHOOK | {"secret": "whsec_c2lhbG9zY29wZSBleGFtcGxlIHNlY3JldCwgMzIgQiE="}
DELIVERY = {
    "id": OTHER_ID,
    "event": "complete",
    "job_id": ID,
    "state": "waiting",
    "tries": 1,
    "created_at": TIME,
    "tried_at": TIME,
    "next_try_at": TIME,
    "status": 503,
    "answer": "It answered 503.",
}
SHARE = {"account": OTHER_ID, "name": "bob", "may": "view"}
RUN = {
    "id": ID,
    "schedule": "jobs",
    "due_at": TIME,
    "asked_by": None,
    "outcome": "succeeded",
    "started_at": TIME,
    "ended_at": TIME,
    "message": "Deleted jobs: 2, upload bytes: 1,400,000.",
    "counts": {"jobs": 2, "upload_bytes": 1_400_000},
}
SCHEDULE = {
    "name": "jobs",
    "title": "Old jobs",
    "description": "Deletes jobs that are kept no longer, with their tables and results.",
    "cron": "0 2 * * *",
    "meaning": "At 02:00 every day (UTC).",
    "next_times": [TIME, TIME, TIME],
    "paused": False,
    "catch_up": True,
    "last_run": RUN,
    "changed_by": None,
    "changed_at": None,
}
KEEP = {"days": 14, "chosen_days": 14, "default_days": 30, "most_days": 90}
KEEP_ALL = {"default_days": 30, "most_days": 90}
DUE = {
    "at": TIME,
    "total": 1,
    "upload_bytes": 18_213,
    "owners": [{"owner": "ada", "jobs": 1, "upload_bytes": 18_213}],
    "jobs": [
        {
            "id": ID,
            "owner": "ada",
            "file_name": "peaks.csv",
            "version": 1,
            "upload_bytes": 18_213,
            "finished_at": TIME,
        }
    ],
}
MANY_FILES = {"file": [TABLE, TABLE], "rt_tolerance": 0.1}
WORKER = "worker-a:4711:9f86d0"
JOB_OF = {
    "id": ID,
    "owner": "ada@lab.example",
    "file_name": "peaks.csv",
    "upload_bytes": 18_213,
    "status": "running",
    "percentage": 45,
    "message": "Rule 4: Category order.",
    "error": None,
    "attempt": 2,
    "worker": WORKER,
    "created_at": TIME,
    "started_at": TIME,
    "finished_at": None,
}
FAILED = "The analysis stopped on an internal error. The table is kept; please report the job id."
FAILED_OF = JOB_OF | {
    "id": OTHER_ID,
    "status": "failed",
    "message": FAILED,
    "error": "ZeroDivisionError: division by zero",
    "finished_at": TIME,
}
WORKER_VIEW = {
    "worker": WORKER,
    "host": "worker-a",
    "version": "0.1.0",
    "status": "busy",
    "silent_s": 0.8,
    "started_at": 1_795_563_000.1,
    "places": 2,
    "cpu_percent": 96.5,
    "memory_bytes": 512_000_000,
    "host_cpu_percent": 48.0,
    "host_memory_percent": 31.5,
    "drained_by": None,
    "jobs": [JOB_OF],
    "lost": [],
}
SLOT = {
    "since": TIME,
    "ended": {"succeeded": 12, "failed": 1, "cancelled": 0, "retried": 0, "lost": 0},
    "mean_wait_s": 0.4,
    "longest_wait_s": 2.1,
    "mean_run_s": 1.8,
    "longest_run_s": 9.7,
}
BOARD = {
    "at": TIME,
    "version": "0.1.0",
    "queue": {"waiting": 3, "running": 1, "oldest_s": 12.5, "wake_ups": 3},
    "day": {"succeeded": 210, "failed": 3, "retried": 1, "lost": 0},
    "workers": [WORKER_VIEW],
    "failures": [FAILED_OF],
    "redis": {
        "version": "9.1.2",
        "memory_bytes": 2_100_000,
        "most_memory_bytes": None,
        "policy": "noeviction",
        "has_append_only_file": True,
        "clients": 13,
        "keys": 120,
        "kinds": {"by_kind": {"events": 96, "sessions": 24}, "looked_at": 120, "are_all": True},
        "warnings": [],
    },
    "sizes": {
        "measured_at": TIME,
        "database": {"kind": "SQLite", "bytes": 350_016, "tables": {"job": 40_960}},
        "storage": {"bytes": {"uploads": 18_213, "results": 96_000}, "free_bytes": 74_000_000_000},
    },
    "warnings": [],
}

SHOWN = {
    "submitJob": Shown("The job is queued.", ACCEPTED, {"file": TABLE, "rt_tolerance": 0.1}),
    "listJobs": Shown("Some of the jobs.", {"total": 1, "jobs": [JOB]}),
    "showJob": Shown("The job.", JOB),
    "startJob": Shown("The job is queued again.", ACCEPTED),
    "rerunJob": Shown("The new job is queued.", ACCEPTED, {"rt_tolerance": 0.2}),
    "cancelJob": Shown("The job, cancelled or soon to be.", WAITING | {"status": "cancelled"}),
    "deleteJob": Shown("The job is deleted."),
    "submitBatch": Shown(
        "The jobs are queued, except for refused files.",
        {
            "batch_id": OTHER_ID,
            "jobs": [IN_BATCH],
            "refused": [
                {
                    "file_name": "empty.csv",
                    "detail": "The file empty.csv is empty. Choose a table with at least one peak.",
                }
            ],
            "links": {"self": f"/api/v1/batches/{OTHER_ID}"},
        },
        MANY_FILES,
    ),
    "showBatch": Shown(
        "The jobs of the batch.",
        {
            "batch_id": OTHER_ID,
            "counts": {"queued": 1, "running": 0, "succeeded": 0, "failed": 0, "cancelled": 0},
            "jobs": [IN_BATCH],
        },
    ),
    "submitCohort": Shown("The job is queued.", ACCEPTED, MANY_FILES | {"name": "Two organs"}),
    "listRows": Shown(
        "Some of the rows.",
        {
            "total": 323,
            "columns": kinds_of(Row),
            "rows": [ROW],
            "next": f"/api/v1/jobs/{ID}/rows?limit=1&cursor=kgGwZjQ",
        },
    ),
    "showRow": Shown(
        "The row, with the reasons of its call.",
        {
            "row": ROW,
            "said": [
                {
                    "rule": 1,
                    "title": "Retention model",
                    "verdict": "pass",
                    "sentence": "It elutes 0.02 min after what the model expects.",
                }
            ],
            "parent": None,
            "fragments": [],
            "links": {
                "self": f"/api/v1/jobs/{ID}/rows/20",
                "rows": LINKS["rows"],
                "page": f"/jobs/{ID}/rows/20",
            },
        },
    ),
    "listModels": Shown("The models.", {"columns": kinds_of(Model), "models": [MODEL]}),
    "exportJob": Shown("The file, in the requested format."),
    "showRecord": Shown(
        "The record of the run.",
        {
            "job": ID,
            "attempt": 1,
            "input": {"file_name": "peaks.csv", "bytes": 18_213, "sha256": SHA256},
            "settings": SETTINGS,
            "overrides": [],
            "software": {"sialoscope": "0.1.0", "polars": "2.1.0"},
            "result": {"rows": 323, "sha256": SHA256},
        },
    ),
    "checkResult": Shown(
        "The result of the check.",
        {
            "sha256": SHA256,
            "is_intact": True,
            "other": None,
            "is_equal": None,
            "same_request": None,
        },
    ),
    "showAudit": Shown(
        "The trail.",
        {
            "entries": [
                {
                    "at": TIME,
                    "who": "local",
                    "what": "submitted",
                    "detail": {"file_name": "peaks.csv", "sha256": SHA256, "version": 1},
                }
            ]
        },
    ),
    "listVersions": Shown(
        "The versions.",
        {"versions": [JOB, JOB | {"id": OTHER_ID, "version_of": ID, "version": 2}]},
    ),
    "refitJob": Shown("The next version is queued.", ACCEPTED, {"overrides": [OVERRIDE]}),
    "compareJobs": Shown(
        "What differs.",
        {
            "before": ID,
            "after": OTHER_ID,
            "total": 1,
            "changes": [{"call_before": "outlier", "call_after": "true", "rows": 1}],
            "rows": [
                {
                    "row": 12,
                    "name": "GD1(38:1;O2)",
                    "call_before": "outlier",
                    "call_after": "true",
                    "reason_before": "It elutes 0.31 min too late.",
                    "reason_after": "Seen in MS/MS.",
                }
            ],
            "models": [],
        },
    ),
    "followJob": Shown("The events of the job, up to its last."),
    "followAllJobs": Shown("The events of all jobs; the data has the job's id."),
    "listTokens": Shown("The tokens.", {"tokens": [TOKEN]}),
    "makeToken": Shown(
        "The token, with its secret, which is shown only once.",
        TOKEN | {"token": "sialo_Zt3xV0w8bqJ5kN1mC7yR2pL9sH4dF6gA"},
        {"name": "Night run", "scopes": ["read", "submit"], "days": 90},
    ),
    "revokeToken": Shown("The token is revoked."),
    "listShared": Shown("Some of the jobs.", {"total": 1, "jobs": [{"owner": "ada", "job": JOB}]}),
    "listShares": Shown("With whom.", {"shares": [SHARE]}),
    "shareJob": Shown("The job's shares.", {"shares": [SHARE]}, {"name": "bob"}),
    "unshareJob": Shown("The job is no longer shared with that account."),
    "listWebhooks": Shown("The webhooks.", {"webhooks": [WEBHOOK]}),
    "makeWebhook": Shown(
        "The webhook, with its secret, which is shown only once.",
        MADE_WEBHOOK,
        {"url": "https://lab.example/sialoscope", "events": ["complete", "failed"]},
    ),
    "showWebhook": Shown("The webhook.", WEBHOOK),
    "changeWebhook": Shown("The changed webhook.", WEBHOOK, {"enabled": True}),
    "deleteWebhook": Shown("The webhook is deleted."),
    "renewWebhookSecret": Shown("The webhook, with its new secret, shown once.", MADE_WEBHOOK),
    "tryWebhook": Shown("The call is queued.", {"delivery_id": OTHER_ID}),
    "listDeliveries": Shown("The calls.", {"deliveries": [DELIVERY]}),
    "sendDeliveryAgain": Shown("The call is queued.", {"delivery_id": OTHER_ID}),
    "listPresets": Shown("The presets.", {"presets": [PRESET]}),
    "savePreset": Shown("The preset.", PRESET, {"name": "Narrow", "rt_tolerance": 0.1}),
    "deletePreset": Shown("The preset is deleted."),
    "showOps": Shown("The board.", BOARD),
    "showThroughput": Shown("The slots of the period.", {"period": "hour", "slots": [SLOT]}),
    "listAllJobs": Shown("Some of the jobs.", {"total": 1, "jobs": [JOB_OF]}),
    "listAttempts": Shown(
        "The attempts.",
        {
            "attempts": [
                {
                    "attempt": 1,
                    "worker": WORKER,
                    "started_at": TIME,
                    "ended_at": TIME,
                    "outcome": "failed",
                    "message": FAILED,
                    "error": "ZeroDivisionError: division by zero",
                    "traceback": "Traceback (most recent call last):\n  ...\n"
                    "ZeroDivisionError: division by zero\n",
                }
            ]
        },
    ),
    "cancelAnyJob": Shown("The job, cancelled or soon to be.", JOB_OF),
    "retryAnyJob": Shown("The job is queued again.", JOB_OF | {"status": "queued"}),
    "drainWorker": Shown("The worker takes no new jobs."),
    "resumeWorker": Shown("The worker takes jobs again."),
    "listSchedules": Shown("The schedules.", {"schedules": [SCHEDULE]}),
    "showSchedule": Shown("The schedule.", SCHEDULE),
    "editSchedule": Shown("The changed schedule.", SCHEDULE, {"cron": "0 2 * * *"}),
    "runSchedule": Shown(
        "The run is queued.",
        RUN
        | {"outcome": "waiting", "started_at": None, "ended_at": None, "message": "", "counts": {}},
    ),
    "listRuns": Shown("Some of the runs.", {"total": 1, "runs": [RUN]}),
    "showRetention": Shown("How long.", KEEP),
    "chooseRetention": Shown("How long now.", KEEP, {"days": 14}),
    "listDue": Shown("What would be deleted.", DUE),
    "showRule": Shown("How long.", KEEP_ALL),
    "setRule": Shown("How long now.", KEEP_ALL, KEEP_ALL),
    "listAllDue": Shown("What would be deleted of whom.", DUE),
    "keepJob": Shown("The job.", JOB | {"kept": True}),
    "releaseJob": Shown("It is kept no longer than others."),
    "listSecurityEvents": Shown("Some of the events.", {"total": 1, "events": [SECURITY_EVENT]}),
    "isReady": Shown(
        "It can.",
        {"status": "ready", "parts": {"database": "ready", "redis": "ready", "storage": "ready"}},
    ),
    "isAlive": Shown("It does.", {"status": "alive"}),
}
