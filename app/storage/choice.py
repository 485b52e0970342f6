"""Create the storage that ``STORAGE_URL`` names: a folder, or an S3-compatible bucket."""

from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

from app.settings import Settings
from app.storage.errors import StorageError
from app.storage.folder import Folder

BUCKET_OPTIONS = {"endpoint", "region"}


def create_storage(settings: Settings) -> Folder:
    """Create the storage for ``file:///path`` or ``s3://bucket/prefix?endpoint=https://host``.

    Raises:
        StorageError: the URL has another scheme, no bucket or an unknown option.
    """
    parts = urlsplit(settings.storage_url)
    if parts.scheme == "file":
        return Folder(Path(parts.path))
    if parts.scheme != "s3":
        raise StorageError(f"STORAGE_URL must begin with file:// or s3://, not {parts.scheme}://.")
    return _bucket(settings, parts)


def _bucket(settings: Settings, parts: SplitResult) -> Folder:
    options = {name: texts[-1] for name, texts in parse_qs(parts.query).items()}
    if not parts.netloc or set(options) - BUCKET_OPTIONS:
        raise StorageError(
            "STORAGE_URL must be s3://bucket/prefix, with ?endpoint=https://host and &region=name "
            "if they are needed. Put the credentials into the AWS variables."
        )
    # Imported here because boto3 takes a third of a second to load.
    from app.storage.bucket import Bucket

    return Bucket(
        parts.netloc,
        parts.path.strip("/"),
        settings.data_folder / "cache",
        most_local_bytes=settings.storage_cache_bytes,
        **options,
    )
