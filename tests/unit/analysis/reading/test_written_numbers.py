"""Numbers and times as people and spreadsheets write them, each read as what it means."""

# ruff: noqa: RUF001  # the signs that look alike are what is tested

from datetime import date, time, timedelta
from pathlib import Path

import polars as pl
import pytest

from app.analysis.reading.decisions import UndecidedError
from app.analysis.reading.peak_table import read_peak_table

NAMES = ("GM3(34:1;O2)", "GM3(36:1;O2)", "GD1(36:1;O2)")


def table_of(folder: Path, times: list[str], areas: list[str], header: str = "RT") -> Path:
    path = folder / "peaks.tsv"
    rows = zip(NAMES, times, areas, strict=True)
    lines = [f"Name\t{header}\tArea", *("\t".join(row) for row in rows)]
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["12,34,567.5", "2,34,567.25", "98,765.5"], [1234567.5, 234567.25, 98765.5]),
        (["12,34,567", "2,34,567", "98,765"], [1234567, 234567, 98765]),
        (["1.5×10^6", "2.3 x 10^5", "3.4·10⁶"], [1.5e6, 2.3e5, 3.4e6]),
        (["1.5*10**-2", "2.3x10^-1", "3.4×10⁻³"], [1.5e-2, 0.23, 3.4e-3]),
        (["١٢٣٤٥٦٧", "٢٣٤٬٥٦٧", "٩٨٧٦٥٫٥"], [1234567, 234567, 98765.5]),
        (["۱۲۳۴۵۶۷", "۲۳۴۵۶۷", "۹۸۷۶۵"], [1234567, 234567, 98765]),
        (["1234 ± 12", "2345 (±20)", "3456 +/- 1"], [1234, 2345, 3456]),
        (["1.2M", "234k", "98765"], [1.2e6, 234e3, 98765]),
        (["1,2 M", "234 K", "98,5"], [1.2e6, 234e3, 98.5]),
        (["12.3%", "2.3 %", "45%"], [12.3, 2.3, 45]),
        (["1234567 counts", "234567", "98765 a.u."], [1234567, 234567, 98765]),
        (["1,234k", "$2345", "12.3%"], [None, None, None]),
    ],
)
def test_an_area_is_read_as_it_is_written(
    tmp_path: Path, written: list[str], read: list[float | None]
) -> None:
    path = table_of(tmp_path, ["10.61", "11.84", "9.15"], written)
    assert read_peak_table(path)["peak_area"].to_list() == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["10.612", "11,843", "9.145"], [10.612, 11.843, 9.145]),
        (["10.6 min", "710.4 s", "9.1 min"], [10.6, 11.84, 9.1]),
        (["10.6 min", "11.84", "9.1"], [10.6, 11.84, 9.1]),
        (["10 min 36 s", "11:51", "9.1 min"], [10.6, 11.85, 9.1]),
        (["10m36s", "PT11M51S", "0h9m6s"], [10.6, 11.85, 9.1]),
        (["10.6 ± 0.02 min", "11.84±0.1 min", "9.1 min"], [10.6, 11.84, 9.1]),
        (["10.61 (10.5-10.7)", "11.84 [11.7–12]", "9.1"], [10.61, 11.84, 9.1]),
        (["٦٣٦ s", "٧١٠٫٤ s", "٥٤٦ s"], [10.6, 11.84, 9.1]),
        (["10.6 min", "710", "9.1 min"], [None, 710 / 60, None]),  # 710 min is no time
        (["10.5-10.7", "11.84", "9.1"], [None, 11.84, 9.1]),
    ],
)
def test_a_time_is_read_as_it_is_written(
    tmp_path: Path, written: list[str], read: list[float | None]
) -> None:
    path = table_of(tmp_path, written, ["1500", "2500", "3500"])
    assert read_peak_table(path)["rt_min"].to_list() == pytest.approx(read)


def test_both_decimal_marks_in_a_column_are_reported(tmp_path: Path) -> None:
    notes: list[str] = []
    path = table_of(tmp_path, ["10.612", "11,843", "9.145"], ["1.234", "2,345", "3.456"])
    areas = read_peak_table(path, on_note=notes.append)["peak_area"].to_list()
    assert areas == [1.234, 2345, 3.456]
    assert "'10.612' and '11,843'; both are read as decimal marks" in notes[0]
    assert "'2,345'; the latter is read as 2345" in notes[1]


@pytest.mark.parametrize(
    "cells",
    [
        pl.Series([time(0, 10, 36), time(0, 11, 51), time(0, 9, 6)]),
        pl.Series([timedelta(minutes=each) for each in (10.6, 11.85, 9.1)]),
        pl.Series(["1899-12-31 00:10:36.000", "1899-12-30 00:11:51", "00:09:06"]),
    ],
)
def test_clock_times_of_a_spreadsheet_are_minutes(tmp_path: Path, cells: pl.Series) -> None:
    path = tmp_path / "peaks.parquet"
    pl.DataFrame({"Name": NAMES, "RT": cells, "Area": [1.0, 2.0, 3.0]}).write_parquet(path)
    assert read_peak_table(path)["rt_min"].to_list() == pytest.approx([10.6, 11.85, 9.1])


def test_a_date_in_place_of_a_number_says_where_it_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "peaks.parquet"
    days = [date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)]
    pl.DataFrame({"Name": NAMES, "RT": days, "Area": [1.0, 2.0, 3.0]}).write_parquet(path)
    problem = read_peak_table(path)["problem"][0]
    assert problem.startswith("RT is the date 2026-05-01, which a spreadsheet may have made of")


def test_fractions_of_a_day_are_asked_about(tmp_path: Path) -> None:
    path = table_of(tmp_path, ["0.00737", "0.00822", "0.00635"], ["1500", "2500", "3500"])
    with pytest.raises(UndecidedError) as error:
        read_peak_table(path)
    assert "fractions of a day" in error.value.questions[0].sentence


@pytest.mark.parametrize(
    "written",
    [
        *("10.60 (0.02)", "10.60 (0.2 %)", "10.60 (n = 3)", "10.60 [3]", "10.60 (shoulder)"),
        *("10.60 (see text)", "1.06e1 (manual)"),
    ],
)
def test_what_stands_in_brackets_after_a_number_is_not_read(tmp_path: Path, written: str) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(f"Name,RT,Area\nGM3 36:1;O2,{written},500\nGD3 36:1;O2,10.1,700\n")
    notes: list[str] = []
    peaks = read_peak_table(path, on_note=notes.append)
    assert peaks["rt_min"].to_list() == [10.6, 10.1]
    assert any("in brackets after a number" in note and written in note for note in notes)


@pytest.mark.parametrize("written", ["10.6 (predicted)", "10.6 (ref.)", "10.6 (x10^1)", "(10.6)"])
def test_what_makes_another_number_of_it_is_no_remark(tmp_path: Path, written: str) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(f"Name,RT,Area\nGM3 36:1;O2,{written},500\nGD3 36:1;O2,10.1,700\n")
    assert read_peak_table(path)["rt_min"].to_list() == [None, 10.1]
