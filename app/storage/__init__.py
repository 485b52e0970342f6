"""Where uploads and results lie: a folder, addressed by keys."""

from app.storage.folder import Folder, StorageError, create_storage

__all__ = ["Folder", "StorageError", "create_storage"]
