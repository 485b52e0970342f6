"""Roles of samples, evidence and ions of tables, as they are read."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.errors import PeakTableError
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.peaks.sample_roles import add_sample_roles
from tests.unit.analysis.tables import peaks as table_of

MSDIAL = (
    "\t\t\t\tClass\tbrain\tbackground\tpool\tNA\n"
    "\t\t\t\tFile type\tSample\tBlank\tQC\tNA\n"
    "\t\t\t\tInjection order\t1\t2\t3\tNA\n"
    "\t\t\t\tBatch ID\t1\t1\t1\tAverage\n"
    "Alignment ID\tAverage Rt(min)\tAverage Mz\tMetabolite name\tAdduct type\ts1\ts2\ts3\tbrain\n"
    "0\t10.6\t1179.737\tGM3 36:1;O2|GM3 18:1;O2/18:0\t[M-H]-\t500\t7\t300\t500\n"
    "1\t9.14\t917.479\tw/o MS2: GD1a 36:1;O2\tM-2H\t400\t0\t200\t400\n"
    "2\t10.1\t734.913\tlow score: GD3 36:1;O2\t[M-2H]--\t90\t0\t80\t90\n"
)


LARGE = 100_000  # Polars filters it in several parts


def read(text: str, tmp_path: Path) -> tuple[pl.DataFrame, list[str]]:
    path, notes = tmp_path / "table.txt", list[str]()
    path.write_text(text)
    return read_peak_table(path, on_note=notes.append), notes


def test_msdial_tells_roles_evidence_and_adducts_and_its_averages_are_no_samples(
    tmp_path: Path,
) -> None:
    peaks, _ = read(MSDIAL, tmp_path)

    roles = dict(peaks.select("sample", "sample_role").unique().iter_rows())
    assert roles == {"s1": "sample", "s2": "blank", "s3": "qc"}
    first = peaks.filter(pl.col("sample") == "s1").select("evidence", "adduct", "charge")
    assert first.rows() == [
        ("MS/MS", "[M-H]-", "1-"),
        ("mass alone", "[M-2H]2-", "2-"),
        ("low score", "[M-2H]2-", "2-"),
    ]


@pytest.mark.parametrize("header", ["Sample Type", "sample role", "SampleType"])
def test_a_column_gives_the_roles(header: str, tmp_path: Path) -> None:
    rows = "".join(
        f"GM3(36:1;O2),10.6,{100 + n},s{n},{role}\n"
        for n, role in enumerate(("Unknown", "Solvent", "Quality Control", "Standard"))
    )
    peaks, notes = read(f"Name,RT,Volume,Sample,{header}\n{rows}", tmp_path)

    assert peaks["sample_role"].to_list() == ["sample", "blank", "qc", "standard"]
    assert not notes


def test_a_column_that_holds_no_role_gives_none(tmp_path: Path) -> None:
    text = "Name,RT,Volume,Sample,Sample Type\nGM3(36:1;O2),10.6,5,s1,plasma\n"
    peaks, notes = read(text, tmp_path)

    assert peaks["sample_role"].to_list() == [None]
    assert not notes


def test_a_telling_name_gives_a_role_with_a_note(tmp_path: Path) -> None:
    text = "Name,RT,Volume,Sample\nGM3(36:1;O2),10.6,5,Blank_01\nGM3(36:1;O2),10.6,6,brain\n"
    peaks, notes = read(text, tmp_path)

    assert peaks["sample_role"].to_list() == ["blank", None]
    assert len(notes) == 1
    assert notes[0].startswith("By their names, Blank_01 is read as blank. ")


def test_a_chosen_role_outweighs_column_and_name() -> None:
    table = table_of(
        [("GM3(36:1;O2)", 10.6)] * 2, sample=["Blank_01", "s2"], sample_role=[None, "QC"]
    )
    notes: list[str] = []

    roles = add_sample_roles(table, {"Blank_01": "sample", "s2": "blank"}, notes.append)

    assert roles["sample_role"].to_list() == ["sample", "blank"]
    assert not notes


@pytest.mark.parametrize("chosen", [{"s9": "blank"}, {"s1": "negative"}])
def test_a_choice_that_cannot_be_applied_is_refused(chosen: dict[str, str]) -> None:
    table = table_of([("GM3(36:1;O2)", 10.6)], sample=["s1"])
    with pytest.raises(PeakTableError):
        add_sample_roles(table, chosen, lambda _: None)


def test_an_unknown_adduct_is_kept_and_reported(tmp_path: Path) -> None:
    text = "Name,RT,Volume,Adduct\nGM3(36:1;O2),10.6,5,[M+Xy]-\nGM3(38:1;O2),12,6,M-H\n"
    peaks, notes = read(text, tmp_path)

    assert peaks["adduct"].to_list() == ["[M+Xy]-", "[M-H]-"]
    assert any("'[M+Xy]-'" in note for note in notes)


def test_the_adduct_after_a_name_is_read_where_no_column_has_it(tmp_path: Path) -> None:
    text = "Name,RT,Volume\nGM3(d36:1)-H,10.6,5\nGD1a(d36:1)-2H,9.1,6\nGM3(38:1;O2),12,6\n"
    peaks, _ = read(text, tmp_path)

    assert peaks["adduct"].to_list() == ["[M-H]-", "[M-2H]2-", None]


def test_a_label_in_the_adduct_is_read(tmp_path: Path) -> None:
    text = "Name,RT,Volume,Adduct\nGM3(36:1;O2),10.6,5,[M3H2-H]-\nGM3(36:1;O2),10.6,6,[M-H]-\n"
    peaks, _ = read(text, tmp_path)

    assert peaks["isotope_label"].to_list() == ["3H2", None]


def test_two_ions_with_equal_numbers_are_no_repeat(tmp_path: Path) -> None:
    text = (
        "Name,RT,Volume,Isotope Label Type\nGM3(36:1;O2),10.6,5,light\nGM3(36:1;O2),10.6,5,heavy\n"
    )
    peaks, _ = read(text, tmp_path)

    assert peaks["problem"].null_count() == 2


def test_a_large_table_without_evidence_is_read(tmp_path: Path) -> None:
    rows = "".join(f"GM3(36:1;O2),10.6,{area}\n" for area in range(LARGE))
    peaks, _ = read(f"Name,RT,Volume\n{rows}", tmp_path)

    assert peaks.height == LARGE
    assert peaks["evidence"].null_count() == LARGE


def test_an_adduct_that_only_some_rows_have_is_read(tmp_path: Path) -> None:
    peaks, _ = read(
        "Name,RT,Volume,Adduct\nGM1(36:1;O2),10.1,9,M-2H\nGM3(36:1;O2),10.6,8,\n", tmp_path
    )

    assert peaks["adduct"].to_list() == ["[M-2H]2-", None]


def test_an_isotope_that_is_not_known_is_no_standard_and_is_said(tmp_path: Path) -> None:
    rows = "GM3(36:1;O2),10.6,5,A?,-2\nGM1(36:1;O2),10.1,6,heavy,2-\n"
    peaks, notes = read(f"Name,RT,Volume,Isotope,Charge\n{rows}", tmp_path)

    assert peaks["isotope_label"].to_list() == [None, "heavy"]
    assert peaks["charge"].to_list() == ["2-", "2-"]
    assert ["isotope or label that is not known, such as 'A?'" in note for note in notes] == [True]


def test_an_isotope_after_a_name_is_that_of_its_row(tmp_path: Path) -> None:
    text = "Name,RT,Volume\nGM3(36:1;O2),10.6,5\nGM3(36:1;O2) [M+1],10.6,2\n"
    peaks, _ = read(text, tmp_path)

    assert peaks["isotope_label"].to_list() == [None, "M+1"]


def test_internal_standards_of_sciex_are_standards(tmp_path: Path) -> None:
    text = (
        "Sample Index\tSample Name\tSample Type\tComponent Name\tComponent Type\tRetention Time\t"
        "Area\n1\ts1\tUnknown\tGM3 36:1;O2\tQuantifiers\t10.60\t5000\n"
        "1\ts1\tUnknown\tGM3 d18:1/17:0\tInternal Standards\t9.90\t900\n"
    )
    peaks, notes = read(text, tmp_path)

    assert peaks["isotope_label"].to_list() == [None, "Internal Standards"]
    assert not notes


def test_an_isotope_in_an_adduct_is_that_of_its_row(tmp_path: Path) -> None:
    table = "Name,RT,Area,Adduct\nGM3 36:1,9,5,[M-H]-\nGM3 36:1,9,1,[M+1-H]-\nGM3 36:1,9,1,[M+2]-\n"
    peaks, _ = read(table, tmp_path)
    assert peaks["isotope_label"].to_list() == [None, "M+1", "M+2"]
    assert peaks["problem"].null_count() == 3


@pytest.mark.parametrize(
    ("header", "cells", "adducts"),
    [
        ("Ion", ("[M-H]-", "[M-2H]2-"), ["[M-H]-", "[M-2H]2-"]),
        ("Detected as", ("M-H", ""), ["[M-H]-", None]),
        ("Ion", ("[M-H]-", "unclear"), [None, None]),
        ("Modification", ("-H", "-2H"), [None, None]),
    ],
)
def test_a_column_whose_cells_are_adducts_has_them(
    tmp_path: Path, header: str, cells: tuple[str, str], adducts: list[str | None]
) -> None:
    text = f"Name,RT,Area,{header}\nGM3 36:1,10.6,5,{cells[0]}\nGM3 36:1,10.6,7,{cells[1]}\n"
    peaks, notes = read(text, tmp_path)
    assert peaks["adduct"].to_list() == adducts
    assert any("are read as adducts" in note for note in notes) == any(adducts)


@pytest.mark.parametrize(
    ("header", "name", "cell", "is_named"),
    [
        *(("Isomer", "GD1 36:1", "a", True), ("Series", "GT1 36:1", "b-series", True)),
        *(("Isomer", "GD1a 36:1", "a", False), ("Isomer", "GD1 36:1", "early", False)),
        ("Group", "GD1 36:1", "a", False),
    ],
)
def test_letters_of_isomers_that_names_lack_are_named(
    tmp_path: Path, header: str, name: str, cell: str, is_named: bool
) -> None:
    _, notes = read(f"Name,{header},RT,Area\n{name},{cell},9.1,5\nGM3 36:1,,10.6,7\n", tmp_path)
    assert any(note.startswith("The letters of isomers in") for note in notes) == is_named
