"""Tables of laboratories hold more than peaks: copies, sums, standards, computed columns."""

from pathlib import Path

import polars as pl
import pytest
from xlsxwriter import Workbook

from app.analysis.errors import PeakTableError
from app.analysis.reading.decisions import UndecidedError
from app.analysis.reading.headers.statistics_words import is_processed, processed_copies
from app.analysis.reading.peak_table import read_peak_table

GM3, GD1 = "GM3(36:1;O2)", "GD1(36:1;O2)"
PEAKS = ((GM3, 10.6, 50_000), (GD1, 9.1, 4_000))
Rows = list[list[object]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "peaks.csv"


def read(path: Path, *lines: str) -> pl.DataFrame:
    path.write_text("\n".join(lines))
    return read_peak_table(path, on_note=lambda _: None)


def samples_of(peaks: pl.DataFrame) -> list[str]:
    return peaks["sample"].unique(maintain_order=True).to_list()


@pytest.mark.parametrize(
    "columns",
    [
        *("T-test WT vs KO", "TTEST", "KO1/WT1", "KO/WT", "KO vs WT", "KO1-WT1", "Fold", "Change"),
        *("t-stat", "F value", "Cohen d", "Q1", "Dwell (ms)", "DT (ms)", "Dose", "n", "Missing"),
        *("Group", "Cluster", "Response factor", "Rel. abundance", "\u0394WT", "Sum WT1-KO1"),
        *("WT1 pmol", "WT1_norm", "KO1 %", "KO1 blank-subtracted", "IS_area", "IS"),
    ],
)
def test_columns_that_compute_or_describe_are_no_samples(path: Path, columns: str) -> None:
    peaks = read(
        path,
        f"Name,RT,WT1,KO1,{columns}",
        f"{GM3},10.6,50000,51000,2.5",
        f"{GD1},9.1,4000,4100,0.04",
    )
    assert samples_of(peaks) == ["WT1", "KO1"]


@pytest.mark.parametrize("columns", ["#", "Entry", "Peak", "Feature number"])
def test_a_column_that_counts_the_rows_is_no_sample(path: Path, columns: str) -> None:
    peaks = read(
        path, f"{columns},Name,RT,WT1,KO1", f"1,{GM3},10.6,50000,51000", f"2,{GD1},9.1,4000,4100"
    )
    assert samples_of(peaks) == ["WT1", "KO1"]


@pytest.mark.parametrize("headers", [("Week 1", "Week 2"), ("Group A", "Group B"), ("T1", "N1")])
def test_samples_can_have_words_of_other_columns(path: Path, headers: tuple[str, str]) -> None:
    lines = [f"{GM3},10.6,50000,51000", f"{GD1},9.1,4000,4100"]
    assert samples_of(read(path, f"Name,RT,{','.join(headers)}", *lines)) == [*headers]


@pytest.mark.parametrize(
    "computed", ["{} Corrected Area", "{} Relative Area", "{} Background Area", "Area {} norm"]
)
def test_areas_computed_from_those_of_a_sample_are_no_further_sample(
    path: Path, computed: str
) -> None:
    header = [
        "Name",
        "RT",
        *(f(s) for s in ("s1", "s2") for f in ("{} Area".format, computed.format)),
    ]
    lines = [f"{GM3},10.6,5,0.5,6,0.6", f"{GD1},9.1,4,0.4,5,0.5"]
    assert samples_of(read(path, ",".join(header), *lines)) == ["s1", "s2"]


def test_a_label_is_a_copy_only_of_another_label() -> None:
    labels = ["s1", "s1 norm", "WT1", "WT1 2", "blank", "s3 norm", "raw s1 not normalized"]
    assert processed_copies(labels) == {"s1 norm"}


@pytest.mark.parametrize("header", ["{} Area", "Area: {}", "{}"])
@pytest.mark.parametrize("others", [("s1", "s2"), ("s1", "Blank")])
@pytest.mark.parametrize("blank", ["Background", "background"])
def test_a_role_of_samples_is_no_word_of_computed_areas(
    path: Path, header: str, others: tuple[str, ...], blank: str
) -> None:
    columns = ",".join(header.format(each) for each in (*others, blank))
    peaks = read(path, f"Name,RT,{columns}", f"{GM3},10.6,50000,7,900", f"{GD1},9.1,4000,90,30")
    assert samples_of(peaks) == [*others, blank]
    roles = dict(peaks.select("sample", "sample_role").iter_rows())
    assert (roles["s1"], roles[blank]) == (None, "blank")


@pytest.mark.parametrize("label", ["s1 background", "Noise", "Background corrected"])
def test_areas_of_a_background_that_was_computed_are_no_sample(path: Path, label: str) -> None:
    rows = (f"{GM3},10.6,50000,7,900", f"{GD1},9.1,4000,90,30")
    assert samples_of(read(path, f"Name,RT,s1 Area,s2 Area,{label} Area", *rows)) == ["s1", "s2"]


@pytest.mark.parametrize(
    "unit", ["counts*s", "mAU\u00b7s", "arb. u.", "counts.min", "mAU*min", "a.u.", "counts x s"]
)
def test_a_unit_of_areas_is_no_sample(path: Path, unit: str) -> None:
    peaks = read(path, f"Name,RT,Area ({unit})", f"{GM3},10.6,5", f"{GD1},9.1,4")
    assert peaks.select("sample", "peak_area").rows() == [("", 5.0), ("", 4.0)]


@pytest.mark.parametrize(
    ("unit", "factor"), [("in thousands", 1e3), ("millions", 1e6), ("Mio.", 1e6), ("billion", 1e9)]
)
def test_a_factor_in_words_counts(path: Path, unit: str, factor: float) -> None:
    peaks = read(path, f"Name,RT,Area ({unit})", f"{GM3},10.6,5", f"{GD1},9.1,4")
    assert peaks["peak_area"].to_list() == [5 * factor, 4 * factor]


def test_the_response_of_masshunter_is_read_before_the_height(path: Path) -> None:
    peaks = read(path, "Compound,RT,Height,Resp.", f"{GM3},10.6,9,5000", f"{GD1},9.1,8,4000")
    assert peaks["peak_area"].to_list() == [5000.0, 4000.0]


@pytest.mark.parametrize("header", ["Type", "Compound Type", "Analyte type"])
@pytest.mark.parametrize("word", ["IS", "ISTD", "Internal standard"])
def test_internal_standards_that_a_column_names_are_standards(
    path: Path, header: str, word: str
) -> None:
    rows = (f"{GM3},Target,10.6,5", f"GM3 d18:1/17:0,{word},9.9,4", f"{GD1},Target,9.1,4")
    labels = read(path, f"Name,{header},RT,Area", *rows)["isotope_label"]
    assert labels.to_list() == [None, word, None]


@pytest.mark.parametrize("header", ["Isotopologue", "Isotopologues", "Isotopomer", "Isotopic peak"])
@pytest.mark.parametrize("words", [("M0", "M1"), ("0", "1"), ("M+0", "M+1")])
def test_isotopologues_are_no_rivals(path: Path, header: str, words: tuple[str, str]) -> None:
    rows = [f"{GM3},{word},10.6,{5 + n}" for n, word in enumerate(words)]
    peaks = read(path, f"Name,{header},RT,Area", *rows)
    assert peaks["isotope_label"].to_list() == [None, "M+1"]


@pytest.mark.parametrize(
    ("header", "ions"),
    [
        ("Adduct", ("[M-H]-", "[M-2H]2-", "Sum")),
        ("Adduct", ("[M-H]-", "[M-2H]2-", "all")),
        ("Charge", ("1", "2", "1+2")),
        ("z", ("1", "2", "total")),
    ],
)
def test_a_sum_of_ions_that_have_rows_is_no_peak(
    path: Path, header: str, ions: tuple[str, str, str]
) -> None:
    rows = [f"{GD1},{ion},9.1,{n + 1}" for n, ion in enumerate(ions)]
    peaks = read(path, f"Name,{header},RT,Area", *rows, f"{GM3},{ions[2]},10.6,5")
    assert [problem is None for problem in peaks["problem"]] == [True, True, False, True]
    assert "adds up ions of" in peaks["problem"][2]
    assert peaks["adduct" if header == "Adduct" else "charge"][3] is None


def test_ac_beside_gc_of_one_class_is_refused(path: Path) -> None:
    rows = [f"{name} 36:1,10.6,5" for name in ("GM3-Ac", "GM3-Gc", "GD3-Ac", "GM2(Gc)")]
    problems = read(path, "Name,RT,Area", *rows)["problem"]
    assert [problem is None for problem in problems] == [False, True, True, True]
    assert "write NeuAc or OAc" in problems[0]


def test_gangliosides_in_a_column_and_in_the_headers_are_refused(path: Path) -> None:
    with pytest.raises(PeakTableError, match="which of them are samples"):
        read(path, "Name,RT,GM3 36:1 Area,GD3 36:1 Area", f"{GM3},10.6,5,6", f"{GD1},9.1,4,5")


@pytest.mark.parametrize(
    ("header", "name", "cell"),
    [
        *(("Modification", "GD3 36:1", "OAc"), ("Modification", "GD3 36:1", "O-acetyl")),
        *(
            ("Sialic acid", "GM3 36:1", "NeuGc"),
            ("Glycan", "GM1 36:1", "Fuc"),
            ("Note", GM3, "lyso"),
        ),
        *(("O", "GM3 42:1", "3"), ("OH", "GM3 42:1", "1"), ("Hydroxyls", "GM3(42:1)", "3")),
        *(("OAc", "GD3 36:1", "1"), ("n O-Ac", "GD3 36:1", "2"), ("# Fuc", "GM1 36:1", "1")),
        *(("NeuGc", "GM3 36:1", "yes"), ("Acetyl groups", "GD3 36:1", "1")),
    ],
)
def test_a_column_that_says_more_of_the_composition_than_the_name_is_refused(
    path: Path, header: str, name: str, cell: str
) -> None:
    other = {"O": "2", "OH": "0", "Hydroxyls": "2"}.get(header, "")
    with pytest.raises(PeakTableError, match=f"The column '{header}' says '{cell}' of"):
        read(path, f"Name,{header},RT,Area", f"{name},{cell},10.6,5", f"GD1 36:1,{other},9.1,4")


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("Modification", ("GD3-OAc 36:1,OAc", "GD1 36:1,")),
        ("Adduct ion", ("GM3 36:1,OAc", "GD1 36:1,")),
        ("Sialic acid", ("GM3(NeuGc) 36:1,NeuGc", "GD1 36:1,NeuAc")),
        *(("O", ("GM3 36:1,2", "GD1 36:1,2")), ("OH", ("GM3 36:1,0", "GD1 36:1,0"))),
        ("O", ("GM3 36:1,21", "GD1 36:1,36")),
        *(("OAc", ("GD3+OAc 36:1,1", "GD1 36:1,0")), ("OAc", ("GD3 36:1,0", "GD1 36:1,no"))),
        *(("O", ("GM3 42:1;O3,3", "GD1 36:1,2")), ("OH", ("GM3 d42:1,1", "GD1 36:1,0"))),
    ],
)
def test_a_column_that_repeats_what_names_say_is_passed_over(
    path: Path, header: str, rows: tuple[str, str]
) -> None:
    peaks = read(path, f"Name,{header},RT,Area", f"{rows[0]},10.6,5", f"{rows[1]},9.1,4")
    assert peaks["problem"].null_count() == 2


@pytest.mark.parametrize(
    ("header", "cells", "labels"),
    [
        ("Internal standard", ("yes", "no", "no"), ["IS", None, None]),
        ("is_standard", ("TRUE", "FALSE", "FALSE"), ["IS", None, None]),
        ("IS?", ("x", "", ""), ["IS", None, None]),
        ("Labelled", ("1", "0", "0"), ["IS", None, None]),
        ("Label", ("D5", "", "none"), ["D5", None, None]),
        # A standard can also have confirmed a name, and a column can name the standard of each row.
        ("Standard", ("yes", "no", "no"), [None, None, None]),
        ("IS", ("GM3-d3", "GM3-d3", "GM3-d3"), [None, None, None]),
        ("Label", ("a", "b", "c"), [None, None, None]),
    ],
)
def test_standards_that_a_column_marks_are_set_apart(
    path: Path, header: str, cells: tuple[str, ...], labels: list[str | None]
) -> None:
    names = ("GM3 d18:1/17:0", GM3, GD1)
    rows = [
        f"{name},{cell},{9 + n},5" for n, (name, cell) in enumerate(zip(names, cells, strict=True))
    ]
    assert read(path, f"Name,{header},RT,Area", *rows)["isotope_label"].to_list() == labels


@pytest.mark.parametrize(
    "ions",
    [
        *(("[M-H]-", "[M-2H]2-"), ("z=1", "z=2"), ("M+0", "M+1"), ("MS1", "MS2"), ("1-", "2-")),
        ("M-H", "M+HCOO"),
    ],
)
@pytest.mark.parametrize("more", ["", ",Area total"])
def test_areas_of_ions_are_no_samples(path: Path, ions: tuple[str, str], more: str) -> None:
    header = f"Name,RT,{','.join(f'Area {ion}' for ion in ions)}{more}"
    with pytest.raises(PeakTableError, match="hold areas of ions, not of samples"):
        read(path, header, f"{GM3},10.6,5,6{',11' * bool(more)}")


def test_a_bracket_at_the_end_of_a_sample_stays(path: Path) -> None:
    header = "Name,RT,Area: s1.raw (F1),Area: s2.raw (F2),Area (s3)"
    peaks = read(path, header, f"{GM3},10.6,5,6,7")
    assert samples_of(peaks) == ["s1.raw (F1)", "s2.raw (F2)", "s3"]


def test_samples_with_numbers_are_no_ions(path: Path) -> None:
    assert samples_of(read(path, "Name,RT,Area 1,Area 2", f"{GM3},10.6,5,6")) == ["1", "2"]


@pytest.mark.parametrize("unit", ["(mm:ss)", "[h:mm:ss]", "(hh:mm:ss)"])
def test_a_header_can_say_that_its_times_are_clock_times(path: Path, unit: str) -> None:
    time = "10:36" if unit == "(mm:ss)" else "0:10:36"
    assert read(path, f"Name,RT {unit},Area", f"{GM3},{time},5")["rt_min"].to_list() == [10.6]


def test_a_volume_beside_another_area_is_asked_about(path: Path) -> None:
    with pytest.raises(UndecidedError, match="can hold the peak areas, and they differ"):
        read(path, "Name,RT,Volume,Area", f"{GM3},10.6,5,50000", f"{GD1},9.1,5,4000")


@pytest.mark.parametrize("again", ["a Area,a Area,b Area", "a Area,a Area.1,b Area"])
def test_a_sample_whose_header_is_repeated_loses_no_column(path: Path, again: str) -> None:
    peaks = read(path, f"Name,RT,{again}", f"{GM3},10.6,5,6,7")
    assert peaks["peak_area"].to_list() == [5.0, 6.0, 7.0]
    assert peaks["sample"].n_unique() == 3


def test_tables_side_by_side_below_their_titles_are_refused(path: Path) -> None:
    with pytest.raises(PeakTableError, match="A table stands beside another"):
        read(path, "Neg,,,,Pos,,", "Name,RT,Area,,Name,RT,Area", f"{GM3},10.6,5,,{GD1},9.1,4")


def workbook(path: Path, sheets: dict[str, Rows]) -> Path:
    with Workbook(path) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for place, row in enumerate(rows):
                page.write_row(place, 0, row)
    return path


def table(factor: float = 1) -> Rows:
    return [["Name", "RT", "Area"], *([name, rt, area * factor] for name, rt, area in PEAKS)]


@pytest.mark.parametrize("copy", ["log2", "Normalised", "% of total", "Norm", "Corrected areas"])
def test_a_sheet_of_processed_areas_is_no_sample(tmp_path: Path, copy: str) -> None:
    path = workbook(tmp_path / "peaks.xlsx", {"Raw data": table(), copy: table(0.001)})
    peaks = read_peak_table(path)
    assert peaks.select("sample", "peak_area").rows() == [("", 50_000.0), ("", 4_000.0)]


@pytest.mark.parametrize(
    "name", ["Normal", "Raw (not normalized)", "Control", "Area", "Background 2"]
)
def test_other_sheets_are_samples(name: str) -> None:
    assert not is_processed(name)


def test_a_sheet_that_repeats_another_is_read_once(tmp_path: Path) -> None:
    sheets = {"Data": table(), "Data (2)": table(), "Repeat": table(1.1)}
    peaks = read_peak_table(workbook(tmp_path / "peaks.xlsx", sheets))
    assert samples_of(peaks) == ["Data", "Repeat"]


def test_numbers_of_samples_below_merged_cells_of_a_workbook_name_them(tmp_path: Path) -> None:
    header: Rows = [["Lipid", "RT", "WT", "", "KO", ""], ["", "", 1, 2, 1, 2]]
    for line in header:
        line[:] = [None if cell == "" else cell for cell in line]
    rows: Rows = [[name, rt, *(area * n for n in (1, 2, 3, 4))] for name, rt, area in PEAKS]
    peaks = read_peak_table(workbook(tmp_path / "peaks.xlsx", {"Data": [*header, *rows]}))
    assert samples_of(peaks) == ["WT 1", "WT 2", "KO 1", "KO 2"]
    assert peaks["peak_area"].to_list()[::2] == [50_000.0, 100_000.0, 150_000.0, 200_000.0]
