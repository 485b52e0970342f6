"""Check that the database has the schema of this version."""

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok
from app.db.engine.connect import DATABASE_FAULTS, kept_open
from app.db.migrate import PREDATES_RELEASE, Standing, standing


async def check(installation: Installation) -> Findings:
    """Compare the migrations of the database with those of this version."""
    if not installation.has_database:
        return
    try:
        async with kept_open():
            found = await standing()
    except DATABASE_FAULTS:
        return  # the check of the database reports it
    yield _finding(found)


def _finding(found: Standing) -> Finding:
    if found.predates_release:
        return _unfinished()
    if found.to_come:
        return _old(found)
    if found.unknown:
        return _newer(found)
    return ok("schema", f"The database has the schema of this version ({found.latest}).")


def _unfinished() -> Finding:
    return error(
        "schema-unfinished",
        PREDATES_RELEASE,
        why="Its tables are not those of any release.",
        remedy="export DATABASE_URL=sqlite:////a/new/place/sialoscope.db  # or postgresql://",
    )


def _old(found: Standing) -> Finding:
    return error(
        "schema-old",
        f"{len(found.to_come)} of this version's migrations have not run yet.",
        why="Pages and workers read columns that do not exist yet.",
        remedy="sialoscope migrate",
    )


def _newer(found: Standing) -> Finding:
    return error(
        "schema-newer",
        f"The database was migrated by a newer version ({found.unknown[-1]}).",
        why="This version may write data that the newer one cannot read.",
        remedy="pip install --upgrade sialoscope  # or restore a backup of the older version",
    )
