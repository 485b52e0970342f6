"""Rule 2, on tables small enough to check by hand."""

import pytest

from app.analysis.rules import sugar_count
from tests.unit.analysis.tables import initial_state


@pytest.mark.parametrize(
    ("name", "sugars"),
    [
        ("GM4(36:1;O2)", 2),
        ("GM3(36:1;O2)", 3),
        ("GM1(36:1;O2)", 5),
        ("GD3(36:1;O2)", 4),
        ("GT3(36:1;O2)", 5),
        ("GD1+HexNAc+OAc(36:1;O2)", 7),
        ("GP1+2OAc(36:1;O2)", 9),
    ],
)
def test_rule_2_counts_sugars_but_no_o_acetyl_groups(name: str, sugars: int) -> None:
    counted = sugar_count.RULE.apply(initial_state([(name, 9.0)]))

    assert counted.peaks["sugars"].to_list() == [sugars]
