"""A trail that the database keeps by itself: every time a job was written to have ended.

It shows what the job rows cannot: an end that was written a second time.
"""

from app.db.jobs.tables import Job

IS_END = "NEW.state IN ('succeeded', 'failed', 'cancelled')"
TABLE = "CREATE TABLE chaos_end (job_id TEXT, attempt INTEGER)"
NOTE = "INSERT INTO chaos_end VALUES (NEW.id, NEW.attempt)"
SQLITE = (f"CREATE TRIGGER chaos_end AFTER UPDATE OF state ON job WHEN {IS_END} BEGIN {NOTE}; END",)
POSTGRESQL = (
    f"CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql "
    f"AS $$ BEGIN {NOTE}; RETURN NEW; END $$",
    f"CREATE TRIGGER chaos_end AFTER UPDATE OF state ON job FOR EACH ROW WHEN ({IS_END}) "
    "EXECUTE FUNCTION chaos_note()",
)


async def lay(database: str) -> None:
    """Begin the trail in a database of this kind."""
    for statement in (TABLE, *(POSTGRESQL if database == "postgresql" else SQLITE)):
        await Job.raw(statement)


async def ended_again() -> int:
    """How many ends were written for jobs that had ended."""
    rows = await Job.raw(
        "SELECT count(*) AS ends, count(DISTINCT job_id) AS jobs FROM chaos_end "
        "WHERE job_id IN (SELECT id FROM job)"  # those of the bulk load start again, and are gone
    )
    return int(rows[0]["ends"]) - int(rows[0]["jobs"])
