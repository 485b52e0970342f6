"""Names with a double bond too many or too few are doubted where they outnumber the right ones."""

import re
from pathlib import Path

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reporting.result import Analysis
from tests.simulator import Variation
from tests.simulator.masses import with_masses
from tests.unit.analysis.tables import SETTINGS, logistic, simulated

BONDS = re.compile(r":(\d+)")
# Every third name is wrong.
EVERY = 3


def misnamed(table: pl.DataFrame, bonds: int) -> pl.DataFrame:
    """A table with some names of one double bond that say a double bond more or less."""
    names = [
        BONDS.sub(f":{1 + bonds}", name, count=1) if place % EVERY == 0 and ":1" in name else name
        for place, name in enumerate(table["name"])
    ]
    return table.with_columns(name=pl.Series(names))


def messages(found: Analysis) -> list[str]:
    return [each.message for each in found.warnings if each.code == "double_bonds_without_effect"]


@pytest.mark.parametrize(
    ("bonds", "words"), [(-1, "without a double bond"), (1, "with two or more double bonds")]
)
def test_names_with_wrong_double_bonds_are_not_confirmed(
    bonds: int, words: str, porcine_brain: Path
) -> None:
    found = analyze(misnamed(read_peak_table(porcine_brain), bonds), SETTINGS)
    (message,) = messages(found)
    assert message.startswith(f"Ceramides {words} elute as if they had one double bond")
    of_kind = pl.col("double_bonds") == 0 if bonds < 0 else pl.col("double_bonds") > 1
    doubted, others = found.rows.filter(of_kind), found.rows.filter(~of_kind)
    assert not doubted["call"].is_in(["true", "fragment"]).any()
    assert (doubted["confidence"] <= 0.5).all()
    open_rows = doubted.filter(pl.col("call") == "ambiguous")
    assert open_rows["reason"].str.contains("number of double bonds").all()
    assert (others["call"] == "true").sum() > others.height // 4


def test_names_that_all_have_a_double_bond_too_few_are_not_confirmed() -> None:
    """Of a tissue with as many ceramides of two double bonds as of one, these are then usual."""
    table = simulated(Variation(seed=1)).filter(pl.col("name").str.contains(r"3[68]:[12];"))
    table = table.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))
    fewer = [
        BONDS.sub(lambda found: f":{int(found[1]) - 1}", each, count=1) for each in table["name"]
    ]
    found = analyze(table.with_columns(name=pl.Series(fewer)), SETTINGS)
    (message,) = messages(found)
    assert "as if all names had a double bond too few" in message
    assert not found.rows["call"].is_in(["true", "fragment"]).any()
    assert (found.rows["confidence"] <= 0.5).all()
    assert not messages(analyze(table, SETTINGS))


def test_right_names_are_not_doubted(porcine_brain: Path) -> None:
    for table in (read_peak_table(porcine_brain), simulated(Variation(seed=1)), logistic(1)):
        assert not messages(analyze(table, SETTINGS))


def test_names_with_the_mass_of_their_peak_are_not_doubted(porcine_brain: Path) -> None:
    table = misnamed(read_peak_table(porcine_brain), -1)
    assert messages(analyze(table, SETTINGS))
    assert not messages(analyze(with_masses(table, wrong=0).peaks, SETTINGS))
