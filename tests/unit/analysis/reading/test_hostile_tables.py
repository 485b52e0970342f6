"""What malformed tables once broke, each found by ``make fuzz``."""

import io
import struct
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from app.analysis.errors import PeakTableError
from app.analysis.names.name_table import parse_names
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.preview import preview

GOOD = {"Name": ["GM1(36:1;O2)"], "RT": [10.1], "Volume": [1000.0]}
WIDE = "Alignment ID,Average Rt(min),Average Mz,Metabolite name,Adduct type,MS/MS spectrum"


@pytest.mark.parametrize(
    ("column", "cell"),
    [("RT", [10.1]), ("Name", b"\xff\xfe"), ("Volume", timedelta(1)), ("Name", {"a": 1})],
)
def test_a_column_of_lists_bytes_or_spans_is_refused_by_its_name(
    tmp_path: Path,
    column: str,
    cell: Any,  # noqa: ANN401
) -> None:
    path = tmp_path / "peaks.parquet"
    pl.DataFrame(GOOD | {column: [cell]}).write_parquet(path)
    with pytest.raises(PeakTableError, match=f"The column '{column}' is of type"):
        read_peak_table(path)
    assert f"The column '{column}' is of type" in preview(path).refusal


@pytest.mark.parametrize(("levels", "is_read"), [(1, True), (2, True), (20, False)])
def test_a_column_beside_the_others_may_have_lists_but_no_depth_without_end(
    tmp_path: Path, levels: int, is_read: bool
) -> None:
    """A thousand levels kept an analysis busy for minutes, and five thousand ended its process."""
    path, lists = tmp_path / "peaks.parquet", pl.Series("lists", [1])
    for _ in range(levels):
        lists = lists.implode()
    pl.DataFrame(GOOD).with_columns(lists).write_parquet(path)
    if is_read:
        assert read_peak_table(path).height == 1
    else:
        with pytest.raises(PeakTableError, match="more than 8 levels deep"):
            read_peak_table(path)


def test_a_schema_that_says_it_has_more_columns_than_bytes_is_damaged(tmp_path: Path) -> None:
    """Polars made room for two thousand million columns, which ended its process."""
    path = tmp_path / "peaks.parquet"
    footer = b"\x15\x02\x19\xfc\x80\xa8\xd6\xb9\x07\0"
    path.write_bytes(b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1")
    with pytest.raises(PeakTableError, match="a Parquet file that is damaged"):
        read_peak_table(path)


def test_a_formula_in_a_wide_table_beside_a_feature_without_area(tmp_path: Path) -> None:
    """Polars 2.1 panicked on the chunks of the melted table."""
    path = tmp_path / "peaks.csv"
    rows = ["1,=1+1,700,GM1(36:1;O2),,,5,0", "2,10,700,GM3(36:1;O2),,,0,0"]
    path.write_text("\n".join([f"{WIDE},a,b", *rows]))
    problems = read_peak_table(path)["problem"].to_list()
    assert problems == [
        "RT holds the formula =1+1; paste its value instead.",
        "The feature has no area in any sample.",
    ]


def test_thousands_of_samples_are_read_in_seconds(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    samples = [f"s{number}" for number in range(2_000)]
    path.write_text(f"{WIDE},{','.join(samples)}\n1,10,700,GM1(36:1;O2),,{',5' * 2_000}\n")
    began = time.process_time()
    assert read_peak_table(path).height == 2_000
    assert time.process_time() - began < 60  # a minute and a half before, on a machine at rest


def test_a_name_that_is_too_long_is_cut_with_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(f"Name,RT,Volume\n{'x' * 50_000},1,1\nGM1(36:1;O2),1,1\n")
    peaks = read_peak_table(path)
    assert peaks["problem"][0] == "Name is longer than 500 characters; here is its beginning."
    assert len(peaks["name"][0]) == 501


def test_no_text_commands_a_terminal_or_reads_as_another_one(tmp_path: Path) -> None:
    path, odd = tmp_path / "peaks.parquet", "\x1b]0;x\x07\u202egpj"
    pl.DataFrame(GOOD | {"Name": [odd], "Sample": [odd]}).write_parquet(path)
    long = read_peak_table(path)
    pl.DataFrame({"Name": GOOD["Name"], "RT": [1.0], f"Area {odd}": [1.0]}).write_parquet(path)
    wide = read_peak_table(path)
    shown = "\ufffd]0;x\ufffdgpj"
    assert [long["name"][0], long["sample"][0], wide["sample"][0]] == [shown] * 3


def test_a_header_that_begins_like_an_archive_is_a_header(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text("PK,Name,RT,Volume\n1,GM1(36:1;O2),10.1,1000\n")
    assert read_peak_table(path)["problem"].to_list() == [None]


def test_the_columns_of_a_very_wide_table_are_not_all_listed(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(",".join(f"column {number}" for number in range(3_000)) + "\n1\n")
    with pytest.raises(PeakTableError, match="and 2,970 more") as refusal:
        read_peak_table(path)
    assert len(str(refusal.value)) < 2_000


@pytest.mark.parametrize("part", ["_rels/.rels", "xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_workbook_without_a_part_is_refused_without_showing_paths(
    tmp_path: Path, part: str
) -> None:
    content = io.BytesIO()
    pl.DataFrame(GOOD).write_excel(content)
    path = tmp_path / "peaks.xlsx"
    with zipfile.ZipFile(content) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            if name != part:
                after.writestr(name, before.read(name))
    with pytest.raises(PeakTableError) as refusal:
        read_peak_table(path)
    assert "XLSX" in str(refusal.value)
    assert str(tmp_path) not in str(refusal.value)


@pytest.mark.parametrize(
    "name",
    [
        *("GM1" + "+OAc" * 5_000, "GM1(" + "36:1/" * 5_000, "GM1" + " " * 50_000 + "x"),
        *("G" * 50_000, "GM1(36:1;O" + "2" * 4_000 + ")", "(" * 50_000, "+" * 50_000),
    ],
)
def test_no_name_keeps_the_parser_busy(name: str) -> None:
    began = time.process_time()
    assert parse_names([name[:501], name])["name_problem"].null_count() == 0
    assert time.process_time() - began < 5


@pytest.mark.parametrize("header", ["x" * 1_000_000, "x area " * 100_000])
def test_no_header_keeps_the_reader_busy(header: str, tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(f"{header}\n1\n")
    began = time.process_time()
    with pytest.raises(PeakTableError):
        read_peak_table(path)
    assert time.process_time() - began < 5
