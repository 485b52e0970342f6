"""Workbooks: several sheets, hidden ones, merged headers, titles, and ODS."""

from pathlib import Path
from zipfile import ZipFile

import pytest
import xlsxwriter

from app.analysis.errors import PeakTableError
from app.analysis.reading.decisions import ReadingChoices
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.preview import preview

Rows = list[list[object]]
HEADER: list[object] = ["Name", "RT", "Volume"]
GM3: Rows = [HEADER, ["GM3(36:1;O2)", 10.6, 530172], ["GM3(38:1;O2)", 12.1, 5]]
NAMES_AND_TIMES = (("GM3(36:1;O2)", 10.6), ("GM3(38:1;O2)", 12.1))
GD1: Rows = [HEADER, ["GD1(36:1;O2)", 9.14, 401790]]


def write_workbook(path: Path, hidden: tuple[str, ...] = (), **sheets: Rows) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
            if name in hidden:
                sheet.hide()
    return path


def read(path: Path) -> tuple[list[tuple[object, ...]], list[str]]:
    notes: list[str] = []
    peaks = read_peak_table(path, on_note=notes.append)
    return peaks.select("sample", "name", "rt_min", "peak_area").rows(), notes


def test_every_visible_sheet_with_a_peak_table_is_read(tmp_path: Path) -> None:
    about: Rows = [["Made by"], ["a person"]]
    path = write_workbook(tmp_path / "a.xlsx", About=about, GM3=GM3, GD1=GD1)
    peaks, notes = read(path)
    assert [peak[1] for peak in peaks] == ["GM3(36:1;O2)", "GM3(38:1;O2)", "GD1(36:1;O2)"]
    assert {peak[0] for peak in peaks} == {""}
    assert notes == [
        "Read 2 sheets: 'GM3', 'GD1'. Not read, without a peak table, a summary or copy of "
        "another, or not chosen: 'About'."
    ]


def test_a_person_chooses_the_sheets(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", GM3=GM3, GD1=GD1)
    choices = ReadingChoices(sheets=("GD1",))
    assert read_peak_table(path, choices=choices)["name"].to_list() == ["GD1(36:1;O2)"]
    (decision,) = [one for one in preview(path, choices).decisions if one.subject == "sheets"]
    assert (decision.value, decision.alternatives) == ("GD1", ("GM3/GD1", "GM3", "GD1"))


def test_a_hidden_sheet_is_never_read(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", hidden=("old",), now=GM3, old=GD1)
    assert len(read(path)[0]) == 2
    with pytest.raises(PeakTableError, match="no visible sheet 'old'"):
        read_peak_table(path, choices=ReadingChoices(sheets=("old",)))


@pytest.mark.parametrize("title", ["GM3", "GM3 neg", "Ganglioside GM3"])
def test_the_name_of_a_sheet_is_the_class_of_names_without_one(tmp_path: Path, title: str) -> None:
    first: Rows = [HEADER, ["36:1;O2", 10.6, 5], ["38:1;O2", 12.1, 6]]
    second: Rows = [["Species", "Retention time", "Area"], ["36:1;O2", 9.14, 5]]
    peaks, notes = read(write_workbook(tmp_path / "a.xlsx", (), **{title: first, "GD1": second}))
    assert [peak[1] for peak in peaks] == ["GM3 36:1;O2", "GM3 38:1;O2", "GD1 36:1;O2"]
    assert notes[0] == "Names without a class get that of their sheet: 'GM3', 'GD1'."


def test_sheets_with_the_same_molecules_are_samples(tmp_path: Path) -> None:
    liver: Rows = [HEADER, ["GM3(36:1;O2)", 10.7, 4]]
    peaks, notes = read(write_workbook(tmp_path / "a.xlsx", brain=GM3, liver=liver))
    assert [peak[0] for peak in peaks] == ["brain", "brain", "liver"]
    assert notes[0].startswith("The same molecules stand in several sheets")


def test_titles_and_blank_rows_of_a_sheet_are_no_peaks(tmp_path: Path) -> None:
    rows: Rows = [["Table S3"], [], *GM3[:1], ["", "min", "a.u."], [], *GM3[1:], []]
    assert read(write_workbook(tmp_path / "a.xlsx", S3=rows))[0] == [
        ("", "GM3(36:1;O2)", 10.6, 530172.0),
        ("", "GM3(38:1;O2)", 12.1, 5.0),
    ]


def test_merged_headers_name_the_samples(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 1, 0, "Name")
        sheet.merge_range(0, 1, 0, 2, "brain")
        sheet.merge_range(0, 3, 0, 4, "liver")
        sheet.write_row(1, 1, ["RT", "Area", "RT", "Area"])
        sheet.write_row(2, 0, ["GM3(36:1;O2)", 10.6, 5, 10.7, 6])
    assert read(path)[0] == [
        ("brain", "GM3(36:1;O2)", 10.6, 5.0),
        ("liver", "GM3(36:1;O2)", 10.7, 6.0),
    ]


FAR = "2000000000"
TYPE = "application/vnd.oasis.opendocument.spreadsheet"
HIDDEN = (
    '<style:style style:name="off" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
)


def cell(value: object, more: str = "") -> str:
    kind = "string" if isinstance(value, str) else "float"
    number = "" if kind == "string" else f' office:value="{value}"'
    start = f'<table:table-cell office:value-type="{kind}"{number}{more}>'
    return f"{start}<text:p>{value}</text:p></table:table-cell>"


def repeated(what: str, often: str = FAR) -> str:
    return f' table:number-{what}-repeated="{often}"'


def row(cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{cells}</table:table-row>"


def write_ods(path: Path, sheets: dict[str, str], hidden: tuple[str, ...] = ()) -> Path:
    """An ODS workbook of sheets, each given as the XML of its rows."""
    style = dict.fromkeys(hidden, ' table:style-name="off"')
    tables = "".join(
        f'<table:table table:name="{name}"{style.get(name, "")}>{rows}</table:table>'
        for name, rows in sheets.items()
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}>'
        f"<office:automatic-styles>{HIDDEN}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    with ZipFile(path, "w") as archive:
        archive.writestr("mimetype", TYPE)
        archive.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
        archive.writestr("content.xml", content)
    return path


def rows_of(rows: Rows) -> str:
    return "".join(row("".join(map(cell, each))) for each in rows)


EMPTY = f"<table:table-cell{repeated('columns', '1024')}/>"


def test_ods_is_read_without_its_hidden_sheets(tmp_path: Path) -> None:
    rest = row(EMPTY, repeated("rows", "1048000"))
    sheets = {"GM3": rows_of(GM3) + rest, "GD1": rows_of(GD1), "old": rows_of(GD1)}
    path = write_ods(tmp_path / "a.ods", sheets, hidden=("old",))
    assert [peak[1] for peak in read(path)[0]] == ["GM3(36:1;O2)", "GM3(38:1;O2)", "GD1(36:1;O2)"]
    assert read(path.rename(tmp_path / "upload"))[1] == ["Read 2 sheets: 'GM3', 'GD1'."]


@pytest.mark.parametrize(
    "rows",
    [
        row(cell("GM3", repeated("columns"))),
        row(cell("GM3"), repeated("rows")),
        row("<table:table-cell/>", repeated("rows")) + row(cell("GM3")),
        row(f"<table:table-cell{repeated('columns')}/>{cell(5)}"),
        row(cell("GM3", f' x=">"{repeated("columns")}')),
        row(cell("GM3", repeated("columns", "&#50;000000000"))),
        "<!-- hidden --><table:table-row/>",
    ],
)
def test_an_ods_that_repeats_cells_without_end_is_refused(tmp_path: Path, rows: str) -> None:
    path = write_ods(tmp_path / "a.ods", {"a": rows_of(GM3) + rows})
    with pytest.raises(PeakTableError, match=r"more than the|is damaged"):
        read_peak_table(path)


def test_another_archive_is_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    with pytest.raises(PeakTableError, match=r"no workbook \(XLSX, XLSB or ODS\)"):
        read_peak_table(tmp_path / "a.ods")


@pytest.mark.parametrize(
    ("hide", "is_noted"), [("set_row", True), ("set_column", True), ("", False)]
)
def test_hidden_rows_and_columns_are_noted(tmp_path: Path, hide: str, is_noted: bool) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Name", "RT", "Area", "Note"])
        sheet.write_row(1, 0, ["GM3(36:1;O2)", 10.6, 500])
        sheet.write_row(2, 0, ["GM3(38:1;O2)", 11.8, 700])
        if hide == "set_row":
            sheet.set_row(2, None, None, {"hidden": True})
        if hide == "set_column":
            sheet.set_column("D:D", None, None, {"hidden": True})
    peaks, notes = read(path)
    assert len(peaks) == 2
    assert any("hides rows or columns" in note for note in notes) == is_noted


def test_formulas_without_values_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Name", "RT", "Area"])
        sheet.write_row(1, 0, ["GM3(36:1;O2)", 10.6, 500])
        sheet.write_row(2, 0, ["GM3(38:1;O2)", 11.8])
        sheet.write_formula("C3", "=C2*2", None, "")
    _, notes = read(path)
    assert any("formulas whose values the file lacks" in note for note in notes)


@pytest.mark.parametrize("names", [("neg", "pos"), ("Negative mode", "Positive mode")])
@pytest.mark.parametrize("header", [("Volume",), ("Area s1", "Area s2")])
def test_sheets_of_ions_are_no_samples(
    tmp_path: Path, names: tuple[str, str], header: tuple[str, ...]
) -> None:
    sheets: dict[str, Rows] = {
        name: [["Name", "RT", *header], ["GM3(36:1;O2)", 10.6 + place, *[5 + place] * len(header)]]
        for place, name in enumerate(names)
    }
    path = write_workbook(tmp_path / "a.xlsx", hidden=(), **sheets)
    with pytest.raises(PeakTableError, match="hold ions of the same molecules"):
        read(path)
    choices = ReadingChoices(sheets=(names[0],))
    assert set(read_peak_table(path, choices=choices)["name"]) == {"GM3(36:1;O2)"}


@pytest.mark.parametrize("number_format", ["[h]:mm:ss", "h:mm", "hh:mm:ss"])
def test_ceramides_that_became_clock_times_are_read(tmp_path: Path, number_format: str) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, clock = book.add_worksheet(), book.add_format({"num_format": number_format})
        sheet.write_row(0, 0, ["Class", "Ceramide", "RT", "Area"])
        for row, (carbons, bonds) in enumerate(((34, 1), (36, 2), (42, 1)), start=1):
            sheet.write_row(row, 0, ["GM3", "", row + 0.5, 500 * row])
            sheet.write_number(row, 1, (carbons + bonds / 60) / 24, clock)
    peaks, notes = read(path)
    assert [peak[1] for peak in peaks] == ["GM3 34:1", "GM3 36:2", "GM3 42:1"]
    assert any(note.startswith("A spreadsheet made clock times") for note in notes)


def test_a_sample_is_one_in_sheets_that_name_its_areas_otherwise(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "GM3": [["Name", "RT", "Area s1", "Area s2"], ["GM3(36:1;O2)", 10.6, 5, 6]],
        "GD1": [["Name", "RT", "s2 Area", "s1 Area"], ["GD1(36:1;O2)", 9.1, 8, 7]],
    }
    peaks, _ = read(write_workbook(tmp_path / "a.xlsx", hidden=(), **sheets))
    assert {(sample, name[:3], area) for sample, name, _, area in peaks} == {  # type: ignore[index]
        *(("s1", "GM3", 5.0), ("s2", "GM3", 6.0), ("s1", "GD1", 7.0), ("s2", "GD1", 8.0)),
    }


@pytest.mark.parametrize("shift", [0, 0.02])
@pytest.mark.parametrize("is_long", [False, True])
def test_sheets_with_the_same_molecules_of_the_same_samples_are_refused(
    tmp_path: Path, shift: float, is_long: bool
) -> None:
    header = ["Name", "RT", *(("Sample", "Area") if is_long else ("Area s1",))]
    sheets: dict[str, Rows] = {
        f"Plate {place}": [
            [*header],
            *([n, t + shift * place, *["s1"] * is_long, 5 + place] for n, t in NAMES_AND_TIMES),
        ]
        for place in (1, 2)
    }
    path = write_workbook(tmp_path / "a.xlsx", hidden=(), **sheets)
    with pytest.raises(PeakTableError, match=r"same (peaks|molecules) of the same samples"):
        read(path)
