"""Lists of targets for instruments, read back."""

import csv
from pathlib import Path

import polars as pl
import pytest

from app.analysis.names.cells.adducts import parse_adduct
from app.analysis.names.name_table import parse_names
from app.analysis.reading.decisions import ReadingChoices
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.targets.choice import TargetChoice
from app.analysis.targets.lists import LISTS
from app.analysis.targets.target_ions import NEGATIVE, POLARITIES, POSITIVE, ions_of
from app.analysis.targets.targets import TARGET_SCHEMA

TARGETS = pl.DataFrame(
    {
        "species": ["GM3(36:1;O2)", "GD1a+OAc(38:1;O2)", "GQ1(36:1;O2)", "GA1(36:1;O2)"],
        "prefix": ["GM3", "GD1+OAc", "GQ1", "GA1"],
        "isomer": [None, "a", "late", None],
        "probability": [0.9, 0.8, 0.6, 0.2],
        "predicted_rt_min": [10.6, 10.7, 8.4, 10.9],
        "interval_low_min": [10.5, 10.6, 8.25, 10.8],
        "interval_high_min": [10.7, 10.8, 8.55, 11.0],
        "mass_da": [1180.744458, 1907.013935, 2419.162904, 1254.781238],
        "sialic": [1, 2, 4, 0],
        "neuac": [1, 2, 4, 0],
        "neugc": [0, 0, 0, 0],
        "kdn": [0, 0, 0, 0],
    }
    | {name: [None] * 4 for name in ("carbons", "double_bonds", "hydroxyls", "classes")}
    | {name: [None] * 4 for name in ("of_classes", "neighbours", "rows")},
    schema=TARGET_SCHEMA,
)
EVERY = TargetChoice(probability_from=0.0)
# The column of each list with the m/z, and those with the beginning and end, or middle and width.
MZ = {
    "thermo": "Mass [m/z]",
    "thermo-exploris": "m/z",
    "agilent": "Precursor Ion",
    "agilent-qtof": "Prec. m/z",
    "waters": "precursor.mz",
    "skyline": "Precursor m/z",
}
WINDOWS = {
    "thermo": ("Start [min]", "End [min]"),
    "thermo-exploris": ("t start (min)", "t stop (min)"),
    "agilent": ("Ret Time (min)", "Delta Ret Time"),
    "agilent-qtof": ("Ret. Time (min)", "Delta Ret. Time (min)"),
    "skyline": ("Explicit Retention Time", "Explicit Retention Time Window"),
}
PRODUCTS = {"agilent": "Product Ion", "waters": "product.m_z", "skyline": "Product m/z"}


def _read(name: str, choice: TargetChoice = EVERY) -> list[dict[str, str]]:
    """The lines of a list by its header, as a program reads them."""
    lines = LISTS[name].text(choice.ions(TARGETS)).splitlines()
    return list(csv.DictReader(lines[len(LISTS[name].above) - 1 :]))


@pytest.mark.parametrize("name", MZ)
def test_the_mz_are_those_of_the_ions(name: str) -> None:
    expected = {f"{ion.mz:.4f}" for ion in EVERY.ions(TARGETS)}
    found = {line[MZ[name]] for line in _read(name)}
    assert found <= expected
    without_sialic_acid = {f"{ion.mz:.4f}" for ion in EVERY.ions(TARGETS) if not ion.product_mz}
    assert expected - found == (without_sialic_acid if LISTS[name].has_product else set())


@pytest.mark.parametrize("name", WINDOWS)
def test_the_windows_are_those_of_the_intervals(name: str) -> None:
    first, second = (float(_read(name)[0][column]) for column in WINDOWS[name])
    start, end = (first, second) if second > 1 else (first - second / 2, first + second / 2)
    assert [start, end] == pytest.approx([10.5, 10.7])
    wide = _read(name, TargetChoice(margin_min=0.25))[0]
    first, second = (float(wide[column]) for column in WINDOWS[name])
    width = second - first if second > 1 else second
    assert width == pytest.approx(0.7)


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize(("polarity", "product"), [(NEGATIVE, 290.0881), (POSITIVE, 292.1027)])
def test_the_product_is_sialic_acid(name: str, polarity: str, product: float) -> None:
    lines = _read(name, TargetChoice(polarity=polarity))
    assert {float(line[PRODUCTS[name]]) for line in lines} == {product}


def test_sciex_has_no_header_and_its_columns_in_their_order() -> None:
    first = next(csv.reader(LISTS["sciex"].text(EVERY.ions(TARGETS)).splitlines()))
    assert first == ["1179.7372", "290.0881", "10.60", "GM3(36:1;O2) [M-H]-", "", ""]


def test_charges_and_polarity_are_written_as_each_program_has_them() -> None:
    assert [(line["CS [z]"], line["Polarity"]) for line in _read("thermo")[:2]] == [
        ("1", "Negative"),
        ("1", "Negative"),
    ]
    skyline = {(line["Precursor Adduct"], line["Precursor Charge"]) for line in _read("skyline")}
    assert {("[M-H]", "-1"), ("[M-2H]", "-2"), ("[M-4H]", "-4")} <= skyline
    positive = _read("skyline", TargetChoice(polarity=POSITIVE))[0]
    assert (positive["Precursor Adduct"], positive["Precursor Charge"]) == ("[M+H]", "1")
    assert positive["Product Charge"] == "1"


def test_the_table_of_agilent_says_what_it_is_above_its_header() -> None:
    assert LISTS["agilent-qtof"].text([]).splitlines()[0] == "TargetedMSMSTable,,,,,,,"


def test_isomers_without_a_letter_differ_and_names_for_waters_have_no_space() -> None:
    assert any(line["Molecule Name"] == "GQ1(36:1;O2) late" for line in _read("skyline"))
    names = [line["peptide.seq"] for line in _read("waters")]
    assert "GQ1(36:1;O2)_late.3" in names
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("skyline", {"name": "Molecule Name", "rt": "Explicit Retention Time"}),
        ("agilent", {"name": "Compound Name", "rt": "Ret Time (min)"}),
        ("thermo-exploris", {"name": "Compound", "rt": "t start (min)"}),
    ],
)
def test_our_own_reader_reads_names_and_times(
    tmp_path: Path, name: str, columns: dict[str, str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(LISTS[name].text(TargetChoice(probability_from=0.8).ions(TARGETS)))
    volume = {"volume": MZ[name]}  # a list has no areas, which a peak table needs
    peaks = read_peak_table(path, choices=ReadingChoices(columns=columns | volume))
    assert peaks["problem"].null_count() == peaks.height
    species = set(parse_names(peaks["name"].to_list())["species"])
    assert species == {"GM3(36:1;O2)", "GD1a+OAc(38:1;O2)"}


@pytest.mark.parametrize("polarity", POLARITIES)
@pytest.mark.parametrize("sialic", range(6))
def test_ions_have_the_mz_of_their_adduct_and_few_charges(polarity: str, sialic: int) -> None:
    for text, mz, charge in ions_of(2000.0, sialic, polarity):
        adduct = parse_adduct(text)
        assert adduct is not None
        assert adduct.mz(2000.0) == pytest.approx(mz)
        assert adduct.charge == charge
        assert abs(charge) <= (max(sialic, 1) if polarity == NEGATIVE else 3)


def test_a_heavy_species_without_charges_still_has_an_ion() -> None:
    assert [adduct for adduct, _, _ in ions_of(2500.0, 1, NEGATIVE)] == ["[M-H]-"]
