"""The ordered list of rules."""

from app.analysis.rules import RULES
from tests.unit.analysis.tables import LADDER, initial_state, noise_free


def test_the_rules_run_in_the_order_of_their_needs() -> None:
    order = [rule.number for rule in RULES]
    assert [number for number in order if number <= 10] == [2, 5, 3, 1, 4, 6, 7, 8, 9, 10]
    assert sorted(order) == list(range(1, len(RULES) + 1))
    assert order[-1] == 10  # it weighs what all others found


def test_each_rule_finds_the_columns_it_needs_and_gives_those_it_declares() -> None:
    there = initial_state(noise_free(LADDER))
    for rule in RULES:
        assert set(rule.needs) <= set(there.peak_columns), rule.title
        there = rule.apply(there)
        assert {*rule.gives, rule.verdict} <= set(there.peak_columns), rule.title
        if rule.sentence is None:
            assert rule.number in there.prefix_verdicts, rule.title
