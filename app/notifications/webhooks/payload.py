"""Build the body of a webhook call: JSON with type, timestamp and data (Standard Webhooks)."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from app.db.notifications.tables import Alert, Ending
from app.db.notifications.webhooks import TEST


def job_ended(ending: Ending, event: str, *, address: str) -> str:
    """Return the body of the call for a job that has ended."""
    api, page = f"{address}/api/v1/jobs/{ending.job_id}", f"{address}/jobs/{ending.job_id}"
    data = {
        "job_id": ending.job_id,
        "status": ending.state,
        "file_name": ending.file_name,
        "message": ending.message,
        "error": ending.error,
        "summary": msgspec.json.decode(ending.summary) if ending.summary else None,
        "version": ending.version,
        "version_of": ending.version_of,
        "batch_id": ending.batch_id,
        "created_at": ending.created_at,
        "finished_at": ending.finished_at,
        "links": {"self": api, "rows": f"{api}/rows", "page": page},
    }
    return _body(event, ending.finished_at, data)


def alert_changed(alert: Alert, event: str, *, address: str) -> str:
    """Return the body of the call for an alert that was raised or is over."""
    data = {
        "alert_id": alert.id,
        "rule": alert.rule,
        "text": alert.text,
        "raised_at": alert.raised_at,
        "ended_at": alert.ended_at,
        "links": {"self": f"{address}/api/v1/alerts", "page": f"{address}/admin/alerts"},
    }
    return _body(event, alert.ended_at or alert.raised_at, data)


def trial() -> str:
    """Return the body of a test call."""
    return _body(TEST, datetime.now(UTC), {"message": "This is a test of your webhook."})


def _body(event: str, at: datetime, data: dict[str, Any]) -> str:
    return msgspec.json.encode({"type": event, "timestamp": at, "data": data}).decode()
