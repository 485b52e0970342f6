"""The name of a molecule can stand above its table, whose rows are samples."""

from pathlib import Path

import pytest
import xlsxwriter

from app.analysis.errors import PeakTableError
from app.analysis.reading.peak_table import read_peak_table

GM3, GD1 = "GM3 36:1;O2", "GD1a 36:1;O2"


@pytest.mark.parametrize(
    "above", [GM3, f"Compound: {GM3}", f"Analyte,{GM3}", f"Component Name,Unit\n{GM3},counts"]
)
def test_the_name_above_a_table_is_that_of_its_rows(tmp_path: Path, above: str) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(f"{above}\nSample,RT,Area\na,10.6,500\nb,10.61,600\n")
    notes: list[str] = []
    peaks = read_peak_table(path, on_note=notes.append)
    assert peaks.select("sample", "name").rows() == [("a", GM3), ("b", GM3)]
    assert any(note.startswith("The name above the table") for note in notes)


@pytest.mark.parametrize("above", [f"{GM3}\n{GD1}", "Gangliosides of brain", "Compound: caffeine"])
def test_another_line_above_a_table_is_no_name(tmp_path: Path, above: str) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(f"{above}\nSample,RT,Area\na,10.6,500\nb,10.61,600\n")
    with pytest.raises(PeakTableError, match="lacks the column Name"):
        read_peak_table(path)


def test_a_title_above_a_table_with_names_is_none_of_them(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(f"{GD1}\nName,RT,Area\n{GM3},10.6,500\n{GD1},9.1,600\n")
    assert read_peak_table(path)["name"].to_list() == [GM3, GD1]


def test_a_workbook_of_quan_browser_has_a_sheet_for_each_component(tmp_path: Path) -> None:
    path = tmp_path / "peaks.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for number, (name, rt) in enumerate({GM3: 10.6, GD1: 9.14}.items()):
            rows = [
                ["Component Name", "Curve Index", "Weighting Index"],
                [name, "Linear", "1/X"],
                [],
                ["Filename", "Sample Type", "Area", "RT"],
                ["s1", "Unknown", 5000, rt],
                ["b1", "Blank", 90, rt + 0.01],
            ]
            sheet = book.add_worksheet(f"component {number}")
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    peaks = read_peak_table(path)
    found = peaks.select("sample", "name", "rt_min", "sample_role").rows()
    assert found == [
        *(("s1", GM3, 10.6, "sample"), ("b1", GM3, 10.61, "blank")),
        *(("s1", GD1, 9.14, "sample"), ("b1", GD1, 9.15, "blank")),
    ]
