"""Rule 7, on tables small enough to check by hand."""

import re

from app.analysis.rules import RULES, category_order
from tests.unit.analysis.tables import LADDER, after_rules, initial_state, noise_free


def test_rule_7_compares_categories_at_the_same_ceramide() -> None:
    # GD1 is there with its longest ceramides alone: its raw times are later than those of GM1.
    short = [f"GD1({ceramide};O2)" for ceramide in ("34:1", "36:1", "36:2")]
    rows = [row for row in noise_free(LADDER) if row[0] not in short]
    judged = after_rules(
        *RULES[:4], category_order.RULE, of=initial_state(rows, anchor=[True] * len(rows))
    )

    assert (
        dict(judged.prefix_verdicts[7].select("prefix", "verdict").iter_rows())["GD1"]
        == "as expected"
    )


def test_rule_7_compares_a_step_between_categories_with_the_other_ones() -> None:
    rows = noise_free({**LADDER, "GQ1": LADDER["GT1"] - 4.0})

    judged = after_rules(
        *RULES[:4], category_order.RULE, of=initial_state(rows, anchor=[True] * len(rows))
    ).prefix_verdicts[7]

    verdicts = dict(judged.select("prefix", "verdict").iter_rows())
    assert (verdicts["GQ1"], verdicts["GD1"]) == ("unexpected", "as expected")
    sentences = dict(judged.select("prefix", "sentence").iter_rows())
    usual = (
        r"GQ elutes on average 4\.\d\d ± 0\.\d\d min before GT at the same ceramide; "
        r"0\.\d\d min before is usual\."
    )
    assert re.fullmatch(usual, sentences["GQ1"])
