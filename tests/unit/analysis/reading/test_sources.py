"""Peak tables as other programs export them."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.errors import PeakTableError
from app.analysis.reading.layout.layout import layout_of
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.peaks.long_table import NO_AREA
from app.analysis.reading.peaks.peak_frame import PEAK_SCHEMA
from app.analysis.reading.sources import SOURCES
from tests.unit.analysis.reading.written_table import Table

GM3, GD1, GD3 = "GM3 36:1;O2", "GD1(36:1;O2)", "GD3(36:1;O2)"
SHOWN = ("sample", "name", "rt_min", "peak_area", "mz", "adduct", "problem")

OLDER_MZMINE = f"""\
row ID,row m/z,row retention time,row identity (main ID),a.mzML Peak area,b.mzML Peak area,
1,1180.74,10.60,{GM3},5000,0,
2,917.48,9.14,{GD1},0.0,,
3,735.92,10.1,{GD3},700,800,
"""
MODULAR_MZMINE = f"""\
id,rt,mz,area,compound_db_identity:compound_name,compound_db_identity:adduct,\
datafile:a.mzML:rt,datafile:a.mzML:area,datafile:b.mzML:rt,datafile:b.mzML:area
1,10.60,1180.74,5000,{GM3},[M-H]-,10.61,5000,,
2,9.14,917.48,,{GD1},[M-2H]2-,,,,
3,10.1,735.92,700,{GD3},[M-2H]2-,10.11,700,,800
"""
MSDIAL = "\n".join(
    "\t".join(line)
    for line in (
        ("", "", "", "", "", "Class", "brain", "brain", "NA"),
        ("", "", "", "", "", "File type", "Sample", "QC", "NA"),
        ("", "", "", "", "", "Injection order", "1", "2", "NA"),
        ("", "", "", "", "", "Batch ID", "1", "1", "Average"),
        (
            *("Alignment ID", "Average Rt(min)", "Average Mz", "Metabolite name", "Adduct type"),
            *("MS/MS spectrum", "a", "b", "brain"),
        ),
        ("0", "10.60", "1180.74", f"{GM3}|GM3 18:1;O2/18:0", "[M-H]-", "", "5000", "0", "2500"),
        ("1", "9.14", "917.48", f"w/o MS2:{GD1}", "[M-2H]2-", '"', "0", "0", "0"),
        ("2", "10.1", "735.92", f"no MS2: {GD3}", "[M-2H]2-", "1:2 3:4", "700", "800", "750"),
    )
)
# What all three say: sample by sample, last the feature that is in none.
PEAKS = [
    ("a", GM3, 10.6, 5000.0, 1180.74),
    ("a", GD3, 10.1, 700.0, 735.92),
    ("b", GD3, 10.1, 800.0, 735.92),
    ("", GD1, 9.14, None, 917.48),
]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path / "peaks.csv")


def stripped(peaks: pl.DataFrame) -> pl.DataFrame:
    """The peaks without the suffixes of their samples and without the chains of their names."""
    return peaks.with_columns(
        pl.col("sample").str.replace(".mzML", "", literal=True),
        pl.col("name").str.split("|").list.first(),
    )


@pytest.mark.parametrize("text", [OLDER_MZMINE, MSDIAL], ids=["MZmine 2", "MS-DIAL"])
def test_a_wide_table_gives_a_row_for_each_feature_and_sample(table: Table, text: str) -> None:
    peaks = stripped(table.read(text))
    assert dict(peaks.schema) == PEAK_SCHEMA
    assert peaks["row"].to_list() == [1, 2, 3, 4]
    assert peaks.select(SHOWN[:5]).rows() == PEAKS
    assert peaks["problem"].to_list() == [None, None, None, NO_AREA]


def test_the_time_in_a_sample_overrides_that_of_the_feature(table: Table) -> None:
    peaks = table.read(MODULAR_MZMINE)
    assert peaks["rt_min"].to_list() == [10.61, 10.11, 10.1, 9.14]
    assert peaks["peak_area"].to_list() == [5000, 700, 800, None]
    assert peaks["adduct"].to_list() == ["[M-H]-", "[M-2H]2-", "[M-2H]2-", "[M-2H]2-"]


@pytest.mark.parametrize("text", [OLDER_MZMINE, MODULAR_MZMINE, MSDIAL])
def test_a_feature_without_any_area_is_kept_once(table: Table, text: str) -> None:
    table.read(text)
    read, absent, nowhere = table.notes
    assert "3 features" in read
    assert "2 samples: 3 peaks" in read
    assert absent.startswith("1 time a feature has no area in a sample")
    assert nowhere.startswith("1 feature has no area in any sample")


def test_an_area_that_is_no_number_stays_a_row_with_its_problem(table: Table) -> None:
    peaks = table.read(OLDER_MZMINE.replace(",5000,", ",much,"))
    assert peaks["problem"][0] == "Volume is 'much', which is not a number."


def test_a_feature_without_a_name_stays_a_row(table: Table) -> None:
    peaks = table.read(MODULAR_MZMINE.replace(GD3, ""))
    assert peaks["problem"].to_list() == [None, "Name is missing.", "Name is missing.", NO_AREA]


def test_the_annotation_of_a_row_is_taken_from_any_column_that_has_one(table: Table) -> None:
    header = "id,rt,mz,compound_db_identity:compound_name,lipid_annotations:lipid_annotations"
    rows = [f"1,10.6,1180.7,,{GM3},5", f"2,9.14,917.5,{GD1},,4", f"3,10.1,735.9,C59H108,{GD3},7"]
    peaks = table.read("\n".join([f"{header},datafile:a:area", *rows, "4,5,6,other,,8"]))
    assert peaks["name"].to_list() == [GM3, GD1, GD3, "other"]
    chosen = table.read(
        "\n".join([f"{header},datafile:a:area", *rows]),
        name="compound_db_identity:compound_name",
    )
    assert chosen["name"].to_list() == [None, GD1, "C59H108"]


def test_a_misread_row_of_a_wide_table_is_kept_once_with_its_problem(table: Table) -> None:
    peaks = table.read(OLDER_MZMINE.replace(",5000,", ",5,000,7,"))
    assert [bool(problem) for problem in peaks["problem"]] == [False, False, True, True]
    assert "more cells" in peaks["problem"][3]


def test_older_msdial_files_and_those_without_the_lines_above_are_read(table: Table) -> None:
    lines = MSDIAL.splitlines()
    assert table.read("\n".join([*lines[:3], *lines[4:]])).height == 4
    assert table.read("\n".join(lines[4:])).height == 6  # the averages cannot be told from samples


def test_an_alignment_result_saved_as_a_workbook_is_read(tmp_path: Path) -> None:
    rows = [[cell or None for cell in line.split("\t")] for line in MSDIAL.splitlines()]
    path = tmp_path / "alignment.xlsx"
    pl.DataFrame(rows, orient="row").write_excel(path, include_header=False)
    assert stripped(read_peak_table(path)).select(SHOWN[:5]).rows() == PEAKS


def test_a_wide_parquet_file_is_read(tmp_path: Path) -> None:
    frame = pl.read_csv(MODULAR_MZMINE.encode())
    frame.write_parquet(tmp_path / "features.parquet")
    peaks = read_peak_table(tmp_path / "features.parquet")
    assert peaks["peak_area"].to_list() == [5000, 700, 800, None]


def test_semicolons_and_decimal_commas_of_a_wide_table_are_read(table: Table) -> None:
    rows = [line.removesuffix(",").split(",") for line in OLDER_MZMINE.splitlines()]
    text = "\n".join(";".join(cell.replace(".", ",") for cell in row) for row in rows)
    peaks = table.read(text.replace(",mzML", ".mzML"))
    assert stripped(peaks).select(SHOWN[:5]).rows() == PEAKS


def test_a_column_for_the_volume_makes_a_wide_table_a_plain_one(table: Table) -> None:
    peaks = table.read(MODULAR_MZMINE, volume="area")
    assert peaks["peak_area"].to_list() == [5000, None, 700]
    assert peaks["sample"].to_list() == ["", "", ""]


GRID = f"""\
Molecule Name,Replicate Name,Best Retention Time,Total Area,Precursor Mz,Precursor Adduct
{GM3},s1,10.60,5000,1180.74,[M-H]-
{GM3},s2,#N/A,#N/A,1180.74,[M-H]-
"""
TRANSITIONS = f"""\
Molecule,Replicate,Precursor Mz,Precursor Charge,Product Mz,Retention Time,Area,Background
{GM3},s1,1180.74,-1,290.1,10.58,1000,1
{GM3},s1,1180.74,-1,1180.74,10.60,4000,1
{GM3},s1,1180.74,-1,87.0,#N/A,#N/A,#N/A
{GM3},s2,1180.74,-1,290.1,10.62,300,1
{GM3},s3,1180.74,-1,290.1,10.60,#N/A,#N/A
{GM3},s1,589.87,-2,290.1,10.61,70,1
"""


def test_a_document_grid_is_read_row_by_row(table: Table) -> None:
    peaks = table.read(GRID)
    assert peaks.select(SHOWN).rows() == [
        ("s1", GM3, 10.6, 5000.0, 1180.74, "[M-H]-", None),
        ("s2", GM3, None, None, 1180.74, "[M-H]-", "RT is '#N/A', which is not a number."),
    ]
    assert table.notes == []


def test_an_invariant_export_goes_by_names_without_spaces(table: Table) -> None:
    header, rows = GRID.split("\n", 1)
    peaks = table.read(header.replace(" ", "") + "\n" + rows)
    assert peaks["sample"].to_list() == ["s1", "s2"]


def test_the_transitions_of_a_precursor_are_one_peak(table: Table) -> None:
    peaks = table.read(TRANSITIONS)
    assert peaks.select("sample", "rt_min", "peak_area", "mz").rows() == [
        ("s1", 10.6, 5000.0, 1180.74),
        ("s2", 10.62, 300.0, 1180.74),
        ("s3", 10.6, None, 1180.74),
        ("s1", 10.61, 70.0, 589.87),
    ]
    assert peaks["problem"].to_list() == [None, None, "Volume is missing.", None]
    assert table.notes[0].startswith("6 transitions are parts of 4 peaks")


def test_transitions_without_a_column_of_their_precursor_go_by_their_molecule(
    table: Table,
) -> None:
    rows = [line.split(",") for line in TRANSITIONS.splitlines()]
    text = "\n".join(",".join([*row[:2], *row[4:]]) for row in rows)
    assert table.read(text)["peak_area"].to_list() == [5070, 300, None]


def test_a_known_table_without_areas_says_what_to_export(table: Table) -> None:
    with pytest.raises(PeakTableError, match="Export feature list > CSV"):
        table.read("row ID,row m/z,row retention time\n1,1180.7,10.6\n")


def test_a_mapping_can_say_that_a_column_does_not_exist(table: Table) -> None:
    text = f"Name,RT,Volume,Log P\n{GM3},10.6,5,7.7\n"
    assert table.read(text)["log_p"].to_list() == [7.7]
    assert table.read(text, log_p="")["log_p"].to_list() == [None]


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("row ID,row m/z,row retention time,x Peak area", "MZmine"),
        ("id,rt,mz,datafile:x:area", "MZmine"),
        ("Alignment ID,Average Rt(min),Average Mz,Metabolite name", "MS-DIAL"),
        ("Peptide,Replicate,Area,Retention Time", "Skyline"),
        ("MoleculeName,ReplicateName,TotalArea", "Skyline"),
        ("Name,RT,Volume,sample", "a plain table"),
        ("Molecule,RT,Area", "a plain table"),
    ],
)
def test_a_source_is_recognised_by_its_header(header: str, title: str) -> None:
    assert layout_of(header.split(",")).source.title == title


def test_the_plain_table_is_tried_last() -> None:
    assert SOURCES[-1].title == "a plain table"
