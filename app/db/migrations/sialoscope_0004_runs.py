"""What reruns, the check of a repeated submission and the telling of last events need of a job."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Boolean, Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-25T00:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Reruns, submissions and untold ends"

COLUMNS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "rerun_of": (Varchar, {"length": 32, "default": None, "null": True}),
    "submission_sha256": (Varchar, {"length": 64, "default": None, "null": True}),
    "untold": (Boolean, {"default": False, "null": False}),
}
SHARED = {
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}


async def forwards() -> MigrationManager:
    """Add the columns."""
    manager = MigrationManager(migration_id=ID, app_name="sialoscope", description=DESCRIPTION)
    for name, (kind, params) in COLUMNS.items():
        manager.add_column(
            table_class_name="Job",
            tablename="job",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=SHARED | params,
            schema=None,
        )
    return manager
