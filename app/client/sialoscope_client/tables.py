"""Turn files, bytes and data frames into peak tables to upload."""

from collections.abc import Sequence
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any, Protocol, TypeAlias


class PolarsFrame(Protocol):
    """A data frame of Polars."""

    def write_parquet(self, file: BytesIO, /) -> Any:  # noqa: ANN401
        """Write it as Parquet."""


class PandasFrame(Protocol):
    """A data frame of pandas."""

    def to_csv(self, path: None, /, *, index: bool) -> str:
        """Write it as CSV."""


Table: TypeAlias = str | PathLike[str] | bytes | PolarsFrame | PandasFrame
File: TypeAlias = tuple[str, bytes]


def file_of(table: Table, name: str | None = None) -> File:
    """The name and content of a table, as they are uploaded.

    Raises:
        OSError: there is no such file.
    """
    if isinstance(table, bytes):
        return name or "peaks.csv", table
    if isinstance(table, str | PathLike):
        path = Path(table)
        return name or path.name, path.read_bytes()
    if hasattr(table, "write_parquet"):
        written = BytesIO()
        table.write_parquet(written)
        return name or "peaks.parquet", written.getvalue()
    return name or "peaks.csv", table.to_csv(None, index=False).encode()


def files_of(tables: Sequence[Table]) -> list[File]:
    """The names and contents of many tables; equal names are numbered."""
    files = [file_of(table) for table in tables]
    names = [name for name, _ in files]
    return [
        (name if names.count(name) == 1 else f"{number}-{name}", content)
        for number, (name, content) in enumerate(files, 1)
    ]
