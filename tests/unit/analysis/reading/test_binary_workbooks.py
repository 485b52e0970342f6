"""Workbooks in the binary formats XLS and XLSB are read as XLSX, within the same limits."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from app.analysis.errors import PeakTableError
from app.analysis.reading.peak_table import read_peak_table
from tests.unit.analysis.reading.binary_workbooks import (
    Rows,
    binary,
    compound_file,
    record,
    write_xls,
    write_xlsb,
    xls_stream,
    xlsb_row,
)

HEADER: list[str | float | None] = ["Name", "RT", "Area"]
GM3: Rows = [["Peaks of brain"], HEADER, ["GM3 34:1;O2", 9.5, 1500.0], ["GM3 36:1;O2", 10.6, 25.5]]
GD3: Rows = [HEADER, ["GD3 36:1;O2", "10,1", 300.0]]
PEAKS = [("GM3 34:1;O2", 9.5, 1500.0), ("GM3 36:1;O2", 10.6, 25.5), ("GD3 36:1;O2", 10.1, 300.0)]
WRITERS: dict[str, Callable[..., Path]] = {".xls": write_xls, ".xlsb": write_xlsb}


def read(path: Path, notes: list[str] | None = None) -> list[tuple[object, ...]]:
    on_note = (notes if notes is not None else []).append
    return read_peak_table(path, on_note=on_note).select("name", "rt_min", "peak_area").rows()


@pytest.mark.parametrize("suffix", WRITERS)
def test_binary_workbooks_are_read_without_their_hidden_sheets(tmp_path: Path, suffix: str) -> None:
    path = WRITERS[suffix](tmp_path / f"a{suffix}", ("old",), GM3=GM3, GD3=GD3, old=GD3)
    notes: list[str] = []
    assert read(path, notes) == PEAKS
    assert any("Read 2 sheets: 'GM3', 'GD3'." in note for note in notes)
    for name in ("upload", "peaks.csv", "peaks.xlsx"):  # whatever the suffix promises
        path = path.rename(tmp_path / name)
        assert read(path) == PEAKS


def xls(more: bytes) -> bytes:
    return compound_file({"Workbook": xls_stream({"a": GD3}, more=more)})


FAR_CELL = struct.pack("<HHHd", 65_535, 65_535, 0, 1.0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (xls(record(0x0203, FAR_CELL)), "cells, more than the"),
        (xls(record(0x0200, struct.pack("<IIHHH", 0, 1 << 31, 0, 256, 0))), "more than the"),
        (xls(record(0x00FC, struct.pack("<II", 1, 1 << 31))), "texts, more than the"),
        (xls(record(0x00BD, struct.pack("<HH", 65_535, 0) + b"\xff\xff")), "more than the"),
        (xls(record(0x002F, bytes(6))), "has a password"),
        (compound_file({"EncryptedPackage": b"x", "EncryptionInfo": b"y"}), "has a password"),
        (compound_file({"WordDocument": b"x"}), "no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "is damaged"),
        (xls(b"")[:1_500], "is damaged|no workbook"),
    ],
)
def test_an_old_workbook_that_cannot_be_read_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    with pytest.raises(PeakTableError, match=sentence):
        read_peak_table(path)


def test_sectors_in_a_circle_are_refused(tmp_path: Path) -> None:
    content = bytearray(xls(b""))
    content[512 + 4 * 2 : 512 + 4 * 3] = struct.pack("<I", 2)
    path = tmp_path / "a.xls"
    path.write_bytes(bytes(content))
    with pytest.raises(PeakTableError, match="is damaged"):
        read_peak_table(path)


@pytest.mark.parametrize(
    "more",
    [
        lambda: xlsb_row(19_999_999, ["a"]),
        lambda: binary(5, struct.pack("<IId", 60_000, 0, 1.0)),
        lambda: binary(0, struct.pack("<I", 1 << 31)),
    ],
)
def test_a_far_cell_of_an_xlsb_is_refused(tmp_path: Path, more: Callable[[], bytes]) -> None:
    path = write_xlsb(tmp_path / "a.xlsb", (), more(), a=GD3)
    with pytest.raises(PeakTableError, match="more than the"):
        read_peak_table(path)
