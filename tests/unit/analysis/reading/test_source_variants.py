"""Headers of older, newer and fuller exports of programs, as their files and readers have them."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from app.analysis.reading.layout.layout import layout_of
from app.analysis.reading.peak_table import read_peak_table

SHOWN = ("sample", "name", "rt_min", "peak_area")
GM3, GD1 = "GM3 36:1;O2", "GD1a 36:1;O2"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "peaks.csv"


def read(path: Path, *lines: str, tabs: bool = False) -> pl.DataFrame:
    text = "\n".join(lines) + "\n"
    path.write_text(text.replace(";;", "\t") if tabs else text)
    return read_peak_table(path, on_note=lambda _: None)


def test_each_name_of_mzmine_has_the_adduct_of_its_own_annotation(path: Path) -> None:
    """Columns of MZmine 4; spectral matches and lipid annotations can differ in their adduct."""
    peaks = read(
        path,
        "id,rt,mz,spectral_db_matches:compound_name,spectral_db_matches:ion_adduct,"
        "lipid_annotations:lipid_annotations,lipid_annotations:ion_adduct,"
        "datafile:a.mzML:area,datafile:a.mzML:rt,datafile:a.mzML:charge",
        f"1,10.60,1179.7372,,,{GM3},[M-H]-,5000,10.60,1",
        f"2,9.14,917.4793,{GD1},[M-2H]2-,Cer 34:1;O2,[M+Cl]-,4000,9.14,2",
        f"3,10.61,1225.7427,caffeine,[M+H]+,{GM3},[M+FA-H]-,400,10.61,1",
    )
    assert peaks["name"].to_list() == [GM3, GD1, GM3]
    assert peaks["adduct"].to_list() == ["[M-H]-", "[M-2H]2-", "[M+FA-H]-"]


def test_lipidsearch_5_has_observed_times_and_marks_absent_peaks(path: Path) -> None:
    peaks = read(
        path,
        "Rej;;LipidID;;LipidGroup;;Class;;SubClass;;CalcMz;;IonFormula;;AdductIon;;BaseRt;;"
        "OrgMeanArea[s1];;Area[s1-1];;Area[s1-2];;ObsRt[s1-1];;ObsRt[s1-2];;Grade[s1-1]",
        "false;;GM3(d18:1_18:0)-H;;GM3(d36:1)-H;;GM3;;GM3;;1179.7372;;C59H107N2O21;;M-H;;10.60;;"
        "550000;;5.0E5;;NP;;10.61;;NP;;A",
        tabs=True,
    )
    assert peaks.select(*SHOWN).rows() == [("s1-1", "GM3(d18:1_18:0)-H", 10.61, 500000.0)]
    assert peaks["adduct"].to_list() == ["[M-H]-"]


def test_the_merged_result_of_lipidsearch_has_a_time_of_all_samples(path: Path) -> None:
    peaks = read(
        path,
        "LipidMolec;;ClassKey;;CalcMass;;BaseRt;;MainArea[s1];;MainArea[s2];;NormArea[s1]",
        "GM3(d18:1_18:0);;GM3;;1180.7445;;10.60;;5.0E5;;6.0E5;;1.1",
        "GD1a(d36:1);;GD1a;;1836.9720;;9.14;;4.0E5;;3.0E5;;1.2",
        tabs=True,
    )
    assert peaks.select(*SHOWN).rows()[:2] == [
        ("s1", "GM3(d18:1_18:0)", 10.6, 500000.0),
        ("s1", "GD1a(d36:1)", 9.14, 400000.0),
    ]
    assert peaks.height == 4


def test_the_areas_of_groups_of_lipidsearch_5_are_no_samples(path: Path) -> None:
    peaks = read(
        path,
        "LipidID;;LipidMolec;;ClassKey;;AdductIon;;BaseRt;;MainArea[c];;Area[c-1];;Area[c-2]".replace(
            ";;", "\t"
        ),
        "GM3(d18:1_18:0)-H\tGM3(d18:1_18:0)\tGM3\t-H\t10.6\t11\t10\t12",
    )
    assert peaks.select("sample", "peak_area").rows() == [("c-1", 10.0), ("c-2", 12.0)]


def test_the_comments_of_lipidsearch_4_name_the_files(path: Path) -> None:
    peaks = read(
        path,
        "#SearchType:;;Product",
        "#[s1-1]:brain_1.raw",
        "#[s1-2]:Blank_1.raw",
        "Rej.;;LipidIon;;LipidGroup;;Class;;FattyAcid;;CalcMz;;Area[s1-1];;Area[s1-2];;"
        "Rt[s1-1];;Rt[s1-2]",
        "0;;GM3(d18:1_18:0)-H;;GM3(d36:1)-H;;GM3;;(d18:1_18:0);;1179.7372;;5.0E5;;900;;10.60;;10.61",
        tabs=True,
    )
    assert peaks["sample"].to_list() == ["brain_1.raw", "Blank_1.raw"]
    assert peaks["sample_role"].to_list() == [None, "blank"]


def test_msdial_says_which_names_spectra_confirm(path: Path) -> None:
    peaks = read(
        path,
        "Alignment ID;;Average Rt(min);;Average Mz;;Metabolite name;;Adduct type;;"
        "Post curation result;;Fill %;;MS/MS assigned;;RT matched;;m/z matched;;MS/MS matched;;"
        "MS/MS spectrum;;s1",
        f"0;;10.6;;1179.7372;;{GM3};;[M-H]-;;;;1;;True;;False;;True;;True;;1:2;;5000",
        f"1;;9.14;;917.4793;;{GD1};;[M-2H]2-;;;;1;;False;;False;;True;;False;;;;4000",
        tabs=True,
    )
    assert peaks["evidence"].to_list() == ["MS/MS", "mass alone"]


SCIEX = "Sample Name;;Component Name;;Component Type;;Mass Info;;Retention Time;;Area"


@pytest.mark.parametrize(
    ("one", "other", "is_one_peak"),
    [
        (f"{GM3};;Quantifiers;;;;10.6", f"{GM3};;Qualifiers;;;;10.9", True),
        (f"{GM3} 1;;;;1179.7 / 290.1;;10.6", f"{GM3} 2;;;;1179.7 / 87.0;;10.62", True),
        (f"{GM3}_1;;;;;;10.6", f"{GM3}_2;;;;;;10.6", True),
        (f"{GM3} quant;;;;;;10.6", f"{GM3} qual;;;;;;N/A", True),
        (f"{GM3} 1;;;;1179.7 / 290.1;;10.6", f"{GM3} 2;;;;589.3 / 87.0;;10.6", False),
        (f"{GM3} 1;;;;1179.7 / 290.1;;10.6", f"{GM3} 2;;;;1179.7 / 87.0;;10.9", False),
        (f"{GM3};;;;1179.7 / 290.1;;10.6", f"{GM3};;;;1179.7 / 87.0;;10.9", False),
    ],
)
def test_a_qualifier_of_sciex_is_no_rival_of_its_quantifier(
    path: Path, one: str, other: str, is_one_peak: bool
) -> None:
    peaks = read(path, SCIEX, f"s1;;{other};;2000", f"s1;;{one};;5000", tabs=True)
    assert peaks["name"].to_list() == [GM3, GM3]
    problem, own_problem = peaks["problem"]
    assert own_problem is None
    assert (problem or "").startswith("This transition is a qualifier") is is_one_peak


@pytest.mark.parametrize(
    ("header", "quantifier", "qualifier", "is_one_peak"),
    [
        ("Sample,Component,Type,RT,Area", "Quantifier", "Qualifier", True),
        ("Sample,Component,Ion type,RT,Area", "quant", "qual 1", True),
        ("Filename,Compound,Peak Label,Actual RT,Area", "T1", "C1", True),
        ("Sample,Component,Type,RT,Area", "Sample", "Qualifier", False),
        ("Sample,Component,Type,RT,Area", "T1", "T2", False),
    ],
)
def test_a_column_that_names_qualifiers_sets_them_apart(
    path: Path, header: str, quantifier: str, qualifier: str, is_one_peak: bool
) -> None:
    peaks = read(path, header, f"s1,{GM3},{quantifier},10.6,5", f"s1,{GM3},{qualifier},10.6,2")
    assert peaks["name"].to_list() == [GM3, GM3]
    assert [each is None for each in peaks["problem"]] == [True, not is_one_peak]


def test_qualifiers_of_a_parquet_file_are_set_apart(tmp_path: Path) -> None:
    kinds = ["Quantifier", "Qualifier"]
    columns = {"Compound": [GM3, GM3], "Type": kinds, "RT": [10.6, 10.6], "Area": [5.0, 2.0]}
    pl.DataFrame(columns).write_parquet(tmp_path / "peaks.parquet")
    problems = read_peak_table(tmp_path / "peaks.parquet", on_note=lambda _: None)["problem"]
    assert problems.is_null().to_list() == [True, False]


def test_names_are_never_those_of_internal_standards_beside_the_peaks(path: Path) -> None:
    peaks = read(
        path,
        "Sample Name;;Analyte Peak Name;;Analyte Retention Time (min);;"
        "Analyte Peak Area (counts);;IS Peak Name",
        "s1;;lysate 7;;10.6;;5000;;IS",
        tabs=True,
    )
    assert peaks["name"].to_list() == ["lysate 7"]


def workbook(path: Path, rows: list[list[Any]], sheet: str) -> Path:
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return path


def test_sheets_of_the_lipid_data_analyzer_without_species_have_their_numbers(
    tmp_path: Path,
) -> None:
    """Name has the carbons; the rows below a species are its isotopes and have no name."""
    rows: list[list[Any]] = [
        ["Name", "Dbs", "OH", "Modification", "Formula", "RT", "Isotope", "Area", "Charge", "Mz"],
        [36, 1, 2, "-H", "C59H108N2O21", 10.6, None, 530172, 1, 1179.7372],
        [None, None, None, None, None, 10.6, 1, 330172, 1, 1180.7406],
        [42, 1, 3, "-H2", "C65H120N2O22", 14.1, None, 60172, 2, 639.9083],
    ]
    peaks = read_peak_table(workbook(tmp_path / "r.xlsx", rows, "GM3"), on_note=lambda _: None)
    assert peaks["name"].to_list() == ["GM3 36:1;O2", None, "GM3 42:1;O3"]
    assert peaks["adduct"].to_list() == ["[M-H]-", None, "[M-2H]2-"]
    assert peaks["peak_area"].to_list()[::2] == [530172.0, 60172.0]


def test_the_report_of_targetlynx_is_known_by_its_sections_alone(path: Path) -> None:
    peaks = read(
        path,
        "Dataset:;;C:\\Projects\\brain.qld",
        "",
        f"Compound 1:  {GM3}",
        "",
        ";;#;;Name;;Sample Text;;Type;;Std.Conc;;RT;;Area;;IS Area;;Response",
        "1;;1;;s1;;brain;;Analyte;;;;10.60;;500000;;;;",
        tabs=True,
    )
    assert peaks.select(*SHOWN).rows() == [("s1", GM3, 10.6, 500000.0)]


@pytest.mark.parametrize(
    ("title", "header"),
    [
        # The whole headers, from readers and files of these programs.
        (
            "Progenesis QI",
            "Compound,Neutral mass (Da),m/z,Charge,Retention time (min),CCS (angstrom^2),"
            "Chromatographic peak width (min),Identifications,Anova (p),q Value,Max Fold Change,"
            "Highest Mean,Lowest Mean,Isotope Distribution,Maximum Abundance,Minimum CV%,s1,s2,"
            "Accepted Compound ID,Accepted Description,Adducts,Formula,Score",
        ),
        (
            "El-MAVEN",
            "label,metaGroupId,groupId,goodPeakCount,medMz,medRt,maxQuality,note,compound,"
            "compoundId,expectedRtDiff,ppmDiff,parent,s1,s2",
        ),
        (
            "LipiDex",
            "Retention Time (min),Quant Ion,Polarity,Area (max),Identification,Lipid Class,"
            "Features Found,s1.raw,s2.raw",
        ),
        (
            "Sciex OS",
            "Sample Name,Sample ID,Sample Type,Sample Comment,Set Number,Acquisition Method,"
            "Acquisition Date,Rack Type,Rack Position,Vial Position,Plate Type,Plate Position,"
            "File Name,Dilution Factor,Weight To Volume Ratio,Analyte Peak Name,Analyte Units,"
            "Analyte Peak Area (counts),Analyte Peak Height (cps),Analyte Concentration (ng/mL),"
            "Analyte Retention Time (min),Analyte Expected RT (min)",
        ),
        (
            "Compound Discoverer",
            "Name,Formula,Annot. Source: mzCloud Search,Annot. DeltaMass [ppm],Calc. MW,m/z,"
            "RT [min],Area (Max.),Reference Ion,mzCloud Best Match,Area: s1.raw (F1),"
            "Gap Status: s1.raw (F1)",
        ),
    ],
)
def test_whole_headers_of_programs_are_recognised(title: str, header: str) -> None:
    above = [[*[""] * 16, "Raw abundance", "", "Tags"]]
    layout = layout_of(header.split(","), above=above)
    assert layout.source.title == title
    assert layout.missing == []


def test_qualifiers_and_method_times_of_masshunter_are_no_molecules(path: Path) -> None:
    """A batch table with the columns of methods and of qualifiers, and types that nobody set."""
    compound = "Collision Energy,Product Ion,RT,Area,FWHM,RT,Product Ion,Area,RT"
    over = "{0} Method,,,{0} Results,,,Qualifier ({1}) Method,Qualifier ({1}) Results,"
    header = f"Sample,,,{over.format(GM3, '1180.7 -> 87.0')},{over.format(GD1, '917.5 -> 87.0')}"
    path.write_text(
        f"{header}\nName,Data File,Type,{compound},{compound}\n"
        "SBLK1,0.d,Sample,16,290.1,10.5,50,0.03,10.61,87.0,9,10.6,16,290.1,9.2,,,,87.0,,\n"
        "S1,1.d,Sample,16,290.1,10.5,5000,0.03,10.61,87.0,900,10.6,16,290.1,9.2,70,0.03,9.15,87,7,9.1\n"
    )
    notes: list[str] = []
    peaks = read_peak_table(path, on_note=notes.append)
    assert peaks.select(SHOWN).rows() == [
        ("SBLK1", GM3, 10.61, 50.0),
        ("S1", GM3, 10.61, 5000.0),
        ("S1", GD1, 9.15, 70.0),
    ]
    assert "'Qualifier (1180.7 -> 87.0) Results Area'" in notes[0]
    assert "names say otherwise: SBLK1 (blank)" in notes[-1]


def test_camera_writes_a_mass_after_an_adduct(path: Path) -> None:
    peaks = read(
        path,
        "name,mzmed,mzmin,mzmax,rtmed,rtmin,rtmax,npeaks,a,isotopes,adduct,pcgroup",
        f"{GM3},1179.7,1179.6,1179.8,636.6,630,640,1,5000,[1][M]-,[M-H]- 1180.74,1",
    )
    assert peaks["adduct"].to_list() == ["[M-H]-"]


def test_the_file_of_a_row_is_its_sample(path: Path) -> None:
    """A table with a row for each sample and compound, whose Name is that of the sample."""
    peaks = read(
        path,
        "Name,Data File,Compound Name,RT,Area",
        *(f"S1,a.d,{GM3},10.61,5000", f"S1,a.d,{GD1},9.15,6000", f"S2,b.d,{GM3},10.6,50"),
    )
    assert peaks["sample"].to_list() == ["a.d", "a.d", "b.d"]
