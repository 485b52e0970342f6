"""The requests about the queue, the order of jobs in it, saved views, and actions on many jobs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from sialoscope_client.calls.call import Call, JobOrId, Priority, job_path, reads
from sialoscope_client.jobs import Job


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the queue is paused; ``pause`` says by whom and since when."""

    paused: bool
    pause: dict[str, Any] | None = None


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A filter ``q`` of the job list under a name."""

    id: str
    name: str
    q: str


class BulkAction(msgspec.Struct, frozen=True, kw_only=True):
    """An action on all jobs that matched a filter, and how far it has come."""

    id: str
    action: str
    q: str
    state: str
    total: int
    processed: int
    done: int
    refused: int
    reasons: list[dict[str, str]] = []
    finished_at: datetime | None = None

    @property
    def has_ended(self) -> bool:
        """Whether no more jobs follow."""
        return self.state != "running"


def prioritize(job: JobOrId, priority: Priority) -> Call[Job]:
    """Set the priority of a job among its owner's waiting jobs."""
    sent = {"json": {"priority": priority}}
    return Call("PUT", job_path(job, "priority"), reads(Job), sent=sent)


def run_next(job: JobOrId) -> Call[Job]:
    """Let a waiting job run before the others of its owner."""
    return Call("POST", job_path(job, "run-next"), reads(Job), is_repeatable=False)


def queue() -> Call[Queue]:
    """Read whether the queue is paused."""
    return Call("GET", "/api/v1/queue", reads(Queue))


def pause_queue() -> Call[Queue]:
    """Pause the queue."""
    return Call("POST", "/api/v1/queue/pause", reads(Queue))


def resume_queue() -> Call[Queue]:
    """Resume the queue."""
    return Call("POST", "/api/v1/queue/resume", reads(Queue))


def saved_views() -> Call[dict[str, list[SavedView]]]:
    """List the saved views."""
    return Call("GET", "/api/v1/saved-views", reads(dict[str, list[SavedView]]))


def save_view(name: str, q: str) -> Call[SavedView]:
    """Save a filter under a name."""
    sent = {"json": {"name": name, "q": q}}
    return Call("POST", "/api/v1/saved-views", reads(SavedView), sent=sent)


def delete_view(view: SavedView | str) -> Call[None]:
    """Delete a saved view."""
    view_id = view if isinstance(view, str) else view.id
    path = f"/api/v1/saved-views/{view_id}"
    return Call("DELETE", path, lambda _: None, is_repeatable=False)


def apply_to_all(action: str, q: str, tags: Iterable[str]) -> Call[BulkAction]:
    """Begin an action on all jobs that match a filter."""
    sent = {"json": {"action": action, "q": q, "tags": list(tags)}}
    return Call("POST", "/api/v1/bulk-actions", reads(BulkAction), is_repeatable=False, sent=sent)


def bulk_action(action: BulkAction | str) -> Call[BulkAction]:
    """Read how far an action on many jobs has come."""
    action_id = action if isinstance(action, str) else action.id
    return Call("GET", f"/api/v1/bulk-actions/{action_id}", reads(BulkAction))
