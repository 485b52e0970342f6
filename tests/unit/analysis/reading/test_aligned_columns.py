"""Tables that spaces divide are read if their columns line up, and those of R with row numbers."""

from pathlib import Path

import pytest

from app.analysis.errors import PeakTableError
from app.analysis.reading.peak_table import read_peak_table

NAMES = ["GM3 36:1;O2", "GD1a 38:1;O2"]
PEAKS = list(zip(NAMES, (10.6, 10.1), (5000.0, 300.0), strict=True))


def read(path: Path, text: str) -> list[tuple[object, ...]]:
    path.write_text(text)
    peaks = read_peak_table(path, on_note=lambda _: None)
    return peaks.filter(peaks["problem"].is_null()).select("name", "rt_min", "peak_area").rows()


@pytest.mark.parametrize(
    "text",
    [
        "Name           RT     Area\nGM3 36:1;O2   10.60   5000\nGD1a 38:1;O2  10.10    300\n",
        "Name          RT     Area\nGM3 36:1;O2   10,60  5000,0\nGD1a 38:1;O2  10,10  300,0\n",
        "Report\n\nName          RT (min)  Area\n------------  --------  ----\n"
        "GM3 36:1;O2      10.60  5000\nGD1a 38:1;O2     10.10   300\n",
        'Name RT Area\n"GM3 36:1;O2" 10.6 5000\n"GD1a 38:1;O2"  10.1 300\n',
        '"Name" "RT" "Area"\n"1" "GM3 36:1;O2" 10.6 5000\n"2" "GD1a 38:1;O2" 10.1 300\n',
        "Name\tRT\tArea\n1\tGM3 36:1;O2\t10.6\t5000\n7\tGD1a 38:1;O2\t10.1\t300\n",
        '"Name","RT","Area"\n"1","GM3 36:1;O2",10.6,5000\n"2","GD1a 38:1;O2",10.1,300\n',
    ],
)
def test_columns_that_line_up_are_read(tmp_path: Path, text: str) -> None:
    assert read(tmp_path / "peaks.txt", text) == PEAKS


def test_an_empty_cell_of_an_aligned_table_stays_empty(tmp_path: Path) -> None:
    path = tmp_path / "peaks.txt"
    path.write_text("Name         RT    Area\nGM3 36:1;O2  10.6  5000\nGD3 36:1;O2         300\n")
    assert read_peak_table(path)["rt_min"].to_list() == [10.6, None]


@pytest.mark.parametrize(
    "rows",
    [
        "GM3 36:1;O2  10.60   5000\nGanglioside GD3 36:1;O2  10.10  300\n",
        "GM3 36:1;O2   10.60   5000\nThis is the end of the report of today\n",
    ],
)
def test_columns_that_do_not_line_up_are_refused(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "peaks.txt"
    path.write_text("Name           RT     Area\n" + rows)
    with pytest.raises(PeakTableError, match="do not line up"):
        read_peak_table(path)


def test_a_column_without_a_header_at_the_end_moves_no_cells(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text("Name,RT,Area\nGM3 36:1;O2,10.6,5000,0.9\nGD3 36:1;O2,10.1,300,0.8\n")
    assert read_peak_table(path)["problem"].str.contains("more cells").all()
