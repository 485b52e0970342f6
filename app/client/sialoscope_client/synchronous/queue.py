"""The methods of the synchronous client about the queue, saved views and many jobs."""

from collections.abc import Iterable
from typing import TypeVar

from sialoscope_client.calls import queue_calls
from sialoscope_client.calls.call import Call, JobOrId, Priority
from sialoscope_client.calls.queue_calls import BulkAction, Queue, SavedView
from sialoscope_client.jobs import Job

T = TypeVar("T")


class QueueMethods:
    """What a client does with the queue; ``_run`` makes a call."""

    def _run(self, call: Call[T]) -> T:
        raise NotImplementedError

    def prioritize(self, job: JobOrId, priority: Priority) -> Job:
        """Set the priority of a job among the waiting jobs of its owner."""
        return self._run(queue_calls.prioritize(job, priority))

    def run_next(self, job: JobOrId) -> Job:
        """Let a waiting job run before the others of its owner."""
        return self._run(queue_calls.run_next(job))

    def queue(self) -> Queue:
        """Read whether the queue is paused, by whom and since when."""
        return self._run(queue_calls.queue())

    def pause_queue(self) -> Queue:
        """Pause the queue, as an administrator: jobs are accepted and wait."""
        return self._run(queue_calls.pause_queue())

    def resume_queue(self) -> Queue:
        """Resume the queue, as an administrator."""
        return self._run(queue_calls.resume_queue())

    def saved_views(self) -> list[SavedView]:
        """List your saved views of the job list; ``jobs(q=view.q)`` lists their jobs."""
        return (self._run(queue_calls.saved_views()))["views"]

    def save_view(self, name: str, q: str) -> SavedView:
        """Save a typed filter under a name; a view with this name is replaced."""
        return self._run(queue_calls.save_view(name, q))

    def delete_view(self, view: SavedView | str) -> None:
        """Delete a saved view."""
        self._run(queue_calls.delete_view(view))

    def apply_to_all(self, action: str, q: str, *, tags: Iterable[str] = ()) -> BulkAction:
        """Begin an action, such as ``cancel`` or ``tag``, on all your jobs that match a filter."""
        return self._run(queue_calls.apply_to_all(action, q, tags))

    def bulk_action(self, action: BulkAction | str) -> BulkAction:
        """Read how far an action on many jobs has come."""
        return self._run(queue_calls.bulk_action(action))
