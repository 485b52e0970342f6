"""Rows of headings, names that are written once, and tables beside the peaks."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from xlsxwriter import Workbook

from app.analysis.errors import PeakTableError
from app.analysis.reading.peak_table import read_peak_table
from tests.unit.analysis.reading.written_table import Table


@pytest.fixture
def written(tmp_path: Path) -> Table:
    return Table(tmp_path / "peaks.csv")


def usable(written: Table, text: str) -> list[tuple[object, ...]]:
    """The sample, name and time of each row without a problem."""
    peaks = written.read(text)
    return peaks.filter(peaks["problem"].is_null()).select("sample", "name", "rt_min").rows()


@pytest.mark.parametrize("heading", ["{},,", "{}", "{} (n = 2):,,590000", "{},-,-"])
@pytest.mark.parametrize("chain", ["36:1;O2", "d36:1", "d18:1/18:0"])
def test_a_class_stands_above_its_ceramides(written: Table, heading: str, chain: str) -> None:
    lines = [heading.format("GM3"), f"{chain},10.6,5", "38:1,,", "40:1,13.6,7"]
    lines += [heading.format("GD1a"), f"{chain},9.1,4", "Total,,16"]
    rows = usable(written, "\n".join(["Lipid,RT,Area", *lines]))
    assert rows == [
        ("", f"GM3 {chain}", 10.6),
        ("", "GM3 40:1", 13.6),
        ("", f"GD1a {chain}", 9.1),
    ]
    read = written.read("\n".join(["Lipid,RT,Area", *lines]))
    assert read["name"].to_list()[2] == "GM3 38:1"
    assert "heading" in read["problem"][0]
    assert any("'GM3', 'GD1a'" in note for note in written.notes)


def test_a_ceramide_stands_above_its_classes(written: Table) -> None:
    text = "Lipid,RT,Area\n36:1;O2,,\nGM3,10.6,5\nGD1a,9.1,4\n38:1;O2,,\nGM3,12.1,3"
    assert [row[1] for row in usable(written, text)] == [
        "GM3 36:1;O2",
        "GD1a 36:1;O2",
        "GM3 38:1;O2",
    ]


def test_another_class_is_no_ganglioside(written: Table) -> None:
    text = "Lipid,RT,Area\nGM3,,\n36:1,10.6,5\n38:1,12.1,4\nSulfatide,,\n40:1,14,4"
    assert [row[1] for row in usable(written, text)] == ["GM3 36:1", "GM3 38:1", "Sulfatide 40:1"]


def test_classes_stand_above_the_rows_of_all_samples(written: Table) -> None:
    text = "Lipid,RT,s1 Area,s2 Area\nGM3,,,\n36:1,10.6,5,6\nGD1a,,,\n36:1,9.1,4,3"
    assert usable(written, text) == [
        ("s1", "GM3 36:1", 10.6),
        ("s1", "GD1a 36:1", 9.1),
        ("s2", "GM3 36:1", 10.6),
        ("s2", "GD1a 36:1", 9.1),
    ]


def test_a_sample_stands_above_its_peaks(written: Table) -> None:
    text = "Lipid,RT,Area\nBrain,,\nGM3 36:1,10.6,5\nGM3 38:1,12.1,4\nLiver,,\nGM3 36:1,10.6,3"
    assert usable(written, text) == [
        ("Brain", "GM3 36:1", 10.6),
        ("Brain", "GM3 38:1", 12.1),
        ("Liver", "GM3 36:1", 10.6),
    ]
    assert any("'Brain', 'Liver'" in note for note in written.notes)


@pytest.mark.parametrize(
    ("first", "second", "species"),
    [
        ("Monosialo", "Disialo", "GD3 36:1"),  # other molecules below each
        ("PE 36:1", "PE 38:1", "GM3 36:1"),  # lipids that were not found
        ("Brain", "Brain", "GM3 36:1"),  # one sample in two parts
    ],
)
def test_other_rows_without_a_time_name_no_samples(
    written: Table, first: str, second: str, species: str
) -> None:
    text = f"Lipid,RT,Area\n{first},,\nGM3 36:1,10.6,5\n{second},,\n{species},10.1,3"
    assert {row[0] for row in usable(written, text)} == {""}


@pytest.mark.parametrize("samples", ["Sample", "Replicate", "Mouse"])
def test_a_name_is_written_once_for_its_replicates(written: Table, samples: str) -> None:
    lines = ["GM3 36:1,1,10.60,5", ",2,10.61,4", "GD1a 36:1,1,9.14,3", ",2,9.15,2"]
    text = "\n".join([f"Lipid,{samples},RT,Area", *lines])
    assert usable(written, text) == [
        ("1", "GM3 36:1", 10.6),
        ("2", "GM3 36:1", 10.61),
        ("1", "GD1a 36:1", 9.14),
        ("2", "GD1a 36:1", 9.15),
    ]
    assert any("read as the name above it" in note for note in written.notes)


@pytest.mark.parametrize(
    "lines",
    [
        ["GM3 36:1,1,10.6,5", ",1,10.7,4", "GD1a 36:1,1,12.1,3", ",1,12.2,2"],  # one sample
        ["GM3 36:1,1,10.6,5", ",2,11.2,4", "GD1a 36:1,1,12.1,3", ",2,12.1,2"],  # another time
        ["GM3 36:1,1,10.6,5", "GM3 36:1,2,10.6,5", ",1,10.7,4", "GD3 36:1,1,12,3", ",2,12,2"],
    ],
)
def test_features_without_a_name_stay_so(written: Table, lines: list[str]) -> None:
    read = written.read("\n".join(["Lipid,Sample,RT,Area", *lines]))
    assert read["name"].null_count() == 2
    assert not any("name above" in note for note in written.notes)


SIDE = "Name,RT,Area,,{}\nGM3 36:1,10.6,5,,{}\nGM3 38:1,12.1,4,,{}\nGD1a 36:1,9.1,3,,{}"


@pytest.mark.parametrize(
    "cells",
    [
        ("Sample,Group", "s1,WT", "s2,KO", ","),
        ("Parameter,RT (min)", "Gradient,20", ",", ","),
        ("Class,Volume", "GM3,9", "GD1a,3", ","),
    ],
)
def test_a_smaller_table_beside_the_peaks_is_not_read(
    written: Table, cells: tuple[str, ...]
) -> None:
    read = written.read(SIDE.format(*cells))
    assert read["sample"].unique().to_list() == [""]
    assert read["peak_area"].to_list() == [5, 4, 3]
    assert any("another table" in note and cells[0][:5] in note for note in written.notes)


@pytest.mark.parametrize(
    ("cells", "samples"),
    [
        (("Sample,Anchor", "s1,x", "s1,", "s2,"), ["s1", "s1", "s2"]),
        (("Sample,Remark", "s1,a", ",", "s2,"), ["s1", "s1", "s2"]),
        (("Sample", "s1", "", ""), ["s1", "s1", "s1"]),
    ],
)
def test_columns_of_the_peaks_can_stand_behind_an_empty_one(
    written: Table, cells: tuple[str, ...], samples: list[str]
) -> None:
    assert written.read(SIDE.format(*cells))["sample"].to_list() == samples


def test_a_smaller_table_of_peaks_is_no_list(written: Table) -> None:
    cells = ("Name,RT,Area", "GD3 36:1,10.1,5", "GD3 38:1,11.6,5", ",,")
    with pytest.raises(PeakTableError, match="side by side"):
        written.read(SIDE.format(*cells))


def test_a_chosen_column_is_read_from_the_table_beside(written: Table) -> None:
    cells = ("Sample,Group", "s1,WT", "s2,KO", ",")
    read = written.read(SIDE.format(*cells), sample="Sample")
    assert read["sample"].to_list()[:2] == ["s1", "s2"]


@pytest.mark.parametrize("header", ["m1,m2,m3", "Area m1,Area m2,Area m3"])
@pytest.mark.parametrize(
    "rows", [["Group,,WT,WT,KO"], ["Group,,WT,WT,KO", "Sex,,m,f,m"], ["Treatment,,,drug A,drug B"]]
)
def test_rows_that_describe_the_columns_are_no_peaks(
    written: Table, header: str, rows: list[str]
) -> None:
    lines = [f"Name,RT,{header}", *rows, "GM3 36:1,10.6,500,400,300", "GM3 38:1,12.1,5000,4100,30"]
    read = written.read("\n".join(lines))
    assert read["sample"].unique(maintain_order=True).to_list() == ["m1", "m2", "m3"]
    assert read["peak_area"].to_list() == [500, 5000, 400, 4100, 300, 30]
    words = [row.split(",")[0] for row in rows]
    assert all(any(f"The row {word!r}" in note for note in written.notes) for word in words)


@pytest.mark.parametrize(
    "row", ["PE 36:1,,n.d.,n.d.,n.d.", "Sulfatide,,<LOQ,<LOQ,n.d.", "GM3 34:1,,saturated,low,low"]
)
def test_a_lipid_that_was_not_found_describes_no_column(written: Table, row: str) -> None:
    lines = ["Name,RT,Area m1,Area m2,Area m3", row, "GM3 36:1,10.6,500,400,300"]
    assert row.split(",")[0] in written.read("\n".join(lines))["name"].to_list()


@pytest.mark.parametrize(
    "labels", [("pos", "neg"), ("ESI+", "ESI-"), ("Positive", "Negative"), ("ESI pos", "ESI neg")]
)
@pytest.mark.parametrize("header", ["Area {},Area {}", "{} Area,{} Area", "{},{}"])
def test_polarities_are_no_samples(written: Table, labels: tuple[str, str], header: str) -> None:
    text = f"Name,RT,{header.format(*labels)}\nGM3 36:1,10.6,500,400\nGM3 38:1,12.1,5000,4100"
    with pytest.raises(PeakTableError, match="hold areas of ions"):
        written.read(text)


def of_sheets(path: Path, **sheets: Sequence[Sequence[object]]) -> tuple[pl.DataFrame, list[str]]:
    """The peaks of a workbook with these rows in its sheets, and the notes on them."""
    with Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    notes: list[str] = []
    return read_peak_table(path, on_note=notes.append), notes


def test_a_list_of_samples_in_a_workbook_is_not_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Name", "RT", "Area", "", "Sample", "Group"]]
    rows += [["GM3 36:1", 10.6, 500, "", "s1", "WT"], ["GM3 38:1", 12.1, 90, "", "s2", "KO"]]
    peaks, notes = of_sheets(tmp_path / "peaks.xlsx", peaks=[*rows, ["GD1a 36:1", 9.1, 300]])
    assert peaks["sample"].to_list() == ["", "", ""]
    assert any("'Sample', 'Group'" in note for note in notes)


def test_headings_and_descriptions_in_a_workbook(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Lipid", "RT", "m1", "m2"], ["Sex", "", "male", "female"]]
    rows += [["GM3"], ["36:1", 10.6, 500, 400], ["38:1", 12.1, 90, 80]]
    peaks, notes = of_sheets(tmp_path / "peaks.xlsx", peaks=rows)
    usable = peaks.filter(peaks["problem"].is_null())
    assert usable["name"].to_list() == ["GM3 36:1", "GM3 38:1"] * 2
    assert usable["peak_area"].to_list() == [500, 90, 400, 80]
    assert any("'male', 'female'" in note for note in notes)


def test_what_is_left_out_of_each_sheet_is_noted(tmp_path: Path) -> None:
    header: list[object] = ["Name", "RT", "Area a", "Area b"]
    one = [header, ["GM3 36:1", 10.6, 500, 400], ["GM3 38:1", 12.1, 90, 80]]
    two: list[list[object]] = [
        header,
        ["Sex", "", "male", "female"],
        ["GD1a 36:1", 9.1, 70, 60],
        ["GD3 36:1", 10.1, 5, 6],
    ]
    peaks, notes = of_sheets(tmp_path / "peaks.xlsx", one=one, two=two)
    assert peaks.height == 8
    assert any("The row 'Sex'" in note for note in notes)


def test_totals_of_classes_between_ceramides_are_no_class(written: Table) -> None:
    lines = ["GM3,34:1,9.1,600", ",36:1,10.6,500", "GM3 total,,,1100", "GD3,36:1,10.1,40"]
    text = "\n".join(["Class,Ceramide,RT,Area", *lines, "GD3 total,,,40", "Grand total,,,1140"])
    peaks = written.read(text)
    assert peaks["name"].drop_nulls().to_list() == ["GM3 34:1", "GM3 36:1", "GD3 36:1"]
    assert peaks["problem"].null_count() == 3


def test_ceramides_of_a_text_file_can_be_clock_times_too(written: Table) -> None:
    lines = ["GM3,34:01:00,9.1,600", "GD3,36:02:00,10.6,500"]
    peaks = written.read("\n".join(["Class,Ceramide,RT,Area", *lines]))
    assert peaks["name"].to_list() == ["GM3 34:1", "GD3 36:2"]


@pytest.mark.parametrize("cells", [("9:05:00", "10:30:00"), ("70:01:00", "36:01:00")])
def test_other_clock_times_are_no_ceramides(written: Table, cells: tuple[str, str]) -> None:
    lines = [f"GM3,{cells[0]},9.1,600", f"GD3,{cells[1]},10.6,500"]
    peaks = written.read("\n".join(["Class,Started,RT,Area", *lines]), name="Class")
    assert peaks["name"].to_list() == ["GM3", "GD3"]


@pytest.mark.parametrize("ceramides", [("34:1", "36:1"), ("38:1", "40:1")])
def test_classes_above_repeated_headers_are_no_samples(
    written: Table, ceramides: tuple[str, str]
) -> None:
    first = ["GM3", "Name,RT,Area", "34:1,9.1,600", "36:1,10.6,500"]
    below = ["GD3,,", "Name,RT,Area", f"{ceramides[0]},8.8,60", f"{ceramides[1]},10.1,50"]
    peaks = written.read("\n".join([*first, *below])).filter(pl.col("problem").is_null())
    names = ["GM3 34:1", "GM3 36:1", *(f"GD3 {each}" for each in ceramides)]
    assert peaks.select("sample", "name").rows() == [("", name) for name in names]
