"""Formulas and masses against published ones."""

import pytest

from app.analysis.names.cells.adducts import parse_adduct
from app.analysis.names.composition import formula, mass_da
from app.analysis.names.grammar import parse_species
from app.analysis.names.masses import masses_da
from app.analysis.names.name_table import parse_names


@pytest.mark.parametrize(
    ("name", "hill", "mass"),
    [
        # LIPID MAPS: GM1(d18:1/18:0), GM3(d18:1/18:0), GD1a(d18:1/18:0).
        ("GM1(36:1;O2)", "C73H131N3O31", 1545.8766),
        ("GM3(36:1;O2)", "C59H108N2O21", 1180.7445),
        ("GD1a(36:1;O2)", "C84H148N4O39", 1836.9720),
        ("GM3+NeuGc(36:1;O2)", "C70H125N3O30", 1487.8347),
        # Test lists of Goslin, with m/z of [M-H]-, here plus a proton.
        ("GM3 18:1;2/24:1", "C65H118N2O21", 1262.8227),
        ("GD3 18:1;2/24:0", "C76H137N3O29", 1555.9338),
        ("GM4 18:1;2/24:0;1", "C59H110N2O17", 1118.7805),
        ("GM3(KDN)(34:1;O2)", "C55H101NO21", 1111.6866),
    ],
)
def test_formula_and_mass_are_those_published(name: str, hill: str, mass: float) -> None:
    species = parse_species(name)
    assert formula(species) == hill
    assert mass_da(species) == pytest.approx(mass, abs=2e-3)


@pytest.mark.parametrize(
    ("text", "charge", "mz"),
    [
        ("[M-H]-", -1, 1544.8694),
        ("[M-H]1-", -1, 1544.8694),
        ("[M-2H]2-", -2, 771.9310),
        ("[M+H]+", 1, 1546.8839),
        ("[M+NH4]+", 1, 1563.9105),
        ("[M+HCOO]-", -1, 1590.8748),
        ("[M+FA-H]-", -1, 1590.8748),
        ("[2M-2H]2-", -2, 1544.8694),
    ],
)
def test_the_mz_of_an_adduct_is_right(text: str, charge: int, mz: float) -> None:
    adduct = parse_adduct(text)
    assert adduct
    assert adduct.charge == charge
    assert adduct.mz(1545.8766) == pytest.approx(mz, abs=2e-3)


def test_the_masses_of_a_table_are_those_of_its_species() -> None:
    names = ["GM3(36:1;O2)", "GD1a+OAc(38:0;O3)", "GM3(NeuGc)(34:1;O2)", "GM1+SO3(36:1;O2)"]
    table = parse_names(names).drop_nulls("species")
    assert table.height == len(names)
    expected = [mass_da(parse_species(name)) for name in table["name"]]
    assert masses_da(table) == pytest.approx(expected)
