"""Outliers that are another ion of a ganglioside than the one their label was read from."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from msgspec.structs import replace

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from tests.simulator import Variation, simulate
from tests.simulator.isotopes import with_second_isotopes
from tests.unit.analysis.tables import called, peaks, prefix_rows

PREFIXES = {"GM3": 10.6, "GM1": 10.1, "GD1": 9.3, "GT1": 8.7}
# By the independent review of the real table: the sodium adducts of true rows, ions of species that
# were not picked, and losses of water.
SODIUM = {27: 16, 216: 211, 279: 266, 283: 276, 304: 251, 309: 267}
UNPICKED = (26, 64, 289)
WATER = (98, 100, 101)


def with_ion(name: str, of: str, share: float) -> pl.DataFrame:
    """The calls of a table in which a label elutes with another species, as a share of its area."""
    rows = [row for prefix, at in PREFIXES.items() for row in prefix_rows(prefix, at)]
    rows += [(name, dict(rows)[of] + 0.001)]
    return called(rows, peak_area=[1e6] * (len(rows) - 1) + [1e6 * share])


@pytest.mark.parametrize(
    ("name", "of", "ion", "share"),
    [
        # Na for H adds what two carbons less two hydrogens add, to 2.4 mDa.
        ("GD1(40:3;O2)", "GD1(38:0;O2)", "sodium adduct", 0.25),
        # GM1 less water has the very composition of GD3+OAc with a carbon more.
        ("GD3+OAc(37:1;O2)", "GM1(36:1;O2)", "water loss", 0.1),
        # Two 13C add what two hydrogens add, to 8.9 mDa: 0.68 of GT1 is M+2.
        ("GT1(36:1;O2)", "GT1(36:2;O2)", "second isotope", 0.68),
    ],
)
def test_a_label_with_the_mass_of_another_ion_is_explained_by_it(
    name: str, of: str, ion: str, share: float
) -> None:
    rows = with_ion(name, of, share)

    child, parent = rows.row(-1, named=True), rows.filter(pl.col("name") == of).row(-1, named=True)
    assert (child["call"], child["ion"], child["rule"]) == ("outlier", ion, 5)
    assert child["parent_row"] == parent["row"]
    assert f"of row {parent['row']}, {of}; " in child["reason"]
    assert f"this peak has {100 * share:.0f} % of its area." in child["reason"]


def test_the_area_of_an_ion_is_added_once_to_its_species() -> None:
    rows = with_ion("GD1(40:3;O2)", "GD1(38:0;O2)", 0.25)

    parent = rows.filter(pl.col("name") == "GD1(38:0;O2)").row(-1, named=True)
    assert parent["consolidated_volume"] == pytest.approx(1.25e6)
    assert rows["consolidated_volume"].sum() == pytest.approx(rows["peak_area"].sum())


def test_masses_that_differ_by_more_than_the_tolerance_are_no_ions() -> None:
    rows = [row for prefix, at in PREFIXES.items() for row in prefix_rows(prefix, at)]
    rows += [("GM3(36:1;O2)", dict(rows)["GM3(36:2;O2)"])]
    table = peaks(rows, peak_area=[1e6] * (len(rows) - 1) + [2.6e5])
    # M+2 reads as one double bond less at 8.9 mDa, 7.6 ppm of GM3(36:1;O2).
    assert analyze(table, AnalysisSettings()).rows["ion"][-1] == "second isotope"

    strict = replace(AnalysisSettings(), mz_tolerance_ppm=5.0)
    assert analyze(table, strict).rows["ion"][-1] is None


def test_tables_without_other_ions_get_hardly_any() -> None:
    found = []
    for seed in range(4):
        simulated = simulate(Variation(seed=seed))
        table = simulated.table
        columns = {"peak_area": table["Volume"], "anchor": table["Anchor"] == "T"}
        rows = called(list(table.select("Name", "RT").iter_rows()), **columns)
        found.append(rows["ion"].drop_nulls().len())
    # Of about 95 outliers a table.
    assert sum(found) <= 4


def test_the_ions_of_the_real_table_are_explained_and_no_true_row_is(porcine_brain: Path) -> None:
    rows = analyze(read_peak_table(porcine_brain), AnalysisSettings()).rows

    def of(*numbers: int) -> list[str | None]:
        return rows.filter(pl.col("row").is_in(numbers))["ion"].to_list()

    assert of(*SODIUM) == ["sodium adduct"] * len(SODIUM)
    parents = rows.filter(pl.col("row").is_in(SODIUM.keys())).select("row", "parent_row")
    assert dict(parents.iter_rows()) == SODIUM
    assert of(*UNPICKED) == ["sodium adduct"] * len(UNPICKED)
    assert of(*WATER) == ["water loss"] * len(WATER)
    assert set(rows.drop_nulls("ion")["call"]) == {"outlier"}
    # Some 75 outliers remain without an explanation, and none is invented for them.
    assert rows.filter(pl.col("call") == "outlier")["ion"].null_count() >= 70
    reason = rows["reason"][27 - 1]
    assert reason == (
        "It elutes within 0.001 min of row 16, GD1(38:0;O2); the sodium adduct of that species has "
        "the mass of this label within 1.3 ppm, and this peak has 25 % of its area."
    )


def test_isotopes_of_an_instrument_that_does_not_deisotope_are_outliers() -> None:
    simulated = with_second_isotopes(simulate(Variation(seed=1)), np.random.default_rng(1))
    table = simulated.table
    columns = {"peak_area": table["Volume"], "anchor": table["Anchor"] == "T"}

    found = called(list(table.select("Name", "RT").iter_rows()), **columns)

    both = found.select("call", "confidence", "double_bonds").with_columns(
        truth=simulated.truth["call"]
    )
    isotopes = both[simulate(Variation(seed=1)).table.height :]
    assert isotopes.height > 80
    assert (isotopes["call"] == "outlier").mean() > 0.93  # type: ignore[operator]
    assert both.filter(pl.col("confidence") >= 0.9, pl.col("truth") != "true").height <= 2
    # Each isotope has the label of a species without double bonds, and elutes far before it.
    species = both.filter(pl.col("double_bonds") == 0, pl.col("truth") == "true")
    assert species.height > 10
    assert (species["call"] == "true").mean() > 0.9  # type: ignore[operator]
