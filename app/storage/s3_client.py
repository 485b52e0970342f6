"""The client of a storage service that speaks S3, and what its errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app.storage.errors import StorageAwayError

CLIENT = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 3},
    # Services other than Amazon's may not know the checksums that boto3 adds by itself.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
# Services behind an endpoint rarely have a host name for each bucket.
PATH_STYLE = Config(s3={"addressing_style": "path"})
MISSING = ("404", "NoSuchKey", "NoSuchUpload")


def s3_client(endpoint: str | None, region: str | None) -> Any:  # noqa: ANN401 - boto3 has no types
    """Make a client; boto3 finds the credentials, in the AWS variables, files and roles.

    Raises:
        StorageAwayError: there are no credentials, or the endpoint is no address.
    """
    config = CLIENT.merge(PATH_STYLE) if endpoint else CLIENT
    with storage_errors():
        return boto3.client("s3", endpoint_url=endpoint, region_name=region, config=config)


@contextmanager
def storage_errors(key: str = "") -> Iterator[None]:
    """Translate the errors of boto3; a missing ``key`` becomes ``FileNotFoundError``."""
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
        if key and code in MISSING:
            raise FileNotFoundError(f"There is no {key} in the storage.") from error
        raise StorageAwayError(str(error)) from error
