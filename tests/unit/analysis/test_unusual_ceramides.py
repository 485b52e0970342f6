"""Names of all species that are wrong in one way, in tables whose ceramides are mostly usual."""

import re
from pathlib import Path

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from tests.simulator import Variation
from tests.simulator.logistic import Gradient, draw
from tests.simulator.masses import with_masses
from tests.unit.analysis.tables import SETTINGS, peaks, simulated

# The area of odd species of a tissue, as a share of that of even ones.
SHARE = 0.02
# How much larger species with two double bonds are in plasma than in brain, roughly.
PLASMA = 20.0
# Confirmed rows of porcine brain without those of GM1, at least.
MOST_OF_THE_OTHERS = 100
CERAMIDE = re.compile(r":(\d+);O(\d?)")


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


def counted_otherwise(found: re.Match[str], bonds: int, oxygens: int) -> str:
    """A ceramide with some double bonds and hydroxyl groups more."""
    return f":{max(int(found[1]) + bonds, 0)};O{int(found[2] or 1) + oxygens}"


def codes(table: pl.DataFrame) -> list[str]:
    return [warning.code for warning in analyze(table, SETTINGS).warnings]


@pytest.mark.parametrize("carbons", [-1, 1])
def test_names_moved_by_one_carbon_confirm_no_label(carbons: int) -> None:
    found = analyze(moved(natural(0), carbons), SETTINGS)
    (message,) = [one.message for one in found.warnings if one.code == "unusual_ceramides"]
    assert "All names may be moved by one carbon" in message
    assert not found.rows["call"].is_in(["true", "fragment"]).any()
    assert found.rows["confidence"].max() == 0.5


@pytest.mark.parametrize(
    ("bonds", "oxygens", "error"),
    [
        (1, 0, "one double bond too many"),
        (-1, 0, "one double bond too few"),
        (0, 1, "one hydroxyl group too many"),
        (0, -1, "one hydroxyl group too few"),
    ],
)
def test_names_that_count_double_bonds_or_hydroxyls_otherwise_confirm_no_label(
    porcine_brain: Path, bonds: int, oxygens: int, error: str
) -> None:
    table = read_peak_table(porcine_brain)
    names = [
        CERAMIDE.sub(lambda found: counted_otherwise(found, bonds, oxygens), name)
        for name in table["name"]
    ]
    found = analyze(table.with_columns(name=pl.Series(names)), SETTINGS)
    (message,) = [one.message for one in found.warnings if one.code == "unusual_ceramides"]
    assert f"All names may have {error}" in message
    assert not found.rows["call"].is_in(["true", "fragment"]).any()


def test_plasma_with_many_double_bonds_is_not_doubted() -> None:
    is_double = pl.col("name").str.contains(":2;")
    table = natural(0)
    plasma = table.with_columns(
        peak_area=pl.when(is_double).then(pl.col("peak_area") * PLASMA).otherwise("peak_area")
    )
    assert "unusual_ceramides" not in codes(plasma)


@pytest.mark.parametrize(("usual_up_to", "is_doubted"), [(0, True), (35, False)])
def test_phytoceramides_are_doubted_only_where_nothing_else_is(
    usual_up_to: int, *, is_doubted: bool
) -> None:
    """They have a third hydroxyl group and no double bond, as the small intestine has many."""
    table = natural(0)
    names = [
        CERAMIDE.sub(lambda found: counted_otherwise(found, -1, 1), name)
        if int(re.split("[(:]", name)[1]) > usual_up_to
        else name
        for name in table["name"]
    ]
    renamed = table.with_columns(name=pl.Series(names))
    assert sum(":0;O3" in name for name in names) > len(names) / 2
    assert ("unusual_ceramides" in codes(renamed)) == is_doubted


def test_masses_that_fit_show_that_no_name_is_moved() -> None:
    table = moved(natural(0), 1)
    assert "unusual_ceramides" in codes(table)
    assert "unusual_ceramides" not in codes(with_masses(table, wrong=0).peaks)


@pytest.mark.parametrize("seed", range(3))
def test_tables_of_even_species_or_of_any_are_not_doubted(seed: int) -> None:
    table, _ = draw(Gradient(seed=seed))
    of_any = peaks(list(table.select("Name", "RT").iter_rows()), peak_area=table["Volume"])
    for sound in (natural(seed), simulated(Variation(seed=seed)), of_any, moved(of_any, 1)):
        assert "unusual_ceramides" not in codes(sound)


def test_many_small_species_with_odd_carbons_are_not_doubted() -> None:
    table = moved(natural(1), 1)
    is_odd = pl.col("name").str.extract(r"\((\d+)").cast(pl.Int64) % 2 == 1
    small = table.with_columns(peak_area=pl.when(is_odd).then(1e4).otherwise(1e7))
    assert "unusual_ceramides" in codes(table)
    assert "unusual_ceramides" not in codes(small)


def test_one_class_that_counts_hydroxyls_otherwise_is_doubted_alone(porcine_brain: Path) -> None:
    table = read_peak_table(porcine_brain)
    names = [
        CERAMIDE.sub(lambda found: counted_otherwise(found, 0, -1), name)
        if name.startswith("GM1")
        else name
        for name in table["name"]
    ]
    found = analyze(table.with_columns(name=pl.Series(names)), SETTINGS)
    (message,) = [one.message for one in found.warnings if one.code == "unusual_ceramides"]
    assert "All names of GM1 may have one hydroxyl group too few" in message
    is_wrong = found.rows["name"].str.starts_with("GM1")
    assert not found.rows["call"].filter(is_wrong).is_in(["true", "fragment"]).any()
    assert (found.rows["call"].filter(~is_wrong) == "true").sum() > MOST_OF_THE_OTHERS


@pytest.mark.parametrize("seed", range(2))
def test_names_that_count_hydroxyls_in_two_ways_confirm_no_label(seed: int) -> None:
    table = natural(seed)
    names = [
        CERAMIDE.sub(lambda found: counted_otherwise(found, 0, -1), name) if place % 2 else name
        for place, name in enumerate(table["name"])
    ]
    found = analyze(table.with_columns(name=pl.Series(names)), SETTINGS)
    (message,) = [one.message for one in found.warnings if one.code == "hydroxyls_without_effect"]
    assert "count the hydroxyl groups of one ceramide in two ways" in message
    assert not found.rows["call"].is_in(["true", "fragment"]).any()
    assert "hydroxyls_without_effect" not in codes(table)
