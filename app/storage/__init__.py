"""The storage of uploads and results: a folder, or a bucket with a local cache folder."""

from app.storage.choice import create_storage
from app.storage.errors import StorageAwayError, StorageError
from app.storage.folder import KEPT, KEPT_S, Folder
from app.storage.stored_files import Saved, StorageSize, Stored

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
