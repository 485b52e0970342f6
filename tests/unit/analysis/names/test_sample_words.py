"""What cells say on roles of samples, levels of evidence and isotopes."""

import pytest

from app.analysis.names.cells.adduct_after_name import adduct_after_name
from app.analysis.names.cells.evidence_levels import evidence_level, split_evidence
from app.analysis.names.cells.isotope_labels import isotope_after_name, isotope_label
from app.analysis.names.cells.sample_roles import role_by_name, sample_role
from app.analysis.names.grammar import parse_species


@pytest.mark.parametrize(
    ("role", "cells"),
    [
        ("sample", ("Sample", "Unknown", "Unknown Sample", "Specimen")),
        ("blank", ("Blank", "Double Blank", "Solvent", "BLANKS", "Matrix blank")),
        ("qc", ("QC", "Quality Control", "QualityControl", "pooled QC")),
        ("standard", ("Standard", "Std Bracket", "Calibration", "STD")),
        ("blank", ("Blank+IS", "zero sample")),
        ("qc", ("QC Low", "HQC")),
        ("standard", ("SST", "System suitability")),
        (None, ("", "liver", "plasma", "NA")),
    ],
)
def test_the_type_of_a_sample_is_its_role(role: str | None, cells: tuple[str, ...]) -> None:
    assert {cell: sample_role(cell) for cell in cells} == dict.fromkeys(cells, role)


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("blank", ("Blank_01", "blank", "2024-01-02_procblank2.raw", "Solvent", "BLK1", "Blanks")),
        ("qc", ("QC3", "pool_QC_1", "QC", "20240102_qc-07")),
        ("standard", ("Std_5", "standard 1")),
        ("blank", ("SBLK1", "MeOH_1", "H2O", "mobile phase", "Leerwert 2", "blanc", "空白1")),
        ("qc", ("PBQC", "TQC01", "BQC_2", "Pool 1", "LTR_2", "质控3", "sysQC")),
        ("standard", ("Cal1", "SST_01", "NIST_SRM1950", "LLOQ", "標準 2", "run3_sys_suit.raw")),
        ("blank", ("Background", "background_2")),
        (None, ("KO_background", "background genes")),
        (None, ("MeOH_extract", "waterfall", "Poolman", "Calcium_1", "calf", "Blanka", "administ")),
        (None, ("brain", "s1", "blanket", "acqc", "standardized", "Unblanked", "resolvent", "")),
    ],
)
def test_a_telling_name_is_a_role_and_no_part_of_a_word_is(
    role: str | None, names: tuple[str, ...]
) -> None:
    assert {name: role_by_name(name) for name in names} == dict.fromkeys(names, role)


@pytest.mark.parametrize(
    ("level", "cells"),
    [
        (
            "MS/MS",
            ("MS/MS", "ms2", "MSI level 2", "1", "L2a", "Grade A", "B", "True", "850", "0.87"),
        ),
        ("low score", ("low score", "3", "C", "312", "0.31")),
        (
            "mass alone",
            ("w/o MS2", "no MS2", "mass alone", "MS1", "4", "False", "0", "accurate mass"),
        ),
        (None, ("", "brain", "nan")),
    ],
)
def test_evidence_is_read_as_a_level(level: str | None, cells: tuple[str, ...]) -> None:
    assert {cell: evidence_level(cell) for cell in cells} == dict.fromkeys(cells, level)


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("w/o MS2: GD1a 36:1;O2", ("mass alone", "GD1a 36:1;O2")),
        ("no MS2:GD1a 36:1;O2", ("mass alone", "GD1a 36:1;O2")),
        ("low score: GM3 36:1;O2", ("low score", "GM3 36:1;O2")),
        ("GM3 36:1;O2", (None, "GM3 36:1;O2")),
    ],
)
def test_what_stands_before_a_name_is_its_evidence(name: str, split: tuple[str, str]) -> None:
    assert split_evidence(name) == split


@pytest.mark.parametrize(
    ("label", "cells"),
    [
        (None, ("light", "", "0", "M", "M+0", "[3][M]-", "C12 PARENT", "unlabelled", "none")),
        (None, ("label-free", "not labeled", "unlabeled (12C)", "non-labelled", "13C0", "d0")),
        (None, ("[M-2H]2-", "[M+2H]2+", "M-2H", "no IS", "C13-label-0", "not a standard")),
        (None, ("9" * 5_000,)),
        ("unlabelled standard", ("unlabelled standard",)),
        ("[M-2H+13C6]2-", ("[M-2H+13C6]2-",)),
        ("2H5", ("2H5",)),
        ("d10", ("d10",)),
        (None, ("A0", "Quantifiers", "Target Compound", "yes", "[M-H2O]-", "0/1")),
        ("M+1", ("1", "M+1", "M + 1", "[12][M+1]-", "C13-label-1", "1.0", "+1", "A+1", "iso1")),
        ("M+2", ("2", "[12][M+2]2-")),
        ("heavy", ("heavy", " heavy ")),
        ("d3", ("d3",)),
        ("Internal Standards", ("Internal Standards",)),
        ("13C6", ("13C6",)),
    ],
)
def test_isotopes_and_labels_are_distinguished(label: str | None, cells: tuple[str, ...]) -> None:
    assert {cell: isotope_label(cell) for cell in cells} == dict.fromkeys(cells, label)


@pytest.mark.parametrize(
    ("after", "isotope", "adduct"),
    [
        *(("[M+1] [M-H]-", "M+1", "[M-H]-"), ("[M-H]- M+1", "M+1", "[M-H]-")),
        *(("[M+1]-", "M+1", None), ("[M+2]2-", "M+2", None), ("M+1 -H", "M+1", "[M-H]-")),
        *(("[M+1-H]-", "M+1", None), ("[M-H+1]-", "M+1", None), ("m+1", "M+1", None)),
        *(("\uff3bM\uff0b1\uff3d", "M+1", None), ("(M+2)", "M+2", None), ("[M+10]-", "M+10", None)),
        *(("[M+2H]2+", None, "[M+2H]2+"), ("[M-2H]2-", None, "[M-2H]2-")),
    ],
)
def test_an_isotope_after_a_name_is_found_wherever_the_name_is_read(
    after: str, isotope: str | None, adduct: str | None
) -> None:
    name = f"GM3(36:0;O2) {after}"
    assert parse_species(name).species == "GM3(36:0;O2)"
    assert (isotope_after_name(name), adduct_after_name(name)) == (isotope, adduct)
