"""Where uploads and results lie: a folder, addressed by keys."""

from app.storage.folder import KEPT, KEPT_S, Folder, Saved, StorageError, create_storage

__all__ = ["KEPT", "KEPT_S", "Folder", "Saved", "StorageError", "create_storage"]
