"""Columns and sheets that are computed from others, or measure something else, are no samples."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from xlsxwriter import Workbook

from app.analysis.errors import PeakTableError
from app.analysis.reading.decisions import ReadingChoices
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.samples.computed_columns import MOST_COLUMNS, computed_columns
from tests.unit.analysis.reading.written_table import Table

NAMES = ("GM3 36:1;O2", "GD3 36:1;O2", "GD1a 36:1;O2", "GT1b 36:1;O2")
TIMES = (10.6, 10.1, 9.1, 8.7)
AREAS = ((500_000, 400_100, 620_400), (70_000, 91_300, 55_000), (9_100, 4_400, 8_060), (60, 95, 40))


@pytest.fixture
def written(tmp_path: Path) -> Table:
    return Table(tmp_path / "peaks.csv")


def wide(header: str, *cells: tuple[object, ...]) -> str:
    rows = zip(NAMES, TIMES, cells, strict=True)
    lines = [",".join(map(str, (name, time, *line))) for name, time, line in rows]
    return "\n".join([f"Name,RT,{header}", *lines])


@pytest.mark.parametrize("header", ["WT,KO,Het,{}", "Area WT,Area KO,Area Het,Area {}"])
@pytest.mark.parametrize("computed", ["Gesamtergebnis", "x\u0304", "All mice", "Tot."])
@pytest.mark.parametrize("how", [sum, np.mean, max, min, np.median])
def test_a_sum_or_mean_of_others_is_no_sample(
    written: Table, header: str, computed: str, how: object
) -> None:
    cells = [(*line, round(float(how(line)), 1)) for line in AREAS]  # type: ignore[operator]
    peaks = written.read(wide(header.format(computed), *cells))
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["WT", "KO", "Het"]
    assert any("not read" in note and computed in note for note in written.notes)


def test_a_mean_of_a_group_stands_before_or_after_it(written: Table) -> None:
    cells = [(round((a + b) / 2, 1), a, b, c, round((b + c) / 2, 1)) for a, b, c in AREAS]
    peaks = written.read(wide("left,A,B,C,right", *cells))
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["A", "B", "C"]


@pytest.mark.parametrize("missing", ["", "n.d."])
def test_a_missing_area_counts_for_nothing(written: Table, missing: str) -> None:
    cells = [(missing, b, c, b + c) if not n else (a, b, c, a + b + c)
             for n, (a, b, c) in enumerate(AREAS)]  # fmt: skip
    peaks = written.read(wide("A,B,C,Tot.", *cells))
    assert peaks["sample"].unique().sort().to_list() == ["A", "B", "C"]


def test_samples_that_are_multiples_of_one_another_stay(written: Table) -> None:
    peaks = written.read(wide("A,B,C", *((a, 2 * a, 3 * a) for a, *_ in AREAS)))
    assert peaks["sample"].n_unique() == 3


def test_two_rows_decide_nothing() -> None:
    table = pl.DataFrame({"A": [500.0, 70], "B": [400.0, 91], "C": [900.0, 161]})
    assert computed_columns(table, table.columns) == set()


@pytest.mark.parametrize(
    ("header", "compute"),
    [
        *(("{}'", lambda area: area / 1_234.5), ("{}_n", lambda area: area / 3)),
        *(("{}/IS", lambda area: area / 71), ("c({})", lambda area: round(area * 1e-4, 6))),
        *(("{} [nM]", lambda area: area / 9), ("{} (TIC)", lambda area: area / 1_234)),
        *(("sqrt {}", np.sqrt), ("{} lg", np.log10), ("{} lb", np.log2)),
    ],
)
@pytest.mark.parametrize("wide_header", ["{}", "Area {}", "{} Area"])
def test_a_column_computed_from_that_of_a_sample_is_no_sample(
    written: Table, header: str, compute: Callable[[float], float], wide_header: str
) -> None:
    labels = [wide_header.format(one) for one in ("WT1", "KO1")]
    headers = ",".join([*labels, *map(header.format, labels)])
    cells = [(a, b, float(compute(a)), float(compute(b))) for a, b, _ in AREAS]
    peaks = written.read(wide(headers, *cells))
    assert peaks["sample"].unique().sort().to_list() == ["KO1", "WT1"]


def test_areas_without_those_of_a_blank_are_no_further_samples(written: Table) -> None:
    blanks = (900, 45, 12, 7)
    cells = [(a, b, x, a - x, b - x) for x, (a, b, _) in zip(blanks, AREAS, strict=True)]
    peaks = written.read(wide("WT1,KO1,x,WT1 net,KO1 net", *cells))
    assert not {"WT1 net", "KO1 net"} & {*peaks["sample"]}
    assert {"WT1", "KO1"} <= {*peaks["sample"]}


@pytest.mark.parametrize("header", ["0 min,30 min", "WT1,WT10", "1,11"])
def test_a_number_within_another_is_no_name_of_a_sample(written: Table, header: str) -> None:
    peaks = written.read(wide(header, *((a, 2 * a) for a, *_ in AREAS)))
    assert peaks["sample"].n_unique() == 2


def test_a_sample_whose_name_is_in_another_stays_if_its_areas_are_its_own(written: Table) -> None:
    peaks = written.read(wide("WT1,WT10,WT1 b", *AREAS))
    assert peaks["sample"].unique().sort().to_list() == ["WT1", "WT1 b", "WT10"]


def test_areas_by_chance_are_not_computed() -> None:
    random = np.random.default_rng(5)
    table = pl.DataFrame({f"s{n}": random.lognormal(10, 2, 3) for n in range(MOST_COLUMNS)})
    assert computed_columns(table, table.columns) == set()


@pytest.mark.parametrize("header", ["dCCS", "Tukey HSD", "Kruskal-Wallis"])
def test_numbers_up_to_one_beside_areas_are_no_sample(written: Table, header: str) -> None:
    shares = (0.9, 0.01, 0.3, 0)
    cells = [(*line[:2], share) for line, share in zip(AREAS, shares, strict=True)]
    peaks = written.read(wide(f"WT,KO,{header}", *cells))
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["WT", "KO"]


def test_shares_alone_can_be_samples(written: Table) -> None:
    cells = [tuple(area / 1e6 for area in line) for line in AREAS]
    assert written.read(wide("A,B,C", *cells))["sample"].n_unique() == 3


MASSES = (1179.7372, 734.9134, 917.4793, 1063.0234)


@pytest.mark.parametrize(
    ("headers", "numbers"),
    [
        ("M meas.", [1180.7445, 1471.8341, 1836.9732, 2128.0614]),
        ("lowest,highest", [(mass - 0.01, mass + 0.01) for mass in MASSES]),
        ("from,to", [(time - 0.1, time + 0.2) for time in TIMES]),
    ],
)
def test_further_masses_and_times_are_no_samples(
    written: Table, headers: str, numbers: list[object]
) -> None:
    more = [each if isinstance(each, tuple) else (each,) for each in numbers]
    cells = [(mz, *each, *line) for mz, each, line in zip(MASSES, more, AREAS, strict=True)]
    peaks = written.read(wide(f"m/z,{headers},A,B,C", *cells))
    assert peaks["sample"].unique().sort().to_list() == ["A", "B", "C"]


@pytest.mark.parametrize("how", [max, sum, np.mean])
@pytest.mark.parametrize("header", ["Max. intensity", "Area", "Intensity"])
def test_samples_are_read_instead_of_the_area_that_they_give(
    written: Table, header: str, how: object
) -> None:
    cells = [(float(how(line)), *line) for line in AREAS]  # type: ignore[operator]
    peaks = written.read(wide(f"{header},A,B,C", *cells))
    assert peaks["sample"].unique().sort().to_list() == ["A", "B", "C"]
    assert any(f"not read: '{header}'" in note for note in written.notes)
    assert any(note.startswith(f"The areas in '{header}' are") for note in written.notes)


@pytest.mark.parametrize("others", ["Peak,Rest", "Net,Bkg", "x1,x2"])
def test_an_area_that_adds_two_numbers_stays_the_area(written: Table, others: str) -> None:
    peaks = written.read(wide(f"Area,{others}", *((a + b, a, b) for a, b, _ in AREAS)))
    assert peaks["sample"].unique().to_list() == [""]


def test_numbers_that_repeat_the_area_are_no_samples(written: Table) -> None:
    peaks = written.read(wide("Area,As written,x", *((a, a, b) for a, b, _ in AREAS)))
    assert peaks.select("sample", "peak_area").rows()[0] == ("", 500_000)


def test_a_long_table_with_further_numbers_keeps_its_rows(written: Table) -> None:
    cells = [("s1", max(a, b), a, b) for a, b, _ in AREAS]
    peaks = written.read(wide("Sample,Area,left,right", *cells))
    assert peaks["sample"].to_list() == ["s1"] * 4


def test_texts_in_a_column_with_a_word_of_areas_are_no_areas(written: Table) -> None:
    cells = [(name.split()[0], *line) for name, line in zip(NAMES, AREAS, strict=True)]
    peaks = written.read(wide("Class_At_Max_Intensity,A,B,C", *cells))
    assert peaks["sample"].unique().sort().to_list() == ["A", "B", "C"]


@pytest.mark.parametrize(
    "header",
    [
        *("M area,M+1 area,M+2 area", "M+0,M+1,M+2", "[M],[M+1],[M+2]"),
        *("Quantifier area,Qualifier area,x area", "Precursor area,290 area,87 area"),
        "Area fragment 1,Area fragment 2,Area fragment 3",
    ],
)
def test_areas_of_isotopes_and_fragments_are_no_samples(written: Table, header: str) -> None:
    with pytest.raises(PeakTableError, match="hold areas of ions, not of samples"):
        written.read(wide(header, *AREAS))


def test_male_and_female_are_no_isotopes(written: Table) -> None:
    peaks = written.read(wide("M area,F area,x area", *AREAS))
    assert peaks["sample"].unique().sort().to_list() == ["F", "M", "x"]


def test_statistics_that_were_left_out_are_not_taken_up_as_samples(written: Table) -> None:
    cells = [(a / 2, a * 2) for a, *_ in AREAS]
    with pytest.raises(PeakTableError, match="lacks the column Volume"):
        written.read(wide("Area min,Area max", *cells))


def sheet(factor: float, header: tuple[str, ...] = ("Name", "RT", "Area")) -> list[list[object]]:
    areas = [[area * factor for area in line[: len(header) - 2]] for line in AREAS]
    rows = zip(NAMES, TIMES, areas, strict=True)
    return [[*header], *([name, time, *line] for name, time, line in rows)]


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with Workbook(path) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for place, row in enumerate(rows):
                page.write_row(place, 0, row)
    return path


@pytest.mark.parametrize("other", ["Height", "Heights", "Concentration", "pmol per mg", "Amounts"])
@pytest.mark.parametrize("header", [("Name", "RT", "Area"), ("Name", "RT", "s1", "s2")])
def test_a_sheet_of_another_measure_is_not_read(
    tmp_path: Path, other: str, header: tuple[str, ...]
) -> None:
    sheets = {"Area": sheet(1, header), other: sheet(0.1, header)}
    peaks = read_peak_table(workbook(tmp_path / "peaks.xlsx", sheets))
    assert peaks.height == 4 * (len(header) - 2)
    assert peaks["peak_area"].max() == 500_000


def test_sheets_of_one_measure_are_samples(tmp_path: Path) -> None:
    sheets = {"Height s1": sheet(1), "Height s2": sheet(0.7)}
    peaks = read_peak_table(workbook(tmp_path / "peaks.xlsx", sheets))
    assert peaks["sample"].unique(maintain_order=True).to_list() == [*sheets]


def test_two_sheets_with_the_same_peaks_of_the_same_samples_are_refused(tmp_path: Path) -> None:
    header = ("Name", "RT", "s1", "s2")
    sheets = {"Sheet1": sheet(1, header), "Sheet2": sheet(0.3, header)}
    path = workbook(tmp_path / "peaks.xlsx", sheets)
    with pytest.raises(PeakTableError, match="'Sheet1' and 'Sheet2' have the same peaks"):
        read_peak_table(path)
    chosen = read_peak_table(path, choices=ReadingChoices(sheets=("Sheet2",)))
    assert chosen["peak_area"].max() == pytest.approx(150_000)


def test_sheets_with_other_peaks_of_the_same_samples_are_read(tmp_path: Path) -> None:
    header = ("Name", "RT", "s1", "s2")
    first, *rows = sheet(1, header)
    sheets = {"Early": [first, *rows[2:]], "Late": [first, *rows[:2]]}
    assert read_peak_table(workbook(tmp_path / "peaks.xlsx", sheets)).height == 8


@pytest.mark.parametrize("name", ["IS", "ISTD", "Internal standard"])
def test_rows_of_a_sheet_of_standards_are_standards(tmp_path: Path, name: str) -> None:
    standards: list[list[object]] = [["Name", "RT", "Area"], ["GM3 d18:1/17:0", 10.0, 9000]]
    sheets = {"Data": sheet(1), name: standards}
    notes: list[str] = []
    peaks = read_peak_table(workbook(tmp_path / "peaks.xlsx", sheets), on_note=notes.append)
    assert peaks["isotope_label"].to_list() == [None] * 4 + [name]
    assert f"Rows of these sheets are read as standards: {name!r}." in notes


@pytest.mark.parametrize("name", ["Anchors", "Filtered", "Final"])
def test_a_sheet_with_rows_of_another_is_not_read(tmp_path: Path, name: str) -> None:
    sheets = {name: sheet(1)[:3], "Peaks": sheet(1)}
    notes: list[str] = []
    peaks = read_peak_table(workbook(tmp_path / "peaks.xlsx", sheets), on_note=notes.append)
    assert peaks["name"].to_list() == [*NAMES]
    assert any("Not read" in note and name in note for note in notes)


def test_a_sheet_of_what_was_excluded_is_not_read(tmp_path: Path) -> None:
    excluded: list[list[object]] = [["Name", "RT", "Area"], ["GM2 36:1;O2", 13.1, 400]]
    sheets = {"Peaks": sheet(1), "Excluded peaks": excluded}
    assert read_peak_table(workbook(tmp_path / "peaks.xlsx", sheets)).height == 4


@pytest.mark.parametrize(
    ("name", "role"), [("Blank", "blank"), ("QC", "qc"), ("Calibration", "standard")]
)
def test_a_sheet_named_as_a_blank_or_standard_is_a_sample(
    tmp_path: Path, name: str, role: str
) -> None:
    other: list[list[object]] = [["Name", "RT", "Area"], ["GM2 36:1;O2", 13.1, 400]]
    peaks = read_peak_table(workbook(tmp_path / "peaks.xlsx", {"brain": sheet(1), name: other}))
    roles = dict(peaks.select("sample", "sample_role").iter_rows())
    assert roles == {"brain": None, name: role}


@pytest.mark.parametrize("scale", [0.002, 1e-6, 1 / 37])
def test_areas_that_were_divided_by_one_number_are_no_samples(written: Table, scale: float) -> None:
    cells = [(a, b, f"{a * scale:.6g}", f"{b * scale:.6g}") for a, b, _ in AREAS]
    peaks = written.read(wide("WT,KO,alpha,beta", *cells))
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["WT", "KO"]
    assert any("not read: 'alpha', 'beta'" in note for note in written.notes)


@pytest.mark.parametrize("ranks", [(1, 2, 3, 4), (1, 3, 2, 4), (4, 3, 2, 1), (8, 9, 10, 11)])
def test_ranks_and_numbers_of_rows_are_no_sample(written: Table, ranks: tuple[int, ...]) -> None:
    cells = [(a, b, rank) for (a, b, _), rank in zip(AREAS, ranks, strict=True)]
    peaks = written.read(wide("WT,KO,rk", *cells))
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["WT", "KO"]


@pytest.mark.parametrize(
    "header",
    [
        *("Day 0,Day 7,Day 14", "R1,R2,R3", "Q1,Q2,Q3", "P 0,P 7,P 60", "Batch 1,Batch 2,Batch 3"),
        *("Year 1,Year 2,Year 3", "Plate 1 WT,Plate 2 WT,Plate 3 WT", "1:10 dilution,2,3"),
    ],
)
def test_numbered_conditions_are_samples(written: Table, header: str) -> None:
    peaks = written.read(wide(header, *AREAS))
    assert peaks["sample"].unique(maintain_order=True).to_list() == header.split(",")
    assert peaks["peak_area"].to_list()[:4] == [line[0] for line in AREAS]


@pytest.mark.parametrize("header", ["A,B,Day", "A,B,R2", "A,B,Q1", "A,B,Injection order"])
def test_one_column_of_a_condition_or_statistic_is_no_sample(written: Table, header: str) -> None:
    peaks = written.read(wide(header, *AREAS))
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["A", "B"]


def test_times_and_areas_are_numbered(written: Table) -> None:
    text = "Lipid,RT1,Area1,RT2,Area2\nGM3 36:1,10.60,5,10.61,4\nGM3 38:1,12.10,3,12.11,2"
    rows = written.read(text).select("sample", "rt_min", "peak_area").rows()
    assert rows == [("1", 10.6, 5), ("1", 12.1, 3), ("2", 10.61, 4), ("2", 12.11, 2)]


def test_a_sample_with_the_largest_areas_is_no_maximum_beside_one_that_is(written: Table) -> None:
    """As in an export with the column Area (Max.) of a weak and a strong sample."""
    cells = [(max(a, b), b, 2 * a + b) for a, b, _ in AREAS]
    cells = [(max(line), *line[1:]) for line in cells]
    peaks = written.read(wide("Area (Max.),Area: F1,Area: F2", *cells))
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["F1", "F2"]


@pytest.mark.parametrize("header", ["Solvent blank", "Lösungsmittel", "холостая проба", "s3"])
def test_a_blank_or_numbered_sample_can_have_areas_that_are_alike(
    written: Table, header: str
) -> None:
    cells = [(*line[:2], 100 + place**2) for place, line in enumerate(AREAS)]
    peaks = written.read(wide(f"s1,s2,{header}", *cells))
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["s1", "s2", header]
    roles = dict(peaks.select("sample", "sample_role").iter_rows())
    assert (roles[header] == "blank") == (header != "s3")


@pytest.mark.parametrize("header", ["Year", "Length", "x"])
def test_numbers_that_are_alike_are_no_areas_under_other_headers(
    written: Table, header: str
) -> None:
    cells = [(*line[:2], 100 + place**2) for place, line in enumerate(AREAS)]
    peaks = written.read(wide(f"s1,s2,{header}", *cells))
    assert peaks["sample"].unique(maintain_order=True).to_list() == ["s1", "s2"]


def test_copies_of_a_sample_are_left_out_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """One by one, groups of a hundred of them take minutes."""
    compared: list[object] = []

    def note(*about: object) -> bool:
        compared.append(about)
        return False

    monkeypatch.setattr("app.analysis.reading.samples.computed_columns._are_multiples", note)
    names = [f"s{number}" for number in range(60)]
    table = pl.DataFrame({name: [3.0, 50.0, 7.0, 11.0] for name in names})
    assert computed_columns(table, names, with_copies=False) == set()
    with_total = table.with_columns(Total=pl.sum_horizontal(names))
    assert computed_columns(with_total, [*names, "Total"], with_copies=False) <= {"Total"}
    assert not compared
