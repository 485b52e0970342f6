"""What fair queueing, retries, cancelling and idempotent submission need of a job."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import BigInt, Boolean, Integer, Timestamptz, Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-24T15:35:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The queue's columns"

COLUMNS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "turn": (BigInt, {"default": 0, "null": False}),
    "lost_leases": (Integer, {"default": 0, "null": False}),
    "faults": (Integer, {"default": 0, "null": False}),
    "not_before": (Timestamptz, {"default": None, "null": True}),
    "cancel_requested": (Boolean, {"default": False, "null": False}),
    "idempotency_key": (Varchar, {"length": 255, "default": None, "null": True}),
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
