"""Read the streams of a compound file, in which old Office keeps documents (MS-CFB)."""

import struct
from collections.abc import Iterator

END_OF_CHAIN, FREE = 0xFFFFFFFE, 0xFFFFFFFF
ENTRY_BYTES = 128
# The addresses of the first sectors of the table stand in the header.
ADDRESSES_IN_HEADER = 109


class CompoundFile:
    """The streams of a compound file, by their names.

    Raises:
        ValueError, struct.error: the file is damaged.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        shift = struct.unpack_from("<H", content, 30)[0]
        if shift not in (9, 12):
            raise ValueError("The sectors have no lawful size.")
        self._size = 1 << shift
        self._table = self._read_table()
        (first,) = struct.unpack_from("<I", content, 48)
        directory = b"".join(self._chain(first))
        self.streams = dict(self._entries(directory))

    def read(self, name: str) -> bytes:
        """The content of a stream."""
        first, size = self.streams[name]
        return b"".join(self._chain(first))[:size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._content[start : start + self._size]

    def _read_table(self) -> list[int]:
        """The sector that follows each sector."""
        numbers = list(struct.unpack_from(f"<{ADDRESSES_IN_HEADER}I", self._content, 76))
        (following,) = struct.unpack_from("<I", self._content, 68)
        most = len(self._content) // self._size
        for _ in range(most):
            if following in (END_OF_CHAIN, FREE):
                break
            *more, following = _numbers(self._sector(following))
            numbers += more
        used = [number for number in numbers if number < most][:most]
        return [each for number in used for each in _numbers(self._sector(number))]

    def _chain(self, first: int) -> Iterator[bytes]:
        number = first
        for _ in range(len(self._table) + 1):
            if number >= END_OF_CHAIN:
                return
            yield self._sector(number)
            number = self._table[number] if number < len(self._table) else END_OF_CHAIN
        raise ValueError("The sectors of a stream form a circle.")

    def _entries(self, directory: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
        for start in range(0, len(directory) - ENTRY_BYTES + 1, ENTRY_BYTES):
            length, kind = struct.unpack_from("<HB", directory, start + 64)
            first, size = struct.unpack_from("<IQ", directory, start + 116)
            text = directory[start : start + max(0, min(length, 64) - 2)]
            if kind == 2:
                yield text.decode("utf-16-le", errors="replace"), (first, size & 0xFFFFFFFF)


def _numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])
