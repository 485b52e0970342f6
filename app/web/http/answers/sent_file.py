"""Answers that are files: streamed from disk in chunks, and saved under a name."""

import os
from collections.abc import Iterator, Mapping
from typing import IO

from litestar.response import Stream

CHUNK_BYTES = 256 * 1024


def saved_as(name: str) -> dict[str, str]:
    """The header by which browsers save an answer under a name, which is portable."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def sent_file(file: IO[bytes], media_type: str, headers: Mapping[str, str]) -> Stream:
    """A response that streams the whole file, with its length, and then closes it."""
    length = {"Content-Length": str(os.fstat(file.fileno()).st_size)}
    return Stream(_chunks(file), media_type=media_type, headers={**headers, **length})


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
