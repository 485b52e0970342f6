"""Where uploads and results lie under their keys: in a folder, or in a bucket by way of one."""

from app.storage.choice import create_storage
from app.storage.folder import (
    KEPT,
    KEPT_S,
    Folder,
    Saved,
    StorageAwayError,
    StorageError,
    StorageSize,
    Stored,
)

__all__ = [
    "KEPT",
    "KEPT_S",
    "Folder",
    "Saved",
    "StorageAwayError",
    "StorageError",
    "StorageSize",
    "Stored",
    "create_storage",
]
