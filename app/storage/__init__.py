"""The storage of uploads and results: a folder, or a bucket with a local cache folder."""

from app.storage.choice import create_storage
from app.storage.errors import StorageAwayError, StorageError
from app.storage.files import Saved, StorageSize, Stored
from app.storage.folder import KEPT, KEPT_S, Folder

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
