"""Write workbooks in the binary formats of Excel, XLS (MS-XLS, MS-CFB) and XLSB (MS-XLSB)."""

import struct
from pathlib import Path
from typing import TypeAlias
from zipfile import ZipFile

Rows: TypeAlias = list[list[str | float | None]]
SECTOR, END, FREE = 512, 0xFFFFFFFE, 0xFFFFFFFF
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def record(kind: int, content: bytes) -> bytes:
    """A record of an XLS stream."""
    return struct.pack("<HH", kind, len(content)) + content


def xls_cell(row: int, column: int, value: str | float | None) -> bytes:
    """A cell with a text or a number; nothing for None."""
    place = struct.pack("<HHH", row, column, 0)
    if value is None:
        return b""
    if isinstance(value, str):
        text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
        return record(0x0204, place + text)
    return record(0x0203, place + struct.pack("<d", value))


def xls_stream(sheets: dict[str, Rows], hidden: tuple[str, ...] = (), more: bytes = b"") -> bytes:
    """The stream of a workbook; ``more`` are records of its first sheet."""
    beginning = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0x41, 6))
    bodies: list[bytes] = []
    for rows in sheets.values():
        cells = b"".join(
            xls_cell(row, column, value)
            for row, line in enumerate(rows)
            for column, value in enumerate(line)
        )
        begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0x41, 6))
        bodies.append(begin + cells + (more if not bodies else b"") + record(0x000A, b""))
    heads = [struct.pack("<BBBB", name in hidden, 0, len(name), 1) for name in sheets]
    names = [name.encode("utf-16-le") for name in sheets]
    listed = sum(4 + 4 + len(head) + len(name) for head, name in zip(heads, names, strict=True))
    place = len(beginning) + listed + 4
    entries = b""
    for head, name, body in zip(heads, names, bodies, strict=True):
        entries += record(0x0085, struct.pack("<I", place) + head + name)
        place += len(body)
    return beginning + entries + record(0x000A, b"") + b"".join(bodies)


def compound_file(streams: dict[str, bytes]) -> bytes:
    """A compound file with one sector of addresses; each stream has 4,096 bytes at least."""
    contents = {name: content.ljust(4096, b"\0") for name, content in streams.items()}
    table, entries, body = [0xFFFFFFFD, END], [_entry("Root Entry", 5, END, 0, child=1)], b""
    for place, (name, content) in enumerate(contents.items(), 1):
        sectors = -(-len(content) // SECTOR)
        first = len(table)
        table += [*range(first + 1, first + sectors), END]
        right = place + 1 if place < len(contents) else FREE
        entries.append(_entry(name, 2, first, len(content), right=right))
        body += content.ljust(sectors * SECTOR, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    addresses = struct.pack("<128I", *table, *[FREE] * (128 - len(table)))
    return header + addresses + b"".join(entries).ljust(SECTOR, b"\0") + body


def _entry(
    name: str, kind: int, first: int, size: int, *, child: int = FREE, right: int = FREE
) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    tree = struct.pack("<HBBIII", len(text), kind, 1, FREE, right, child)
    return text.ljust(64, b"\0") + tree + bytes(36) + struct.pack("<IQ", first, size)


def write_xls(path: Path, hidden: tuple[str, ...] = (), **sheets: Rows) -> Path:
    """Write an XLS workbook."""
    path.write_bytes(compound_file({"Workbook": xls_stream(sheets, hidden)}))
    return path


def binary(kind: int, content: bytes = b"") -> bytes:
    """A record of a part of an XLSB workbook."""
    name = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(content), b""
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return name + length + bytes([size]) + content


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb_row(row: int, line: list[str | float | None]) -> bytes:
    """The records of a row."""
    parts = [binary(0, struct.pack("<I", row) + bytes(13))]
    for column, value in enumerate(line):
        place = struct.pack("<II", column, 0)
        if isinstance(value, str):
            parts.append(binary(6, place + _text(value)))
        elif value is not None:
            parts.append(binary(5, place + struct.pack("<d", value)))
    return b"".join(parts)


def write_xlsb(path: Path, hidden: tuple[str, ...] = (), more: bytes = b"", **sheets: Rows) -> Path:
    """Write an XLSB workbook; ``more`` are records in each sheet."""
    bundle = b"".join(
        binary(0x9C, struct.pack("<II", name in hidden, number) + _text(f"r{number}") + _text(name))
        for number, name in enumerate(sheets, 1)
    )
    with ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.bin",
            binary(0x8F) + bundle + binary(0x90) + binary(0x9D, bytes(24)) + binary(0x84),
        )
        relations = "".join(
            f'<Relationship Id="r{number}" Type="{RELATIONS}/worksheet" '
            f'Target="worksheets/sheet{number}.bin"/>'
            for number in range(1, len(sheets) + 1)
        )
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/'
            f'2006/relationships">{relations}</Relationships>',
        )
        for number, rows in enumerate(sheets.values(), 1):
            size = struct.pack("<IIII", 0, len(rows), 0, 3)
            lines = b"".join(xlsb_row(place, line) for place, line in enumerate(rows))
            data = binary(0x91) + lines + more + binary(0x92)
            archive.writestr(f"xl/worksheets/sheet{number}.bin", binary(0x94, size) + data)
    return path
