"""Rule 5, on tables small enough to check by hand."""

from app.analysis.rules import in_source_fragments, sugar_count
from tests.unit.analysis.tables import after_rules, initial_state


def test_rule_5_pairs_only_what_elutes_together_and_can_lose_sugars() -> None:
    rows = [
        ("GD1(36:1;O2)", 9.144),  # 1, the parent
        ("GM3(36:1;O2)", 9.150),  # 2, can be its fragment
        ("GM3(38:1;O2)", 9.150),  # 3, another ceramide
        ("GM3(36:1;O2)", 9.300),  # 4, too late
        ("GD1+OAc(36:1;O2)", 9.144),  # 5, differs by an O-acetyl group alone
        ("GT3(36:1;O2)", 9.144),  # 6, has a sialic acid more than row 1 and fewer sugars
    ]

    found = after_rules(sugar_count.RULE, in_source_fragments.RULE, of=initial_state(rows))

    pairs = found.arrays.pairs
    assert (pairs.child + 1).tolist() == [2, 2]
    assert sorted(zip(pairs.parent + 1, pairs.lost, strict=True)) == [(1, 3), (6, 2)]


def test_rule_5_pairs_nothing_over_samples() -> None:
    rows = [("GD1(36:1;O2)", 9.144), ("GM3(36:1;O2)", 9.144)]

    found = after_rules(
        sugar_count.RULE, in_source_fragments.RULE, of=initial_state(rows, sample=["A", "B"])
    )

    assert not len(found.arrays.pairs.child)


def test_rule_5_keeps_the_gate_within_the_users_tolerance() -> None:
    rows = [("GD1(36:1;O2)", 9.0 + n) for n in range(9)]
    rows += [("GM3(36:1;O2)", 9.09 + n) for n in range(9)]

    found = after_rules(sugar_count.RULE, in_source_fragments.RULE, of=initial_state(rows))

    assert found.gate_min <= found.settings.rt_tolerance_min
