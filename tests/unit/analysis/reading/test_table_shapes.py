"""Tables as people lay them out: samples without the word area, merged headers, classes apart."""

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from app.analysis.errors import PeakTableError
from app.analysis.reading.decisions import ReadingChoices
from app.analysis.reading.headers.area_headers import split_area_unit
from app.analysis.reading.open_questions import open_questions
from app.analysis.reading.peak_table import read_peak_table

PEAKS = (
    ("GM3(34:1;O2)", 10.6, 1500.0),
    ("GM3(36:1;O2)", 11.8, 2500.0),
    ("GD1(36:1;O2)", 9.1, 900.0),
)


def read(path: Path, text: str, **choices: object) -> tuple[pl.DataFrame, str]:
    path.write_text(text)
    notes: list[str] = []
    peaks = read_peak_table(path, choices=ReadingChoices(**choices), on_note=notes.append)  # type: ignore[arg-type]
    return peaks, " ".join(notes)


def wide(header: str, *factors: float) -> str:
    """A table of the peaks with one column of areas for each factor."""
    rows = [[name, rt, *(area * each for each in factors)] for name, rt, area in PEAKS]
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "peaks.csv"


@pytest.mark.parametrize(
    ("header", "samples"),
    [
        ("Lipid,RT (min),S1,S2,S3", ["S1", "S2", "S3"]),
        ("Lipid,RT (min),101,102,103", ["101", "102", "103"]),
        ("Lipid,RT,WT a,Mean,p-value", None),  # one column could be anything
        ("Lipid,RT,S1,S2,Mean", ["S1", "S2"]),
        ("Lipid,RT,m/z,S1,S2", ["S1", "S2"]),
        ("Lipid,RT,RT end,S1,S2", ["S1", "S2"]),
        ("Lipid,RT,CCS,Score,Carbons", None),
        ("Lipid,RT,Area S1,Area S2,Total Area", ["S1", "S2"]),
        ("Lipid,RT,Area S1,Area S2,Max Area", ["S1", "S2"]),
        (",,WT,WT,KO\nLipid,RT,S1,S2,S3", ["S1", "S2", "S3"]),
        ("Lipid,RT,Area,,\n,,WT1,WT2,KO", ["WT1", "WT2", "KO"]),
        ("Lipid,RT,WT,,KO\n,,1,2,1", ["WT 1", "WT 2", "KO"]),
        ("Lipid,RT,Area S1,Area S2,Area S3 (counts)", ["S1", "S2", "S3"]),
    ],
)
def test_the_samples_of_a_wide_table_are_those_a_person_sees(
    path: Path, header: str, samples: list[str] | None
) -> None:
    text = wide(header, 1, 2, 3)
    if samples is None:
        with pytest.raises(PeakTableError):
            read(path, text)
        return
    peaks, _ = read(path, text)
    assert peaks["sample"].unique(maintain_order=True).to_list() == samples
    assert peaks.height == len(samples) * len(PEAKS)
    assert peaks["problem"].null_count() == peaks.height


@pytest.mark.parametrize(
    ("header", "cells", "area"),
    [
        ("RT,%RSD RT,Area,%RSD Area", "10.6,1,500,3", 500),
        ("RT RSD,RT,Area RSD,Area", "1,10.6,3,500", 500),
        ("RT mean,RT SD,Area mean,Area SD", "10.6,1,500,3", 500),
        ("RT,Average Area,Max Area,Min Area", "10.6,500,600,400", 500),
        ("RT,Area,Background Area", "10.6,500,7", 500),
        ('"RT\n(min)","Area\n(counts)"', "10.6,500", 500),
    ],
)
def test_statistics_beside_one_column_of_areas_are_no_samples(
    path: Path, header: str, cells: str, area: float
) -> None:
    peaks, _ = read(path, f"Name,{header}\nGM3(34:1;O2),{cells}\n")
    assert peaks.select("sample", "rt_min", "peak_area", "problem").rows() == [
        ("", 10.6, area, None)
    ]


def test_areas_that_are_left_out_beside_a_plain_column_are_named(path: Path) -> None:
    _, notes = read(path, wide("Name,RT,Area,Area S1,Area S2", 1, 2, 3))
    assert "Only the areas in 'Area' are read; those in 'Area S1', 'Area S2' are not." in notes


def test_a_typed_number_beside_number_cells_of_a_workbook_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "peaks.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([["Name", "RT", "Area"], ["GM3 34:1", 10.6, "1,500"]]):
            sheet.write_row(place, 0, row)
        sheet.write_row(2, 0, ["GM3 36:1", 11.8, 25000])
    assert [each.subject for each in open_questions(path)] == ["decimal"]


def test_columns_taken_for_samples_are_reported_and_can_be_changed(path: Path) -> None:
    text = wide("Lipid,RT,S1,S2,FC", 1, 2, 3)
    _, notes = read(path, text)
    assert "areas of a sample each: 'S1', 'S2'. These are not read: 'FC'. Choose" in notes
    peaks, _ = read(path, text, columns={"volume": "S2"})
    assert peaks["peak_area"].to_list() == [3000.0, 5000.0, 1800.0]


def test_a_merged_cell_of_a_workbook_names_the_samples_below_it(tmp_path: Path) -> None:
    path = tmp_path / "peaks.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("C1:D1", "Peak area")
        sheet.write_row("A1", ["Lipid", "RT (min)"])
        sheet.write_row("C2", ["WT1", "KO1"])
        for place, (name, rt, area) in enumerate(PEAKS, start=2):
            sheet.write_row(place, 0, [name, rt, area, area * 2])
    peaks = read_peak_table(path)
    assert peaks["sample"].to_list() == ["WT1"] * 3 + ["KO1"] * 3
    assert peaks["peak_area"].to_list() == [1500, 2500, 900, 3000, 5000, 1800]


@pytest.mark.parametrize(
    ("header", "bare", "factor"),
    [
        ("Area 101 (x10^6)", "Area 101", 1e6),
        ("Area (x10^6)", "Area", 1e6),
        ("Area [10\u2076 counts]", "Area", 1e6),
        ("Area (counts, x 10**3)", "Area", 1e3),
        ("S1 (\u00d71000)", "S1", 1e3),
        ("Area (/1E6)", "Area", 1e6),
        ("Area (10e6)", "Area", 1),
        ("Area (cps)", "Area", 1),
        ("s1 Area (k)", "s1 Area", 1e3),
        ("Area [Mcounts]", "Area", 1e6),
        ("Area (10^3 kcps)", "Area", 1e6),
        ("Area x10^6", "Area", 1e6),
        ("Area s1 \u00d710\u2076", "Area s1", 1e6),
        ("Peak area / 1e5 counts", "Peak area", 1e5),
        ("Area, in millions", "Area", 1e6),
        ("Intensity (a.u. \u00d71e3)", "Intensity", 1e3),
        ("Area (M)", "Area (M)", 1),  # males
        ("WT (k)", "WT (k)", 1),
        ("Area 1 x 10^6", "Area 1 x 10^6", 1),  # cells
        ("HEK x10^6", "HEK x10^6", 1),
        ("Area (1000)", "Area (1000)", 1),
        ("Area (1e3)", "Area (1e3)", 1),
        ("Area (x103)", "Area (x103)", 1),
        ("Area (S1)", "Area (S1)", 1),
    ],
)
def test_a_header_of_areas_gives_its_factor(header: str, bare: str, factor: float) -> None:
    assert split_area_unit(header) == (bare, factor)


@pytest.mark.parametrize("separator", [",", ";"])
def test_the_factor_of_a_header_counts(path: Path, separator: str) -> None:
    text = wide("Lipid,RT,Area 101,Area 102 (x10^3)", 1, 0.001)
    if separator == ";":
        text = text.replace(",", ";").replace(".", ",")
    peaks, _ = read(path, text)
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["101", "102"]
    areas = peaks["peak_area"].to_list()
    assert areas[3:] == pytest.approx(areas[:3]) == [1500, 2500, 900]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Class,Chain,RT,Area\nGM3,36:1;O2,10,5\nGD1a,d18:1/18:0,9,6",
            ["GM3 36:1;O2", "GD1a d18:1/18:0"],
        ),
        ("Class,Carbons,Double bonds,RT,Area\nGM3,36,1,10,5\n,38,2,11,6", ["GM3 36:1", "GM3 38:2"]),
        ("Class,C,DB,O,RT,Area\nGM3,36,1,3,10,5\nGD3,36,0,2,9,5", ["GM3 36:1;O3", "GD3 36:0;O2"]),
        ("Class,C,DB,OH,RT,Area\nGM3,36,1,2,10,5\nGD3,36,1,3,9,5", ["GM3 36:1;O2", "GD3 36:1;O3"]),
        ("Class,Species,RT,Area\nGM3,d36:1,10,5\n,d38:1,11,6", ["GM3 d36:1", "GM3 d38:1"]),
        (
            "Headgroup,FA,RT,Area\nGM3,34:1,10,5\nPC,34:1,9,6\nGD3,36:1,9,6",
            ["GM3 34:1", "PC 34:1", "GD3 36:1"],
        ),
        (
            "Class,LCB,FA,RT,Area\nGM3,d20:1,16:0,10,5\nGD1,t18:0,24:0,9,5",
            ["GM3 d20:1/16:0", "GD1 t18:0/24:0"],
        ),
        (
            "Class,Acyl,Base,RT,Area\nGM3,18:0,18:1,10,5\nGD1,24:1,18:1,9,5",
            ["GM3 18:1/18:0", "GD1 18:1/24:1"],
        ),
        (
            "Class,FA,N-acyl,RT,Area\nGM3,18:0,18:0,10,5\nGD1,24:1,24:1,9,5",
            ["GM3 18:0", "GD1 24:1"],
        ),
        (
            "Class,Sum,Chains,RT,Area\nGM3,36:1,18:1/18:0,10,5\nGD1,42:2,18:1/24:1,9,5",
            ["GM3 36:1", "GD1 42:2"],
        ),
        ("Class,Chain,O,RT,Area\nGM3,42:1,3,10,5\nGD1,36:1,2,9,5", ["GM3 42:1;O3", "GD1 36:1;O2"]),
        ("Class,Chain,O,RT,Area\nGM3,42:1;O3,1,10,5", ["GM3 42:1;O3"]),
        ("Class,Name,RT,Area\nGM3,GM3 36:1;O2,10,5\nGD1,GD1 36:1,9,6", ["GM3 36:1;O2", "GD1 36:1"]),
    ],
)
def test_a_class_and_its_ceramide_are_one_name(path: Path, text: str, names: list[str]) -> None:
    assert read(path, text)[0]["name"].to_list() == names


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        # No hydroxyl at all, or none beyond the usual two.
        ("Class,C,DB,OH,RT,Area\nGM3,36,1,0,10,5\nGD3,36,1,1,9,5", "lacks the column Name"),
        ("Class,Chain,OH,RT,Area\nGM3,36:1,0,10,5\nGM3,42:1,1,9,5", "'OH' can count all hydroxyl"),
        ("Class,FA,Base,RT,Area\nGM3,24:0,sphinganine,10,5\nGD3,18:0,?,9,5", "has bases such as"),
        ("Class,A,B,RT,Area\nGM3,18:1,18:0,10,5\nGD3,18:1,16:0,9,5", "which are the bases"),
        ("Class,Carbons,DB,RT,Area\nGM3,36.5,1,10,5\nGD3,36,1,9,5", "lacks the column Name"),
        ("GM3(36:1;O2),10.6,1500\nGD1(36:1;O2),9.1,900", "has no header; its first row"),
        ("Lipid,GM3(36:1;O2),GD1(36:1;O2)\nRT,10.6,9.1\nArea,1,2", "Turn the table"),
        ("Sample,GM3 36:1;O2,GM3 38:1;O2\nS1,5,6\nS2,7,8", "Turn the table"),
    ],
)
def test_a_table_without_names_header_or_rows_of_peaks_says_what_to_do(
    path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(PeakTableError, match=sentence):
        read(path, text)


def test_parts_of_a_table_that_can_be_samples_are_reported(path: Path) -> None:
    part = wide("Name,RT,Area", 1)
    peaks, notes = read(path, f"{part}\n{part}")
    assert peaks.height == 7
    assert "add a column Sample" in notes


@pytest.mark.parametrize("titles", [("Control", "KO", "KO 2"), ("Sample: Control", "Sample: KO")])
def test_titled_parts_with_the_header_again_are_samples(path: Path, titles: tuple[str]) -> None:
    part = wide("Name,RT,Area", 1)
    peaks, notes = read(path, "\n".join(f"{title}\n{part}" for title in titles))
    samples = [title.removeprefix("Sample: ") for title in titles]
    used = peaks.filter(pl.col("problem").is_null())
    assert used["sample"].to_list() == [name for name in samples for _ in PEAKS]
    assert peaks.height == len(titles) * (len(PEAKS) + 2) - 2
    assert "The titles 'Control', 'KO'" in notes


@pytest.mark.parametrize(
    "titles", [("Page 1 of 2", "GM3(34:1;O2),10.1,5"), ("Control", "Control"), ("", "KO")]
)
def test_parts_without_a_title_each_are_one_sample(path: Path, titles: tuple[str, str]) -> None:
    part = wide("Name,RT,Area", 1)
    peaks, _ = read(path, "\n".join(f"{title}\n{part}" for title in titles))
    assert peaks["sample"].unique().to_list() == [""]


def test_pages_with_other_molecules_are_one_sample(path: Path) -> None:
    rows = [f"{name},{rt},{area}" for name, rt, area in PEAKS]
    pages = ["Page 1", "Name,RT,Area", *rows[:1], "Page 2", "Name,RT,Area", *rows[1:]]
    peaks, _ = read(path, "\n".join(pages))
    assert peaks["sample"].unique().to_list() == [""]


@pytest.mark.parametrize("length", [3, 4, 5])
def test_a_list_of_samples_beside_the_peaks_is_not_read(path: Path, length: int) -> None:
    peaks = [f"{name},{rt},{area}" for name, rt, area in PEAKS]
    rows = [*peaks, *[",,"] * 9][: max(len(PEAKS), length)]
    beside = [f"s{place},WT" if place < length else "," for place in range(len(rows))]
    lines = [f"{row},,{each}" for row, each in zip(rows, beside, strict=True)]
    read_peaks, notes = read(path, "\n".join(["Name,RT,Area,,Sample,Genotype", *lines]))
    assert read_peaks["name"].to_list() == [name for name, *_ in PEAKS]
    assert read_peaks["sample"].unique().to_list() == [""]
    assert "such as a list of samples" in notes


def test_samples_behind_an_empty_column_are_those_of_their_rows(path: Path) -> None:
    lines = [f"{name},{rt},{area},,{s},WT" for s in ("a", "b") for name, rt, area in PEAKS]
    peaks, _ = read(path, "\n".join(["Name,RT,Area,,Sample,Genotype", *lines]))
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["a", "b"]


def test_samples_called_by_a_letter_have_no_factor(path: Path) -> None:
    rows = [f"{name},{rt},{area},{area / 2}" for name, rt, area in PEAKS]
    peaks, _ = read(path, "\n".join(["Name,RT,Area (w),Area (k)", *rows]))
    areas = [area for *_, area in PEAKS]
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["w", "k"]
    assert peaks["peak_area"].to_list() == [*areas, *(area / 2 for area in areas)]


def test_heights_are_not_read_instead_of_the_areas_of_samples(path: Path) -> None:
    rows = [f"{name},{rt},{area / 9},{area},{area * 2}" for name, rt, area in PEAKS]
    text = "\n".join(["Name,RT,Height,WT1,KO1", *rows])
    peaks, notes = read(path, text)
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["WT1", "KO1"]
    assert "These are not read: 'Height'" in notes
    peaks, notes = read(path, text.replace("Height", "Area"))
    assert peaks.height == len(PEAKS)
    assert "The numbers in 'WT1', 'KO1' are not" in notes


@pytest.mark.parametrize(
    "header",
    [
        *("Name,tR (min),AUC", "Name,t_R/s,Peak Height", "Nom,TR (min),Surface"),
        *(
            "化合物,出峰时间,强度",
            "化合物名,リテンションタイム,エリア",
            "Compound,Time (min),Resp.",
        ),
        *("Соединение,Время удерживания,Площадь", "Name,Elution time (s),Signal"),
        *("Lipid,RT,Area [10e6]", "Lipid,RT,Norm. Area", "Lipid,Retention,Intensität"),
    ],
)
def test_headers_of_other_labs_and_languages_are_known(path: Path, header: str) -> None:
    is_in_seconds = "s)" in header or "/s" in header
    rows = [(n, rt * 60 if is_in_seconds else rt, area) for n, rt, area in PEAKS]
    text = "\n".join([header, *(",".join(map(str, row)) for row in rows)])
    peaks, _ = read(path, text)
    assert peaks["rt_min"].to_list() == pytest.approx([rt for _, rt, _ in PEAKS])
    assert peaks["peak_area"].to_list() == [area for *_, area in PEAKS]
    assert peaks["sample"].unique().to_list() == [""]


def test_statistics_of_a_parquet_file_are_no_samples(tmp_path: Path) -> None:
    path = tmp_path / "peaks.parquet"
    names, times, areas = zip(*PEAKS, strict=True)
    columns = ("Area S1", "Area S2", "Area mean", "Area sd", "Area RSD")
    table = {"Name": names, "RT": times} | dict.fromkeys(columns, areas)
    pl.DataFrame(table).write_parquet(path)
    assert read_peak_table(path)["sample"].unique().sort().to_list() == ["S1", "S2"]


@pytest.mark.parametrize(
    "columns",
    [
        "Year,Batch,Plate\n2020,1,2\n2021,2,1\n2021,1,3",
        "Theoretical,Observed\n1180.74,1180.75\n917.4,917.5\n600.1,600.2",
        "Precursor,Product\n1180.74,290.1\n917.4,87.1\n400.5,290.2",
        "PC1,PC2\n-0.4,0.1\n0.5,-0.3\n0.1,0.9",
        "left,right\n0.74,-0.1\n-0.5,0.3\n0.1,-0.9",
        "C,O\n36,2\n38,2\n36,3",
        "PEPMASS,CCS\n1180.7,350\n917.4,300\n400.1,200",
    ],
)
def test_numbers_that_are_no_areas_make_no_samples(path: Path, columns: str) -> None:
    header, *rows = columns.split("\n")
    lines = [f"{name},{rt},{row}" for (name, rt, _), row in zip(PEAKS, rows, strict=True)]
    with pytest.raises(PeakTableError, match="lacks the column Volume"):
        read(path, "\n".join([f"Lipid,RT,{header}", *lines]))
