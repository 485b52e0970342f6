"""Rule 8, on tables small enough to check by hand."""

import polars as pl

from app.analysis.rules import RULES, modification_stacks
from tests.unit.analysis.tables import LADDER, after_rules, initial_state, noise_free


def test_rule_8_adds_up_the_steps_of_a_stack() -> None:
    shifts = {"GM1": 10.1, "GM1+dHex": 10.03, "GM1+HexNAc": 10.01}
    added, more = (
        after_rules(
            *RULES[:4],
            modification_stacks.RULE,
            of=initial_state(
                noise_free({**LADDER, **shifts, "GM1+HexNAc+dHex": at}), anchor=[True] * 35
            ),
        ).prefix_verdicts[8]
        for at in (9.94, 9.45)
    )
    stack = pl.col("prefix").str.count_matches("+", literal=True) == 2
    assert added.filter(stack)["verdict"].to_list() == ["as expected"]
    assert more.filter(stack)["verdict"].to_list() == ["unexpected"]
