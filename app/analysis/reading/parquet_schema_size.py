"""Check the schema of a Parquet file, in its footer, before the file is opened.

Polars needs minutes for columns that are nested a thousand levels deep, and ends its process for
deeper ones. Such a file has a few kilobytes. The schema comes first in the footer, which is in
Thrift's compact protocol:
https://parquet.apache.org/docs/file-format/metadata/
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from app.analysis.errors import PeakTableError
from app.analysis.reading.table_size import MOST_COLUMNS, check_count

# A list of groups has five levels, and a plain column has one.
MOST_LEVELS = 8
TOO_DEEP = (
    f"The columns of the Parquet file are nested more than {MOST_LEVELS} levels deep, so it is no "
    "peak table. Write one value into each cell, and try again."
)
# At the end: the length of the footer, and the mark.
LENGTH_BYTES, MARK_BYTES = 4, 4
# Types of the compact protocol.
STOP, TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, STRUCT = 0, 1, 2, 3, 7, 8, 9, 12
INTEGERS = (4, 5, 6)
# Fields of FileMetaData and of SchemaElement.
SCHEMA, CHILDREN = 2, 5
LONG_LIST, MOST_VARINT_BYTES, MOST_STRUCTS = 15, 10, 8


def check_parquet_schema(path: Path) -> None:
    """Refuse a file whose columns are too many or nested too deep.

    Raises:
        PeakTableError: the file is one of these.
        ValueError: the footer is damaged.
    """
    left: list[int] = []  # the children that each open group still has
    for children in _children_in_schema(_Footer(_footer_of(path))):
        while left and not left[-1]:
            left.pop()
        if left:
            left[-1] -= 1
        if len(left) > MOST_LEVELS:
            raise PeakTableError(TOO_DEEP)
        left.append(children)


def _footer_of(path: Path) -> bytes:
    with path.open("rb") as file:
        end = file.seek(0, 2) - LENGTH_BYTES - MARK_BYTES
        file.seek(max(0, end))
        (length,) = struct.unpack("<I", file.read(LENGTH_BYTES).ljust(LENGTH_BYTES, b"\0"))
        if not 0 < length <= end:
            raise ValueError("The footer is longer than the file.")
        file.seek(end - length)
        return file.read(length)


def _children_in_schema(footer: "_Footer") -> Iterator[int]:
    """The number of children of each element, a group before its children."""
    kind = next((kind for number, kind in footer.fields() if number == SCHEMA), STOP)
    if kind != LIST:
        raise ValueError("The footer has no schema.")
    elements, of = footer.list_header()
    check_count("columns", elements, (MOST_LEVELS + 1) * MOST_COLUMNS)
    if of != STRUCT:
        raise ValueError("The schema is no list of elements.")
    for _ in range(elements):
        yield _children_of_element(footer)


def _children_of_element(footer: "_Footer") -> int:
    children = 0
    for number, kind in footer.fields():
        if number == CHILDREN and kind in INTEGERS:
            children = footer.integer()
    if children < 0:
        raise ValueError("A group has less than no columns.")
    return children


class _Footer:
    """Reads values of Thrift's compact protocol, one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def fields(self, depth: int = 0) -> Iterator[tuple[int, int]]:
        """Yield number and type of each field of a struct; skip its value if nobody read it."""
        number = 0
        while header := self._byte():
            step, kind = header >> 4, header & 0x0F
            number = number + step if step else self.integer()
            before = self._at
            yield number, kind
            if self._at == before:
                self._skip(kind, depth)

    def integer(self) -> int:
        """Read an integer in zigzag form."""
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def list_header(self) -> tuple[int, int]:
        """Read how many values a list has, and their type."""
        header = self._byte()
        size, kind = header >> 4, header & 0x0F
        size = self._varint() if size == LONG_LIST else size
        if size > len(self._content) - self._at:
            raise ValueError("A list is longer than the footer.")
        return size, kind

    def _skip(self, kind: int, depth: int) -> None:
        if depth > MOST_STRUCTS:
            raise ValueError("The footer is nested too deep.")
        if kind in INTEGERS:
            self._varint()
        elif kind == BINARY:
            length = self._varint()
            self._at += length
        elif kind == STRUCT:
            for _ in self.fields(depth + 1):
                pass
        elif kind in (BYTE, DOUBLE):
            self._at += 1 if kind == BYTE else 8
        elif kind not in (TRUE, FALSE):
            raise ValueError("The schema has a value of a type that it cannot have.")

    def _varint(self) -> int:
        value = 0
        for place in range(MOST_VARINT_BYTES):
            byte = self._byte()
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                return value
        raise ValueError("A number is too long.")

    def _byte(self) -> int:
        if self._at >= len(self._content):
            raise ValueError("The footer ends too early.")
        self._at += 1
        return self._content[self._at - 1]
