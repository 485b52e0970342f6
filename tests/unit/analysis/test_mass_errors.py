"""The m/z of a table, if it has one, speaks against labels of another mass."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from tests.simulator.masses import with_masses
from tests.unit.analysis.tables import SETTINGS, peaks, prefix_rows, warnings_by_code

# The largest probability of a row that the evidence leaves open.
UNDECIDED = 0.6
WRONG = 72


def small_table(wrong: int = 0, off_ppm: float = 0.0) -> pl.DataFrame:
    rows = prefix_rows("GM3", 10.6) + prefix_rows("GM1", 10.1) + prefix_rows("GT1", 8.7)
    return with_masses(peaks(rows), wrong=wrong, off_ppm=off_ppm).peaks


@pytest.mark.parametrize("off_ppm", [0.0, 20.0, -35.0])
def test_every_wrong_mz_of_the_real_table_is_found_and_no_right_one(
    porcine_brain: Path, off_ppm: float
) -> None:
    table, wrong = with_masses(read_peak_table(porcine_brain), wrong=WRONG, off_ppm=off_ppm)

    rows = analyze(table, SETTINGS).rows

    found = rows.filter(pl.col("mass_error_ppm").abs() > SETTINGS.mz_tolerance_ppm)
    assert set(found["row"]) == wrong
    assert set(found["call"]) == {"outlier"}
    assert found["reason"].str.contains("ppm from that of its label").all()


def test_right_masses_change_no_call_of_the_real_table_that_is_decided(porcine_brain: Path) -> None:
    table = read_peak_table(porcine_brain)

    without = analyze(table, SETTINGS)
    with_mz = analyze(with_masses(table, wrong=0).peaks, SETTINGS).rows

    changed = with_mz["call"] != without.rows["call"]
    probable = without.notes.select(pl.max_horizontal(pl.selectors.starts_with("p_"))).to_series()
    assert changed.sum() <= 1
    assert probable.filter(changed).lt(UNDECIDED).all()


def test_a_tolerance_decides_which_mass_is_wrong() -> None:
    table = small_table().with_columns(
        mz=pl.when(pl.col("row") == 5).then(pl.col("mz") * (1 + 20e-6)).otherwise("mz")
    )

    strict = analyze(table, SETTINGS).rows
    wide = analyze(table, AnalysisSettings(mz_tolerance_ppm=40.0)).rows

    assert (strict["call"][4], wide["call"][4]) == ("outlier", "true")


def test_a_shifted_column_is_a_warning_and_no_evidence() -> None:
    shifted = small_table().with_columns(mz=pl.col("mz") + 5.0)

    warning = warnings_by_code(shifted)["mass_shift"]

    assert "+5.0" in warning.message
    assert "were not used" in warning.message
    right = analyze(small_table(), SETTINGS).rows
    assert analyze(shifted, SETTINGS).rows["call"].to_list() == right["call"].to_list()


def test_an_adduct_that_is_wrong_for_all_is_named() -> None:
    table = small_table()
    is_single = pl.col("adduct") == "[M-H]-"
    wrong = table.with_columns(
        adduct=pl.when(is_single).then(pl.lit("[M+HCOO]-")).otherwise("adduct")
    )

    warning = warnings_by_code(wrong)["wrong_adduct"]

    assert "fit [M-H]-, not [M+HCOO]- as the table says" in warning.message
    assert len(warning.rows) == table.filter(is_single).height


def test_a_calibration_error_is_removed_and_reported() -> None:
    table = small_table(off_ppm=25.0)

    rows = analyze(table, SETTINGS).rows

    assert rows["mass_error_ppm"].abs().max() < SETTINGS.mz_tolerance_ppm  # type: ignore[operator]
    assert "ppm higher" in warnings_by_code(table)["mass_shift"].message
