"""Which storage: a folder, or a bucket of an S3-compatible service, by ``STORAGE_URL``."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from app.settings import Settings
from app.storage.folder import Folder, StorageError

BUCKET_OPTIONS = {"endpoint", "region"}


def create_storage(settings: Settings) -> Folder:
    """The storage for ``file:///path`` or ``s3://bucket/prefix?endpoint=https://host``.

    Raises:
        StorageError: the URL has another scheme, no bucket or an option that there is not.
    """
    parts = urlsplit(settings.storage_url)
    if parts.scheme == "file":
        return Folder(Path(parts.path))
    if parts.scheme != "s3":
        raise StorageError(f"STORAGE_URL must begin with file:// or s3://, not {parts.scheme}://.")
    options = {name: texts[-1] for name, texts in parse_qs(parts.query).items()}
    if not parts.netloc or set(options) - BUCKET_OPTIONS:
        raise StorageError(
            "STORAGE_URL must be s3://bucket/prefix, with ?endpoint=https://host and &region=name "
            "where they are needed. Credentials belong in the AWS variables."
        )
    # Here, because what speaks S3 takes a third of a second to load.
    from app.storage.bucket import Bucket

    return Bucket(
        parts.netloc,
        parts.path.strip("/"),
        settings.data_folder / "cache",
        most_local_bytes=settings.storage_cache_bytes,
        **options,
    )
