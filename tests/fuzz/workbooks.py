"""XLSX workbooks, spoiled: in their cells, in the parts of their archive, and in their bytes."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from random import Random
from typing import TypeAlias

from xlsxwriter import Workbook

from tests.fuzz.text_tables import SPOILS_OF_BYTES, spoiled_rows

Parts: TypeAlias = dict[str, bytes]
SpoilParts: TypeAlias = Callable[[Random, Parts], None]

SHEET = "xl/worksheets/sheet1.xml"
# How an old workbook begins, and so does one with a password.
ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(98, 108))
    + b"]>"
)


def workbook(random: Random, table: list[list[str]]) -> bytes:
    """A workbook with a table on some sheet; numbers are numbers, and some dates."""
    content = BytesIO()
    with Workbook(content, {"strings_to_formulas": random.random() < 0.5}) as book:
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        for number in range(random.choice((1, 1, 3))):
            sheet = book.add_worksheet()
            is_empty = number == 0 and random.random() < 0.2
            for place, row in enumerate([] if is_empty else table):
                for column, cell in enumerate(row[:16_384]):
                    sheet.write(place, column, _value(cell[:32_767]))
            if random.random() < 0.2:
                sheet.merge_range(1, 0, 2, 1, "merged")
    return content.getvalue()


def _value(cell: str) -> str | float:
    try:
        return float(cell) if abs(float(cell)) < float("inf") else cell
    except ValueError:
        return cell


def missing_part(random: Random, parts: Parts) -> None:
    del parts[random.choice(list(parts))]


def empty_part(random: Random, parts: Parts) -> None:
    parts[random.choice(list(parts))] = b""


def cut_part(random: Random, parts: Parts) -> None:
    name = random.choice(list(parts))
    parts[name] = parts[name][: random.randrange(len(parts[name]) + 1)]


def entities(random: Random, parts: Parts) -> None:
    name = random.choice((SHEET, "xl/sharedStrings.xml"))
    head, _, rest = parts.get(name, b"<?xml?>\n").partition(b"\n")
    parts[name] = head + ENTITIES + rest.replace(b"GM1", b"&k;")


def far_cell(random: Random, parts: Parts) -> None:
    row, column = random.choice(((1_048_576, b"XFD"), (9_999_999_999, b"A"), (1, b"ZZZZZZZZ")))
    cell = b'<row r="%d"><c r="%s%d"><v>1</v></c></row>' % (row, column, row)
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", cell + b"</sheetData>")


def unknown_shared_string(_: Random, parts: Parts) -> None:
    parts[SHEET] = parts[SHEET].replace(b"<v>0</v>", b"<v>99999999</v>")


def path_out(_: Random, parts: Parts) -> None:
    parts["../../evil.xml"] = b"<x/>"


SPOILS_OF_PARTS: tuple[SpoilParts, ...] = (
    *(missing_part, empty_part, cut_part, entities, far_cell, unknown_shared_string, path_out),
)


def spoiled_workbook(random: Random) -> bytes:
    """A workbook with a fault of one kind or another."""
    content = workbook(random, spoiled_rows(random))
    how = random.randrange(4)
    if how == 0:
        return random.choice(SPOILS_OF_BYTES)(random, content)
    if how == 1:
        return archive(random, content)
    return ENCRYPTED if how == 2 and random.random() < 0.1 else content


def archive(random: Random, content: bytes) -> bytes:
    """A workbook with one of its parts spoiled."""
    with zipfile.ZipFile(BytesIO(content)) as before:
        parts = {part.filename: before.read(part) for part in before.infolist()}
    random.choice(SPOILS_OF_PARTS)(random, parts)
    spoiled = BytesIO()
    compression = random.choice((0, 8, 8, 12, 14))
    with zipfile.ZipFile(spoiled, "w") as after:
        for name, part in parts.items():
            after.writestr(zipfile.ZipInfo(name), part, compression)
    return spoiled.getvalue()
