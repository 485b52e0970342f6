"""Bars of quantities: a part for each group, to one scale, with what is unknown named."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.quantities.totals import TOTAL_SCHEMA
from app.analysis.reporting.result import ROW_SCHEMA
from app.web.features.quantities.bars import MOST_GROUPS, OTHERS, bars
from app.web.features.results.quantifier import kept_quantities


def sums(show: str, *rows: tuple[str, str, float | None]) -> pl.DataFrame:
    found = pl.DataFrame(rows, schema=["sample", "group", show], orient="row")
    missing = [name for name in TOTAL_SCHEMA if name not in found.columns]
    return found.with_columns(**dict.fromkeys(missing, pl.lit(None))).cast(
        TOTAL_SCHEMA  # type: ignore[arg-type]
    )


def test_shares_fill_the_width_one_after_the_other() -> None:
    found = bars(
        sums("area_percent", ("A", "GM1", 25.0), ("A", "GD1", 75.0)), "area_percent", ["A"]
    )

    assert found.groups == ("GM1", "GD1")
    places = [(part.group, part.number, part.start, part.width) for part in found.bars[0].parts]
    assert places == [("GM1", 1, 0, 25), ("GD1", 2, 25, 75)]


def test_amounts_are_drawn_to_the_scale_of_the_largest_sample_and_unknown_ones_are_named() -> None:
    totals = sums("pmol", ("A", "GM1", 10.0), ("B", "GM1", 40.0), ("B", "GD1", None))

    first, second = bars(totals, "pmol", ["A", "B"]).bars

    assert (first.parts[0].width, second.parts[0].width) == (25, 100)
    assert (first.unknown, second.unknown) == ((), ("GD1",))
    assert second.total == 40


def test_small_groups_become_one_and_no_value_is_lost() -> None:
    rows = [("A", f"class {number}", float(number)) for number in range(MOST_GROUPS + 3)]
    found = bars(sums("total_area", *rows), "total_area", ["A"])

    assert len(found.groups) == MOST_GROUPS + 1
    assert found.groups[-1] == OTHERS
    assert found.bars[0].total == sum(value for *_, value in rows)
    assert sum(part.width for part in found.bars[0].parts) == pytest.approx(100, abs=0.01)


def test_a_result_without_quantities_has_no_bars() -> None:
    assert bars(sums("pmol", ("A", "GM1", None)), "pmol", ["A"]).groups == ()
    assert bars(sums("pmol").clear(), "pmol", []).bars == ()


def test_quantities_of_a_result_are_computed_once(tmp_path: Path) -> None:
    """A million rows take seconds, and each choice on the page asks for them again."""
    (tmp_path / "key").mkdir()
    pl.DataFrame(schema=ROW_SCHEMA).write_parquet(tmp_path / "key" / "rows.parquet")
    asked = (tmp_path / "key" / "rows.parquet", ())
    found = kept_quantities(*asked, True, 0.1)
    assert kept_quantities(*asked, True, 0.1) is found
    assert kept_quantities(*asked, False, 0.1) is not found
