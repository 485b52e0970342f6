"""The limits of an owner in the queue: jobs that run at once, and jobs started within an hour.

A job beyond a limit is accepted and waits; the jobs of other owners go before it. The claim itself
reads the limits, so they hold for every worker from the moment when an administrator sets them.
"""

from app.db.engine.transaction import is_postgresql
from app.db.jobs.tables import Job

# In the format of the entries of the audit trail, which keeps starts after a job is deleted.
AN_HOUR_AGO = {
    False: "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '-1 hour')",
    True: "now() - interval '1 hour'",
}
# The owner in a query of accounts.
ACCOUNT = "account.id"
RUNNING = "(SELECT COUNT(*) FROM job AS own WHERE own.owner = {owner} AND own.state = 'running')"
# A job that is tried again counts once.
STARTED = """(
    SELECT COUNT(DISTINCT job_id) FROM audit
    WHERE audit.owner = {owner} AND what = 'started' AND at > {an_hour_ago}
)"""
AT_A_LIMIT = """
    running_jobs_quota > 0 AND running_jobs_quota <= {running}
    OR started_per_hour_quota > 0 AND started_per_hour_quota <= {started}
"""
# Found once for a claim, however many jobs wait.
IS_WITHIN_LIMITS = "job.owner NOT IN (SELECT account.id FROM account WHERE {at_a_limit})"
OF_OWNER = """
    SELECT running_jobs_quota, started_per_hour_quota, {running} AS running, {started} AS started
    FROM account WHERE account.id = {{}} AND ({at_a_limit})
"""
HAS_LIMITS = """
    SELECT 1 FROM account WHERE running_jobs_quota > 0 OR started_per_hour_quota > 0 LIMIT 1
"""


def is_within_limits() -> str:
    """Return the SQL condition for jobs whose owners are below their limits."""
    return IS_WITHIN_LIMITS.format(at_a_limit=_at_a_limit())


async def has_limits() -> bool:
    """Whether any account has a limit."""
    return bool(await Job.raw(HAS_LIMITS))


async def why_limited(owner: str) -> str:
    """Return a sentence if an owner is at a limit, so that their jobs wait; otherwise empty."""
    sql = OF_OWNER.format(
        running=running_jobs(ACCOUNT), started=started_jobs(ACCOUNT), at_a_limit=_at_a_limit()
    )
    for row in await Job.raw(sql, owner):
        running, hourly = row["running_jobs_quota"] or 0, row["started_per_hour_quota"] or 0
        if 0 < running <= row["running"]:
            return (
                f"It waits until another job of this account has ended: {row['running']} run, and "
                f"an administrator lets {running} run at once."
            )
        return (
            f"It waits because {row['started']} jobs of this account were started within an hour, "
            f"and an administrator lets {hourly} start."
        )
    return ""


def running_jobs(owner: str) -> str:
    """Return SQL for the number of an owner's running jobs; ``owner`` is SQL too."""
    return RUNNING.format(owner=owner)


def started_jobs(owner: str) -> str:
    """Return SQL for the number of an owner's jobs that were started within an hour."""
    return STARTED.format(owner=owner, an_hour_ago=AN_HOUR_AGO[is_postgresql()])


def _at_a_limit() -> str:
    return AT_A_LIMIT.format(running=running_jobs(ACCOUNT), started=started_jobs(ACCOUNT))
