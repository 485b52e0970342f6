"""Names that all have another mass than their peaks are noticed by the m/z, and confirm nothing."""

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from app.analysis.names.cells.adducts import parse_adduct
from app.analysis.names.composition import mass_da
from app.analysis.names.grammar import parse_species
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.state.data_warning import DataWarning
from tests.simulator.masses import with_masses
from tests.unit.analysis.tables import LADDER, SETTINGS, peaks, prefix_rows

CODE = "names_of_another_mass"
CERAMIDE = re.compile(r"\((\d+):(\d+);O(\d)\)")
Rename = Callable[[str], str]


def table_of(*prefixes: str) -> pl.DataFrame:
    """Peaks of some prefixes with the m/z of their names."""
    rows = [row for prefix in prefixes for row in prefix_rows(prefix, LADDER[prefix])]
    return with_masses(peaks(rows), wrong=0).peaks


def moved(carbons: int = 0, bonds: int = 0, oxygens: int = 0) -> Rename:
    """How names are changed whose ceramides get some carbons, double bonds and hydroxyls more."""

    def ceramide(found: re.Match[str]) -> str:
        c, d, o = (int(one) for one in found.groups())
        return f"({c + carbons}:{d + bonds};O{o + oxygens})"

    return lambda name: CERAMIDE.sub(ceramide, name)


def renamed(table: pl.DataFrame, rename: Rename, prefix: str = "G") -> pl.DataFrame:
    """The table with other names in the rows of a prefix."""
    names = [rename(name) if name.startswith(prefix) else name for name in table["name"]]
    return table.with_columns(name=pl.Series(names))


def found_in(table: pl.DataFrame) -> tuple[pl.DataFrame, list[DataWarning]]:
    """The rows of an analysis, and its warnings of names of another mass."""
    analysis = analyze(table, SETTINGS)
    return analysis.rows, [one for one in analysis.warnings if one.code == CODE]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (moved(carbons=2), "2 carbons fewer (-28.0313 Da)"),
        (moved(carbons=-1), "1 carbon more (+14.0157 Da)"),
        (moved(bonds=1), "1 double bond fewer (+2.0157 Da)"),
        (moved(oxygens=-1), "1 hydroxyl group more (+15.9949 Da)"),
        (lambda name: name.replace("G", "Fuc-G"), "1 fucose fewer (-146.0579 Da)"),
    ],
    ids=["carbons", "carbon", "bond", "hydroxyl", "fucose"],
)
def test_all_names_changed_alike_confirm_no_label(change: Rename, said: str) -> None:
    rows, warnings = found_in(renamed(table_of("GM3", "GM1", "GD1", "GT1"), change))
    (warning,) = warnings
    assert f"that of names with {said}" in warning.message
    assert "No label" in warning.message or "no label" in warning.message
    assert not rows["call"].is_in(["true", "fragment"]).any()
    assert rows["confidence"].max() == 0.5


def test_one_class_with_a_sugar_too_few_is_named_and_the_others_are_confirmed() -> None:
    table = table_of("GM3", "GM1", "GD1", "GT1")
    rows, (warning,) = found_in(renamed(table, lambda name: "GM2" + name[3:], "GM1"))
    assert "of GM2 do not have the mass" in warning.message
    assert "1 hexose more (+162.0528 Da)" in warning.message
    is_wrong = rows["name"].str.starts_with("GM2")
    assert not (rows["call"].filter(is_wrong) == "true").any()
    assert (rows["call"].filter(~is_wrong) == "true").mean() > 0.9  # type: ignore[operator]


def test_each_class_can_be_changed_by_a_sugar_of_its_own() -> None:
    moved_by_one = {"GM3": "GM4", "GM1": "GM2", "GD1": "GD2", "GT1": "GT2"}
    table = table_of(*moved_by_one)
    rows, warnings = found_in(renamed(table, lambda name: moved_by_one[name[:3]] + name[3:]))
    said = " ".join(warning.message for warning in warnings)
    assert all(name in said for name in moved_by_one.values())
    assert "1 NeuAc" not in said
    assert not rows["call"].is_in(["true", "fragment"]).any()


def test_single_wrong_masses_and_a_wrong_column_are_no_error_of_names(porcine_brain: Path) -> None:
    table = read_peak_table(porcine_brain)
    single = with_masses(table, wrong=72).peaks
    column = with_masses(table, wrong=0).peaks.with_columns(mz=pl.col("mz") + 2.0157)
    assert not found_in(single)[1]
    assert not found_in(column)[1]


def test_singly_charged_peaks_with_two_hydrogens_more_may_have_another_adduct() -> None:
    table = renamed(table_of("GM3", "GM1"), moved(bonds=1))
    codes = [warning.code for warning in analyze(table, SETTINGS).warnings]
    assert "wrong_adduct" in codes
    assert CODE not in codes


def test_one_wrong_adduct_for_peaks_of_several_charges_is_no_error_of_names() -> None:
    """[M-H]- differs from [M+H]+ by the mass of two hydrogens, and no adduct fits most peaks."""
    table = table_of("GM3", "GD1", "GT1")
    rows, warnings = found_in(table.with_columns(adduct=pl.lit("[M+H]+")))

    assert not warnings
    assert (rows["call"] == "true").any()


def test_a_few_peaks_show_no_change() -> None:
    assert found_in(renamed(table_of("GM3").head(5), moved(carbons=2)))[1]
    assert not found_in(renamed(table_of("GM3").head(4), moved(carbons=2)))[1]


@pytest.mark.parametrize("change", [moved(carbons=2), moved(bonds=1)], ids=["carbons", "bond"])
def test_masses_without_adducts_show_wrong_names(change: Rename) -> None:
    table = table_of("GM3", "GM1", "GD1", "GT1").with_columns(adduct=pl.lit(None, pl.String))
    assert not found_in(table)[1]
    rows, warnings = found_in(renamed(table, change))
    assert len(warnings) == 1
    assert not rows["call"].is_in(["true", "fragment"]).any()


@pytest.mark.parametrize("adduct", ["[M+H]+", "[M+Na]+", "[M+HCOO]-", "[M-H2O+H]+", "[M+2H]2+"])
def test_an_adduct_that_is_not_named_is_no_error_of_names(adduct: str) -> None:
    parsed = parse_adduct(adduct)
    assert parsed
    table = table_of("GM3", "GM1", "GD1", "GT1")
    mz = [parsed.mz(mass_da(parse_species(name))) for name in table["name"]]
    assert not found_in(table.with_columns(mz=pl.Series(mz), adduct=pl.lit(None, pl.String)))[1]
