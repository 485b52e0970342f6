"""Rule 6, on tables small enough to check by hand."""

import re

import polars as pl

from app.analysis.rules import RULES, sialylation_order
from tests.unit.analysis.tables import LADDER, after_rules, initial_state, noise_free


def verdicts_of(ladder: dict[str, float]) -> pl.DataFrame:
    state = initial_state(noise_free(ladder), anchor=[True] * 20)
    return after_rules(*RULES[:4], sialylation_order.RULE, of=state).prefix_verdicts[6]


def test_rule_6_reports_a_sialylation_step_that_runs_the_wrong_way() -> None:
    right, wrong = (
        dict(verdicts_of(ladder).select("prefix", "verdict").iter_rows())
        for ladder in (LADDER, LADDER | {"GT1": 9.7})
    )

    assert [found["GT1"] for found in (right, wrong)] == ["as expected", "unexpected"]
    assert right["GM3"] == "not testable"


def test_rule_6_says_what_is_usual_as_it_says_what_it_found() -> None:
    found = verdicts_of(LADDER | {"GT1": LADDER["GD1"] - 4.0})
    sentences = dict(found.select("prefix", "sentence").iter_rows())
    usual = (
        r"GT1 elutes 4\.00 ± \d\.\d\d min before GD1 at the same ceramide"
        r"; \d\.\d\d min before is usual for one more sialic acid\."
    )
    assert re.fullmatch(usual, sentences["GT1"]), sentences["GT1"]
