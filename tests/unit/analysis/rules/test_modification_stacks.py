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


def test_rule_8_compares_a_single_step_with_the_same_one_of_other_cores() -> None:
    acetylated = {f"{prefix}+OAc": at + 0.06 for prefix, at in LADDER.items()}
    usual, odd = (
        after_rules(
            *RULES[:4],
            modification_stacks.RULE,
            of=initial_state(noise_free({**LADDER, **acetylated, **others}), anchor=[True] * 40),
        ).prefix_verdicts[8]
        for others in ({}, {"GM1+OAc": LADDER["GM1"] - 0.98})
    )

    assert set(usual["verdict"]) == {"as expected"}
    verdicts = dict(odd.select("prefix", "verdict").iter_rows())
    assert verdicts.pop("GM1+OAc") == "unexpected"
    assert set(verdicts.values()) == {"as expected"}


def test_rule_8_tests_a_step_that_one_core_alone_has() -> None:
    state = initial_state(
        noise_free({**LADDER, "GM1+OAc": LADDER["GM1"] - 0.98}), anchor=[True] * 25
    )

    verdicts = after_rules(*RULES[:4], modification_stacks.RULE, of=state).prefix_verdicts[8]

    assert verdicts.row(0, named=True)["verdict"] == "unexpected"
    assert "+OAc shifts the retention time by +0.0" in verdicts.row(0, named=True)["sentence"]


def verdicts_of(others: dict[str, float]) -> dict[str, str]:
    rows = noise_free({**LADDER, **others})
    state = initial_state(rows, anchor=[True] * len(rows))
    found = after_rules(*RULES[:4], modification_stacks.RULE, of=state).prefix_verdicts[8]
    return dict(found.select("prefix", "verdict").iter_rows())


def test_rule_8_tests_the_steps_of_a_stack_that_adds_up() -> None:
    dhex, off = {"GM1+dHex": 10.03}, -0.98

    right = verdicts_of({**dhex, "GM1+OAc": 10.16, "GM1+dHex+OAc": 10.09})
    odd = verdicts_of({**dhex, "GM1+OAc": 10.1 + off, "GM1+dHex+OAc": 10.03 + off})
    without_single = verdicts_of({**dhex, "GM1+dHex+OAc": 10.03 + off})

    assert set(right.values()) == {"as expected"}
    assert (odd["GM1+OAc"], odd["GM1+dHex+OAc"]) == ("unexpected", "unexpected")
    assert without_single["GM1+dHex+OAc"] == "unexpected"


def test_rule_8_does_not_expect_a_shift_because_all_cores_have_it() -> None:
    acetylated = {f"{prefix}+OAc": at - 0.98 for prefix, at in LADDER.items()}

    assert set(verdicts_of(acetylated).values()) == {"unexpected"}
