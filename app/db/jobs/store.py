"""The job store: every change of a job is one guarded statement.

The database is the source of truth for a job, and the queue is only a wake-up. So each change has a
condition: a claim requires a free job, and a worker's write requires that it still has the lease.
"""

from app.db.jobs.changes.held_jobs import HeldJobs
from app.db.jobs.changes.insertion import JobInsertion
from app.db.jobs.changes.owner_changes import OwnerChanges
from app.db.jobs.changes.sweeping import SweptJobs


class JobStore(JobInsertion, OwnerChanges, HeldJobs, SweptJobs):
    """The jobs in the database, for the web and for workers."""
