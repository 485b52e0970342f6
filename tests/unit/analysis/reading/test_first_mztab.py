"""mzTab 1.0, which has times and areas in the section of small molecules."""

from pathlib import Path

import pytest

from app.analysis.errors import PeakTableError
from app.analysis.reading.peak_table import read_peak_table

GM3 = "GM3 36:1;O2"
BEGIN = "MTD\tmzTab-version\t1.0.0\nMTD\tms_run[1]-location\tfile:///data/s1.mzML\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "peaks.mztab"


def test_the_column_whose_cells_are_names_is_read(path: Path) -> None:
    path.write_text(
        f"{BEGIN}SMH\tidentifier\tdescription\tretention_time\tsmallmolecule_abundance_assay[1]\n"
        f"SML\t{GM3}\ta ganglioside\t636.0\t5000\n"
    )
    peaks = read_peak_table(path)
    assert peaks.select("sample", "name", "rt_min", "peak_area").rows() == [
        ("assay 1", GM3, 10.6, 5000)
    ]


def test_areas_of_study_variables_are_read_with_a_note(path: Path) -> None:
    path.write_text(
        f"{BEGIN}MTD\tstudy_variable[1]-description\tbrain\nMTD\tstudy_variable[2]-description\t"
        "liver\nSMH\tdescription\tretention_time\tsmallmolecule_abundance_study_variable[1]\t"
        "smallmolecule_abundance_stdev_study_variable[1]\tsmallmolecule_abundance_study_variable[2]"
        f"\nSML\t{GM3}\t636.0\t5000\t3\t6000\n"
    )
    notes: list[str] = []
    peaks = read_peak_table(path, on_note=notes.append)
    assert peaks.select("sample", "peak_area").rows() == [("brain", 5000), ("liver", 6000)]
    assert any("study variables" in note for note in notes)


def test_times_that_differ_are_not_averaged(path: Path) -> None:
    path.write_text(
        f"{BEGIN}SMH\tdescription\tretention_time\tsmallmolecule_abundance_assay[1]\n"
        f"SML\t{GM3}\t636.0|636.6\t5000\nSML\tGM2 36:1;O2\t600|660\t4000\n"
    )
    peaks = read_peak_table(path)
    assert peaks["rt_min"].to_list() == [pytest.approx(10.605), None]
    assert peaks["problem"].to_list() == [None, "RT is '600|660', which is not a number."]


def test_a_file_without_times_is_refused_by_its_own_name(path: Path) -> None:
    path.write_text(
        f"{BEGIN}SMH\tdescription\tsmallmolecule_abundance_assay[1]\nSML\t{GM3}\t5000\n"
    )
    with pytest.raises(PeakTableError, match=r"looks like one of mzTab 1\.0: Its section SML"):
        read_peak_table(path)
