"""Adducts are read in every common spelling, or not at all."""

import pytest

from app.analysis.names.cells.adduct_after_name import adduct_after_name
from app.analysis.names.cells.adducts import normal_adduct, normal_charge, parse_adduct
from app.analysis.names.name_table import parse_names

GM1_DA = 1545.8766
SPELLINGS = {
    "[M-H]-": [
        "[M-H]",
        "M-H",
        "(M-H)-",
        "[M-H]1-",
        "[M-H]-1",
        "M-H-",
        "-H",
        "[M\u2212H]\u207b",
        "[M - H] -",
    ],
    "[M-2H]2-": [
        *("[M-2H]", "M-2H", "[M-2H]--", "[M-2H]-2", "(M-2H)2-", "-2H", "[M\u20132H]\u00b2\u207b"),
        *("[M-2H](2-)", "\uff3bM-2H\uff3d2-", "-H2", "M-H2", "M-2H2-", "(M-2H)/2", "[M-2H]/2"),
    ],
    "[M-3H]3-": ["M-3H", "[M-3H]---", "-3H", "-H3"],
    "[M+H]+": ["M+H", "(M+H)+", "[M+H]\u207a", "+H", "M+H [1+]"],
    "[M+Li]+": ["+Li", "M+Li"],
    "[M+TFA-H]-": ["M+TFA-H"],
    "[M+NH4]+": ["M+NH4", "+NH4", "[M+NH4]1+"],
    "[M+Na-2H]-": ["M+Na-2H", "[M+Na-2H]"],
    "[M-2H+Na]-": ["M-2H+Na"],
    "[M+HCOO]-": ["M+HCOO", "+HCOO", "[M+HCOO]"],
    "[M+FA-H]-": ["M+FA-H", "[M+FA-H]"],
    "[M+CH3COO]-": ["M+CH3COO", "+CH3COO"],
    "[M+Hac-H]-": ["[M+Hac-H]", "M+Hac-H"],
    "[M+Cl]-": ["M+Cl", "+Cl"],
    "[2M-H]-": ["2M-H", "[2M-H]"],
    "[M-H2O-H]-": ["M-H2O-H"],
    "[M+2H]2+": ["M+2H", "[M+2H]++"],
}
SAME_ION = (
    ("[M+HCOO]-", "[M+FA-H]-"),
    ("[M+CH3COO]-", "[M+Hac-H]-"),
    ("[M+OAc]-", "[M+HAc-H]-"),
    ("[M+acetate]-", "[M+CH3COO]-"),
    ("[M+formate]-", "[M+HCOO]-"),
    ("[M+Ac-H]-", "[M+Hac-H]-"),
    ("[M+Formate-H]-", "[M+FA-H]-"),
)


@pytest.mark.parametrize(
    ("usual", "spellings"),
    [
        ("2-", ("2-", "-2", "2\u2212", "z = -2", "(2-)", "-2.0")),
        ("2", ("2", "2.0", "z=2")),
        ("1+", ("+1", "1+")),
        (None, ("", "0", "II", "-2-")),
    ],
)
def test_a_charge_is_read_in_every_spelling(usual: str | None, spellings: tuple[str, ...]) -> None:
    assert {each: normal_charge(each) for each in spellings} == dict.fromkeys(spellings, usual)


@pytest.mark.parametrize(
    ("usual", "spelling"),
    [
        (usual, spelling)
        for usual, spellings in SPELLINGS.items()
        for spelling in (usual, *spellings)
    ],
)
def test_a_spelling_is_read_as_the_usual_one(usual: str, spelling: str) -> None:
    assert normal_adduct(spelling) == usual
    assert parse_adduct(spelling) == parse_adduct(usual)


@pytest.mark.parametrize(("one", "other"), SAME_ION)
def test_two_names_of_one_addition_give_one_mz(one: str, other: str) -> None:
    first, second = parse_adduct(one), parse_adduct(other)
    assert first
    assert second
    assert first.mz(GM1_DA) == pytest.approx(second.mz(GM1_DA), abs=1e-6)


def test_a_label_in_an_adduct_is_known_and_weighed() -> None:
    light, heavy = parse_adduct("[M-H]-"), parse_adduct("[M3H2-H]-")
    assert light
    assert heavy
    assert (light.label, heavy.label) == ("", "3H2")
    assert heavy.mz(GM1_DA) - light.mz(GM1_DA) == pytest.approx(3.01883, abs=1e-5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "M",
        "[M]",
        "[M+Xx]+",
        "[M-H]0-",
        "[M+h]+",
        "=1+1",
        "[M-H",
        "M-H]",
        "[0M-H]-",
        "H",
        "[M-H2O]",
        "[M-1]-",
        "[M+37Cl]-",
        "[M+Cl37]-",
    ],
)
def test_what_is_no_adduct_of_a_known_charge_is_none(text: str) -> None:
    assert parse_adduct(text) is None
    assert normal_adduct(text) is None


@pytest.mark.parametrize(
    ("name", "adduct"),
    [
        ("GD1a(d36:1)-2H", "[M-2H]2-"),
        ("GM3(d18:1_18:0)-H", "[M-H]-"),
        ("GM3(d18:1_18:0)+HCOO", "[M+HCOO]-"),
        ("GM3 36:1;O2; [M-H]-", "[M-H]-"),
        ("GM3 36:1;O2 [M-H]-", "[M-H]-"),
        ("GD1a 36:1;O2 M-2H", "[M-2H]2-"),
        ("GD1a(36:1;O2)_M-2H", "[M-2H]2-"),
        ("GM3(36:1)-2H+Na", "[M-2H+Na]-"),
        ("GM3(36:1)+Na-2H", "[M+Na-2H]-"),
        ("GM3 36:1 +FA-H", "[M+FA-H]-"),
        ("GM3(36:1)-H2O", None),  # its charge is not known
        ("GM3(36:1;O2)", None),
        ("GM3 36:1;O2", None),
        ("GM3 d18:1-18:0", None),
        ("GM3-NGNA d36:1", None),
        ("GD3-Ac 36:1", None),
        ("GM3(d18:1_24:0+O)", None),
    ],
)
def test_an_adduct_after_a_name_is_found(name: str, adduct: str | None) -> None:
    assert adduct_after_name(name) == adduct


@pytest.mark.parametrize("loss", ["-H2O", " - H2O", " -H2O-H", " M-H2O-H"])
def test_a_loss_of_water_after_a_name_is_warned_about(loss: str) -> None:
    (warning,) = parse_names([f"GM3 36:1{loss}"])["name_warning"]
    assert warning.startswith("-H2O was read as a loss of water")
