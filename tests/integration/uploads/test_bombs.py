"""Small files that would be huge once opened: refused in a sentence, before they take memory."""

import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import httpx
import polars as pl
import pytest

from tests.integration.api import SMALL, finished, submit
from tests.page_forms import send
from tests.servers import Sialoscope, running_sialoscope

MEMORY_MB = 1_200
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
HEADER = b"Name,RT,Volume"


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    limits = {"SIALOSCOPE_ANALYSIS_MEMORY_MB": str(MEMORY_MB)}
    with running_sialoscope(limits) as running:
        yield running


def workbook(change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A sound workbook whose parts were changed."""
    sound = BytesIO()
    pl.read_csv(SMALL).write_excel(sound)
    with zipfile.ZipFile(sound) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    return zipped(parts)


def zipped(parts: dict[str, bytes]) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def in_sheet(more: bytes) -> bytes:
    def change(parts: dict[str, bytes]) -> None:
        parts[SHEET] = parts[SHEET].replace(b"</sheetData>", more + b"</sheetData>")

    return workbook(change)


def far_cell() -> bytes:
    return in_sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def many_cells() -> bytes:
    return in_sheet(b"<row>" + b"<c/>" * 51_000_000 + b"</row>")


def many_strings() -> bytes:
    def change(parts: dict[str, bytes]) -> None:
        parts[STRINGS] = parts[STRINGS].replace(b"</sst>", b"<si/>" * 51_000_000 + b"</sst>")

    return workbook(change)


def entities() -> bytes:
    """A billion laughs: what XML calls entities, each ten of the one before."""
    nested = b"".join(
        b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(98, 108)
    )

    def change(parts: dict[str, bytes]) -> None:
        head, _, rest = parts[STRINGS].partition(b"\n")
        declared = b'<!DOCTYPE sst [<!ENTITY a "ha">' + nested + b"]>"
        parts[STRINGS] = head + declared + rest.replace(b"GM1(36:1;O2)", b"&k;")

    return workbook(change)


def lying_sizes() -> bytes:
    """The central directory says that a part of 300 MB has 100 bytes."""
    content = workbook(lambda parts: parts.update({"xl/media/image1.png": b"\0" * 300_000_000}))
    return content.replace((300_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))


def many_parts() -> bytes:
    return workbook(lambda parts: parts.update({f"x{number}": b"" for number in range(2_000)}))


def many_rows() -> bytes:
    """Billions of cells, run-length encoded, in a few kilobytes."""
    content = BytesIO()
    equal_rows(21_000_000).write_parquet(content)
    return content.getvalue()


def equal_rows(count: int) -> pl.DataFrame:
    return pl.select(
        pl.repeat("GM1(36:1;O2)", count).alias("Name"),
        pl.repeat(1.0, count).alias("RT"),
        pl.repeat(1.0, count).alias("Volume"),
    )


def many_columns_of_parquet() -> bytes:
    content = BytesIO()
    pl.DataFrame({str(number): [1] for number in range(20_000)}).write_parquet(content)
    return content.getvalue()


BOMBS = {
    "far cell": (far_cell, "17,179,869,184 cells, more than the 50,000,000"),
    "many cells": (many_cells, "cells, more than the 50,000,000"),
    "many strings": (many_strings, "cells, more than the 50,000,000"),
    "entities": (entities, ""),
    "lying sizes": (lying_sizes, "unpacks to more than it says"),
    "many parts": (many_parts, "The workbook unpacks to more than 2 GB"),
    "parquet rows": (many_rows, "The table has 21,000,000 rows, more than the 20,000,000"),
    "parquet columns": (many_columns_of_parquet, "The table has 20,000 columns, more than"),
    "csv columns": (
        lambda: HEADER + b",x" * 500_000 + b"\n",
        "The table has 500,003 columns, more than the 16,384",
    ),
    "one line": (lambda: b"x" * 60_000_000, "The first line of the file is longer than 1,048,576"),
    "csv rows": (
        lambda: HEADER + b"\n1" * 21_000_000,
        "The table has 21,000,000 rows, more than the 20,000,000",
    ),
    "short rows of a wide header": (
        lambda: (
            b",".join([HEADER, *(b"%d" % number for number in range(9_000))]) + b"\n1" * 9_000_000
        ),
        "cells, more than the 500,000,000",
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_in_a_sentence_and_takes_no_memory(
    client: httpx.Client, server: Sialoscope, bomb: str
) -> None:
    make, sentence = BOMBS[bomb]
    content = make()
    job = finished(client, submit(client, content, "peaks.csv"))
    assert sentence in job["message"]
    if sentence:
        assert (job["status"], job["error"]) == ("failed", "PeakTableError")
    assert all(peak_mb(pid) < MEMORY_MB / 2 for pid in server.analyses())
    assert all(peak_mb(pid) < MEMORY_MB / 2 for pid in server.pids("web"))


def test_a_bomb_in_a_preview_leaves_the_web_as_it_was(
    pages: httpx.Client, server: Sialoscope
) -> None:
    (web,) = server.pids("web")
    answer = send(pages, "/preview", ("a.xlsx", far_cell()), ("b.csv", SMALL))
    assert answer.is_success
    assert "17,179,869,184 cells" in answer.text
    assert "GM1(36:1;O2)" in answer.text
    assert server.pids("web") == [web]
    assert peak_mb(web) < MEMORY_MB / 2


def test_an_analysis_beyond_its_memory_fails_at_once_with_what_to_do(
    client: httpx.Client, pages: httpx.Client
) -> None:
    """What no bound foresees ends at the limit of the process: millions of rows in few bytes."""
    content = BytesIO()
    equal_rows(15_000_000).write_parquet(content)
    assert len(content.getvalue()) < 1_000_000
    job_id = submit(client, content.getvalue())
    job = finished(client, job_id)
    assert (job["status"], job["attempt"]) == ("failed", 1)
    assert "needs more memory than it may have" in job["message"]
    small = finished(client, submit(client, SMALL))  # by a new process
    assert (small["status"], small["attempt"]) == ("succeeded", 1), small["message"]
    page = send(pages, "/preview", ("huge.parquet", content.getvalue()))
    assert page.is_success
    assert "takes more memory than a preview may use" in page.text


def peak_mb(pid: int) -> float:
    """The most memory that a process has held so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    raise AssertionError("The process has no memory.")
