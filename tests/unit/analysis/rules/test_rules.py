"""The ordered list of rules."""

from app.analysis.rules import RULES
from tests.unit.analysis.tables import LADDER, initial_state, noise_free


def test_the_rules_run_in_the_order_in_which_they_need_each_other() -> None:
    assert [rule.number for rule in RULES] == [2, 5, 3, 1, 4, 6, 7, 8, 9, 10]
    assert sorted(rule.number for rule in RULES) == list(range(1, 11))


def test_what_a_rule_needs_is_given_before_it_and_it_gives_what_it_says() -> None:
    there = initial_state(noise_free(LADDER))
    for rule in RULES:
        assert set(rule.needs) <= set(there.peak_columns), rule.title
        there = rule.apply(there)
        assert {*rule.gives, rule.verdict} <= set(there.peak_columns), rule.title
        if rule.sentence is None:
            assert rule.number in there.prefix_verdicts, rule.title
