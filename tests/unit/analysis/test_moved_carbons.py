"""Names of all species that are moved by one carbon, in tables whose ceramides are mostly even."""

import re

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from tests.simulator import Variation
from tests.simulator.logistic import Gradient, draw
from tests.simulator.masses import with_masses
from tests.unit.analysis.tables import SETTINGS, peaks, simulated

# The area of odd species of a tissue, as a share of that of even ones.
SHARE = 0.02


def natural(seed: int, keep_odd: int = 4) -> pl.DataFrame:
    """A simulated table with few and small odd species, as tissues have them."""
    table = simulated(Variation(seed=seed))
    is_odd = pl.col("name").str.extract(r"\((\d+)").cast(pl.Int64) % 2 == 1
    area = pl.when(is_odd).then(pl.col("peak_area") * SHARE).otherwise("peak_area")
    kept = table.with_columns(peak_area=area).filter(~is_odd | (pl.col("row") % keep_odd == 0))
    return kept.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))


def moved(table: pl.DataFrame, carbons: int) -> pl.DataFrame:
    """A table with all names moved by some carbons."""
    names = [
        re.sub(r"\((\d+)", lambda found: f"({int(found[1]) + carbons}", name, count=1)
        for name in table["name"]
    ]
    return table.with_columns(name=pl.Series(names))


def codes(table: pl.DataFrame) -> list[str]:
    return [warning.code for warning in analyze(table, SETTINGS).warnings]


@pytest.mark.parametrize("carbons", [-1, 1])
def test_names_moved_by_one_carbon_confirm_no_label(carbons: int) -> None:
    found = analyze(moved(natural(0), carbons), SETTINGS)
    (message,) = [one.message for one in found.warnings if one.code == "moved_carbons"]
    assert "All names may be moved by one carbon" in message
    assert not found.rows["call"].is_in(["true", "fragment"]).any()
    assert found.rows["confidence"].max() == 0.5


def test_masses_that_fit_show_that_no_name_is_moved() -> None:
    table = moved(natural(0), 1)
    assert "moved_carbons" in codes(table)
    assert "moved_carbons" not in codes(with_masses(table, wrong=0).peaks)


@pytest.mark.parametrize("seed", range(3))
def test_tables_of_even_species_or_of_any_are_not_doubted(seed: int) -> None:
    table, _ = draw(Gradient(seed=seed))
    of_any = peaks(list(table.select("Name", "RT").iter_rows()), peak_area=table["Volume"])
    for sound in (natural(seed), simulated(Variation(seed=seed)), of_any, moved(of_any, 1)):
        assert "moved_carbons" not in codes(sound)


def test_many_small_species_with_odd_carbons_are_not_doubted() -> None:
    table = moved(natural(1), 1)
    is_odd = pl.col("name").str.extract(r"\((\d+)").cast(pl.Int64) % 2 == 1
    small = table.with_columns(peak_area=pl.when(is_odd).then(1e4).otherwise(1e7))
    assert "moved_carbons" in codes(table)
    assert "moved_carbons" not in codes(small)
