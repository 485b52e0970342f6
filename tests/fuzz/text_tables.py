"""Tables of text, sound and then spoiled: one function a fault, drawn by a seeded generator."""

import codecs
from collections.abc import Callable
from random import Random
from typing import TypeAlias

Spoil: TypeAlias = Callable[[Random, list[list[str]]], None]
SpoilBytes: TypeAlias = Callable[[Random, bytes], bytes]

NAMES = ("GM1(36:1;O2)", "GM3(36:1;O2)", "GD1+OAc(38:1;O2)", "GM2(34:1;O2)", "GT1(40:2;O2)")
FORMULAE = ("=1+1", '=HYPERLINK("http://evil.test","x")', "@SUM(A1)", "+cmd|' /C calc'!A0")
ODD_NUMBERS = (
    *("NaN", "inf", "-inf", "1e400", "-1e400", "-5", "0", "-0", "9" * 400, "0x1F", "1_000"),
    *("twelve", "2026-11-25", "12:30", "1,234.5", "1.234,5", "1 234,5", "1'234.5", "½", "١٢٣"),
    *("TRUE", "null", "#DIV/0!", "1e-400", "5e-324", "1.7976931348623157e308", "--1", "1e", "."),
)
ODD_TEXTS = (
    *("🧠" * 9, "\u202egnp.exe", "<script>alert(1)</script>", "\x07\x1b[31m", "a\u0000b"),
    *('"; DROP TABLE job; --', "{{7*7}}", "../../etc/passwd", "\ud7ff", "e" + "\u0301" * 500),
    *("GM1(99999999999999999999:1;O2)", "GM1(36:1;O2", "GM1" + "+OAc" * 200 + "(36:1;O2)", "'"),
    *("GM1()", "(36:1;O2)", "\uff27\uff2d\uff11(36:1;O2)", "GM1(36:1;O2)\u200b", "x" * 40_000),
)


def cell_of(random: Random, table: list[list[str]]) -> tuple[list[str], int]:
    """Some row below the header, and a place in it."""
    row = random.choice(table[1:] or table)
    return row, random.randrange(len(row) or 1)


def put(random: Random, table: list[list[str]], texts: tuple[str, ...]) -> None:
    row, place = cell_of(random, table)
    row[place : place + 1] = [random.choice(texts)]


def odd_number(random: Random, table: list[list[str]]) -> None:
    put(random, table, ODD_NUMBERS)


def odd_text(random: Random, table: list[list[str]]) -> None:
    put(random, table, ODD_TEXTS)


def formula(random: Random, table: list[list[str]]) -> None:
    put(random, table, FORMULAE)


def whole_column_odd(random: Random, table: list[list[str]]) -> None:
    place, text = random.randrange(len(table[0]) or 1), random.choice(ODD_NUMBERS + ODD_TEXTS)
    for row in table[1:]:
        row[place : place + 1] = [text]


def twice_named_column(random: Random, table: list[list[str]]) -> None:
    table[0][random.randrange(len(table[0]))] = random.choice(table[0])


def unnamed_column(random: Random, table: list[list[str]]) -> None:
    table[0][random.randrange(len(table[0]))] = random.choice(("", " ", "\t", "__problem__"))


def missing_column(random: Random, table: list[list[str]]) -> None:
    place = random.randrange(len(table[0]))
    for row in table:
        del row[place : place + 1]


def ragged_rows(random: Random, table: list[list[str]]) -> None:
    for row in table[1:]:
        if random.random() < 0.5:
            row[random.randrange(len(row) + 1) :] = ["7"] * random.randrange(9)


def open_quote(random: Random, table: list[list[str]]) -> None:
    row, place = cell_of(random, table)
    row[place : place + 1] = [random.choice(('"', 'a"b', '""', '"' * 7, '"\n"'))]


def no_rows(_: Random, table: list[list[str]]) -> None:
    del table[1:]


def no_header(_: Random, table: list[list[str]]) -> None:
    del table[0]


def blank_lines(random: Random, table: list[list[str]]) -> None:
    for _ in range(5):
        table.insert(random.randrange(len(table) + 1), [random.choice(("", " ", "  "))])


def repeated_header(random: Random, table: list[list[str]]) -> None:
    table.insert(random.randrange(1, len(table) + 1), list(table[0]))


def many_columns(random: Random, table: list[list[str]]) -> None:
    more = random.choice((50, 3_000))
    table[0] += [f"c{number}" for number in range(more)]


def nothing(_: Random, __: list[list[str]]) -> None:
    """The table as it is: what follows spoils its bytes."""


SPOILS: tuple[Spoil, ...] = (
    *(odd_number, odd_text, formula, whole_column_odd, twice_named_column, unnamed_column),
    *(missing_column, ragged_rows, open_quote, no_rows, no_header, blank_lines),
    *(repeated_header, many_columns, nothing),
)


def truncated(random: Random, content: bytes) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def flipped(random: Random, content: bytes) -> bytes:
    spoiled = bytearray(content)
    for _ in range(random.choice((1, 3, 30)) if spoiled else 0):
        spoiled[random.randrange(len(spoiled))] ^= 1 << random.randrange(8)
    return bytes(spoiled)


def torn(random: Random, content: bytes) -> bytes:
    """A piece is gone, or there twice."""
    start, end = sorted(random.randrange(len(content) + 1) for _ in range(2))
    piece = random.choice((b"", content[start:end] * 2))
    return content[:start] + piece + content[end:]


def with_random_bytes(random: Random, content: bytes) -> bytes:
    at = random.randrange(len(content) + 1)
    return content[:at] + random.randbytes(random.choice((1, 8, 500))) + content[at:]


def with_nul(random: Random, content: bytes) -> bytes:
    at = random.randrange(len(content) + 1)
    return content[:at] + b"\0" * random.choice((1, 9)) + content[at:]


def with_mark(random: Random, content: bytes) -> bytes:
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE)
    return random.choice(marks) * random.choice((1, 2)) + content


def in_other_encoding(random: Random, content: bytes) -> bytes:
    encoding = random.choice(("utf-16", "utf-16-le", "utf-32", "latin-1", "utf-7", "shift_jis"))
    return content.decode("utf-8", "replace").encode(encoding, "replace")


def with_other_line_ends(random: Random, content: bytes) -> bytes:
    return content.replace(b"\n", random.choice((b"\r", b"\r\n", b"\n\r", b"\x0b", b"\x85")))


def with_excel_hint(random: Random, content: bytes) -> bytes:
    return random.choice((b"sep=,\n", b"sep=;\n", b"sep=\n", b"SEP=\t\r\n")) + content


def unspoiled(_: Random, content: bytes) -> bytes:
    return content


SPOILS_OF_BYTES: tuple[SpoilBytes, ...] = (
    *(truncated, flipped, torn, with_random_bytes, with_nul, with_mark, in_other_encoding),
    *(with_other_line_ends, with_excel_hint, unspoiled, unspoiled, unspoiled, unspoiled),
)


def plain_rows(random: Random, count: int = 12) -> list[list[str]]:
    header = ["Name", "RT", "Volume", "Log P", "Anchor", "sample"]
    return [header] + [
        [
            *(random.choice(NAMES), f"{random.uniform(5, 12):.3f}"),
            *(str(random.randrange(1, 9_000)), f"{random.uniform(1, 6):.2f}"),
            *(random.choice("TF"), random.choice("ab")),
        ]
        for _ in range(count)
    ]


def mzmine_rows(random: Random) -> list[list[str]]:
    header = ["id", "rt", "mz", "compound_db_identity:compound_name"]
    header += [f"datafile:{file}:{what}" for file in "ab" for what in ("area", "rt")]
    return [header] + [
        [str(number), row[1], "700.5", row[0], row[2], row[1], "0", ""]
        for number, row in enumerate(plain_rows(random)[1:])
    ]


def msdial_rows(random: Random) -> list[list[str]]:
    header = ["Alignment ID", "Average Rt(min)", "Average Mz", "Metabolite name", "Adduct type"]
    header += ["MS/MS spectrum", "a", "b"]
    above = [["", "", "", "", "", "File type", "Sample", "Sample"]] * random.choice((0, 1, 4))
    rows = [
        [str(number), row[1], "700.5", row[0], "[M-H]-", "", row[2], "0"]
        for number, row in enumerate(plain_rows(random)[1:])
    ]
    return [*(list(line) for line in above), header, *rows]


def skyline_rows(random: Random) -> list[list[str]]:
    header = ["Molecule Name", "Replicate Name", "Best Retention Time", "Total Area"]
    rows = plain_rows(random)[1:]
    return [header] + [[row[0], row[5], row[1], random.choice((row[2], "#N/A"))] for row in rows]


ROWS = (plain_rows, plain_rows, mzmine_rows, msdial_rows, skyline_rows)


def spoiled_rows(random: Random) -> list[list[str]]:
    """The cells of a table of some program, spoiled once or more."""
    table = random.choice(ROWS)(random)
    for spoil in random.choices(SPOILS, k=random.choice((1, 1, 1, 2, 4))):
        if table and table[0]:
            spoil(random, table)
    return table


def spoiled_text(random: Random) -> bytes:
    """A CSV or TSV file, its cells spoiled, then its bytes."""
    separator = random.choice((",", ",", "\t", ";", "|"))
    lines = [separator.join(row) for row in spoiled_rows(random)]
    content = "\n".join(lines).encode("utf-8", "surrogatepass") + random.choice((b"", b"\n"))
    return random.choice(SPOILS_OF_BYTES)(random, content)
