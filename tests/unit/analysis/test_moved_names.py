"""Names that stand one row too high or too low are noticed, and none of them is confirmed."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reporting.result import Analysis
from tests.simulator import Variation
from tests.unit.analysis.tables import SETTINGS, logistic, simulated

ORDERS = (["name", "rt_min"], ["rt_min"])


def in_order(table: pl.DataFrame, order: list[str]) -> pl.DataFrame:
    """The table sorted within each sample."""
    numbers = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32)
    return table.sort(["sample", *order]).with_columns(row=numbers)


def moved(table: pl.DataFrame, rows_down: int, first: int = 0, last: int = 10**6) -> pl.DataFrame:
    """The table with some names as many rows lower as if cells had been inserted above them."""
    lower = pl.col("name").shift(rows_down).fill_null("GM3(36:1;O2)")
    is_moved = pl.int_range(pl.len()).is_between(first, last)
    return table.with_columns(name=pl.when(is_moved).then(lower).otherwise("name"))


def messages(found: Analysis) -> list[str]:
    return [each.message for each in found.warnings if each.code == "moved_names"]


def confirmed(found: Analysis) -> set[int]:
    """The rows that are called a species or a fragment, or have more than 50 %."""
    is_sure = pl.col("call").is_in(["true", "fragment"]) | (pl.col("confidence") > 0.5)
    return set(found.rows.filter(is_sure)["row"])


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("rows_down", "beside"), [(1, "below"), (-1, "above")])
def test_names_moved_by_one_row_confirm_no_label(
    order: list[str], rows_down: int, beside: str
) -> None:
    for table in (simulated(Variation(seed=1)), logistic(1)):
        found = analyze(moved(in_order(table, order), rows_down), SETTINGS)
        (message,) = messages(found)
        assert message.startswith("The names of all rows may be moved by one row")
        assert f"the name of the row {beside}" in message
        assert not confirmed(found)
        reasons = found.rows.filter(pl.col("call") == "ambiguous")["reason"]
        assert reasons.str.contains("may be moved by one row").all()


@pytest.mark.parametrize("order", ORDERS)
def test_names_above_an_inserted_cell_stay_confirmed(order: list[str]) -> None:
    table = in_order(logistic(2), order)
    middle = table.height // 2
    found = analyze(moved(table, 1, first=middle), SETTINGS)
    (warning,) = [each for each in found.warnings if each.code == "moved_names"]
    assert abs(warning.rows[0] - middle) < 30
    assert len([row for row in confirmed(found) if row < middle - 30]) > middle // 3
    assert not [row for row in confirmed(found) if row > middle + 30]


def test_one_sample_with_moved_names_puts_no_other_sample_in_doubt() -> None:
    table = in_order(simulated(Variation(seed=3, samples=4)), ["name", "rt_min"])
    sample = table["sample"].unique().sort()[1]
    rows = table.with_row_index("at").filter(pl.col("sample") == sample)["at"].to_list()
    found = analyze(moved(table, 1, first=rows[0] + 1, last=rows[-1]), SETTINGS)
    assert len(messages(found)) == 1
    of_sample = set(range(rows[0] + 30, rows[-1] + 2))
    assert not confirmed(found) & of_sample
    others = confirmed(found) - of_sample
    assert len(others) > table.height // 4


@pytest.mark.parametrize("order", [*ORDERS, ["peak_area"], ["row"]])
def test_names_of_sound_tables_are_not_doubted(order: list[str]) -> None:
    for seed in range(2):
        for table in (simulated(Variation(seed=seed)), logistic(seed)):
            assert not messages(analyze(in_order(table, order), SETTINGS))


def test_porcine_brain_is_not_doubted_however_it_is_sorted(porcine_brain: Path) -> None:
    table = read_peak_table(porcine_brain)
    for order in (*ORDERS, ["peak_area"]):
        assert not messages(analyze(in_order(table, order), SETTINGS))


def test_few_rows_cannot_show_it() -> None:
    table = in_order(logistic(1), ["name", "rt_min"]).head(79)
    assert not messages(analyze(moved(table, 1), SETTINGS))
