"""The ordered list of rules, and each rule on a table small enough to check by hand."""

import polars as pl
import pytest

from app.analysis.example import porcine_brain as brain
from app.analysis.reporting.models import model_report
from app.analysis.rules import (
    RULES,
    category_order,
    cross_prefix,
    in_source_fragments,
    isomers,
    modification_stacks,
    sialylation_order,
    sugar_count,
)
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState
from tests.simulator import Variation, simulate
from tests.unit.analysis.tables import called, initial_state


def after(*rules: Rule, of: AnalysisState) -> AnalysisState:
    """A state after some rules."""
    for rule in rules:
        of = rule.apply(of)
    return of


def law(prefixes: dict[str, float]) -> list[tuple[str, float]]:
    """Names and noise-free times of some prefixes, by their time at 36:1, with five ceramides."""
    ceramides = ((34, 1, 2), (36, 1, 2), (36, 2, 2), (38, 1, 2), (40, 1, 2))
    frame = pl.DataFrame(ceramides, schema=["carbons", "double_bonds", "hydroxyls"], orient="row")
    shift = frame.select(shift=brain.ceramide_shift_min())["shift"].to_list()
    return [
        (f"{prefix}({c}:{d};O{o})", round(at + s, 3))
        for prefix, at in prefixes.items()
        for (c, d, o), s in zip(ceramides, shift, strict=True)
    ]


LADDER = {"GM3": 10.6, "GM1": 10.1, "GD1": 9.3, "GT1": 8.7}


def test_the_rules_run_in_the_order_in_which_they_need_each_other() -> None:
    assert [rule.number for rule in RULES] == [2, 5, 3, 1, 4, 6, 7, 8, 9, 10]
    assert sorted(rule.number for rule in RULES) == list(range(1, 11))


def test_what_a_rule_needs_is_given_before_it_and_it_gives_what_it_says() -> None:
    there = initial_state(law(LADDER))
    for rule in RULES:
        assert set(rule.needs) <= set(there.peak_columns), rule.title
        there = rule.apply(there)
        assert {*rule.gives, rule.verdict} <= set(there.peak_columns), rule.title
        if rule.sentence is None:
            assert rule.number in there.prefix_verdicts, rule.title


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


def test_rule_5_pairs_only_what_elutes_together_and_can_lose_sugars() -> None:
    rows = [
        ("GD1(36:1;O2)", 9.144),  # 1, the parent
        ("GM3(36:1;O2)", 9.150),  # 2, can be its fragment
        ("GM3(38:1;O2)", 9.150),  # 3, another ceramide
        ("GM3(36:1;O2)", 9.300),  # 4, too late
        ("GD1+OAc(36:1;O2)", 9.144),  # 5, differs by an O-acetyl group alone
        ("GT3(36:1;O2)", 9.144),  # 6, has a sialic acid more than row 1 and fewer sugars
    ]

    found = after(sugar_count.RULE, in_source_fragments.RULE, of=initial_state(rows))

    pairs = found.arrays.pairs
    assert (pairs.child + 1).tolist() == [2, 2]
    assert sorted(zip(pairs.parent + 1, pairs.lost, strict=True)) == [(1, 3), (6, 2)]


def test_rule_5_pairs_nothing_over_samples() -> None:
    rows = [("GD1(36:1;O2)", 9.144), ("GM3(36:1;O2)", 9.144)]

    found = after(
        sugar_count.RULE, in_source_fragments.RULE, of=initial_state(rows, sample=["A", "B"])
    )

    assert not len(found.arrays.pairs.child)


def test_rule_5_keeps_the_gate_within_the_users_tolerance() -> None:
    rows = [("GD1(36:1;O2)", 9.0 + n) for n in range(9)]
    rows += [("GM3(36:1;O2)", 9.09 + n) for n in range(9)]

    found = after(sugar_count.RULE, in_source_fragments.RULE, of=initial_state(rows))

    assert found.gate_min <= found.settings.rt_tolerance_min


def test_rule_3_finds_two_isomers_of_gd1_and_one_of_gm1() -> None:
    rows = law(LADDER | {"GD1": 9.14}) + law({"GD1": 9.65})

    found = after(sugar_count.RULE, in_source_fragments.RULE, isomers.RULE, of=initial_state(rows))

    isomer_groups = found.isomer_groups.filter(pl.col("prefix").is_in(["GD1", "GM1"])).sort("group")
    assert isomer_groups["group"].to_list() == ["GD1/a", "GD1/b", "GM1"]
    a, b, _ = isomer_groups["intercept_min"]
    assert b - a == pytest.approx(0.51, abs=0.03)


def test_rule_3_gives_a_lone_modified_form_the_letter_of_its_cores_nearer_isomer() -> None:
    rows = law(LADDER | {"GD1": 9.14, "GD1+dHex": 9.58}) + law({"GD1": 9.65})

    rows_out = called(rows)

    fucosylated = rows_out.filter(pl.col("prefix") == "GD1+dHex")
    assert fucosylated["isomer"].to_list() == ["b"] * 5


def test_rule_3_believes_the_letter_in_a_name() -> None:
    rows = law(LADDER) + [(n.replace("GD1", "GD1a"), t) for n, t in law({"GD1": 9.1})]
    rows = [row for row in rows if not row[0].startswith("GD1(")]

    lettered = called(rows).filter(pl.col("prefix") == "GD1")

    assert lettered["isomer"].to_list() == ["a"] * 5


def test_two_peaks_of_a_name_with_one_isomer_are_not_both_true() -> None:
    rows = [*law(LADDER), ("GM1(36:1;O2)", 10.12)]

    doubled = called(rows).filter(pl.col("name") == "GM1(36:1;O2)")

    assert (doubled["call"] == "true").sum() <= 1


def test_rule_1_predicts_a_prefix_it_has_seen_once() -> None:
    rows = [*law(LADDER), ("GQ1(36:1;O2)", 8.38), ("GQ1(40:1;O2)", 6.0)]

    lone = called(rows).filter(pl.col("prefix") == "GQ1")

    assert lone["call"].to_list() == ["true", "outlier"]
    expected = 8.38 + law({"GQ1": 0.0})[4][1]
    assert lone["predicted_rt_min"][1] == pytest.approx(expected, abs=0.1)


def test_rule_1_calls_a_wrong_anchor_an_outlier_and_says_so() -> None:
    rows = law(LADDER)
    names = [name for name, _ in rows]
    wrong = names.index("GM1(38:1;O2)")
    rows[wrong] = (names[wrong], rows[wrong][1] - 0.6)

    row = called(rows, anchor=[True] * len(rows)).row(wrong, named=True)

    assert row["call"] == "outlier"
    assert row["residual_min"] == pytest.approx(-0.6, abs=0.05)
    assert row["reason"].startswith("Marked as an anchor, but it elutes at")


def test_rule_1_writes_its_equation_on_raw_variables() -> None:
    report = model_report(after(*RULES[:4], of=initial_state(law(LADDER))))
    text = report.filter(pl.col("prefix") == "GM1")["equation"][0]
    constant, slope, curvature = (float(text.split(" = ")[1].split()[n]) for n in (0, 1, 3))
    at_38 = constant + slope * 38 + curvature * 38**2
    assert at_38 == pytest.approx(dict(law(LADDER))["GM1(38:1;O2)"], abs=0.05)
    assert report["r2"].drop_nulls().min() > 0.99  # type: ignore[operator]


@pytest.mark.parametrize(
    ("later_min", "verdict"),
    [(0.058, "as expected"), (0.149, "as expected"), (0.2, "unexpected"), (-0.02, "unexpected")],
)
def test_rule_4_wants_an_o_acetyl_group_a_little_later(later_min: float, verdict: str) -> None:
    base = law({"GM3": 10.6, "GM1": 10.1, "GT1": 8.7})
    rows = [*base, *(("GT1+OAc" + n[3:], t + later_min) for n, t in base if n[:3] == "GT1")]

    found = after(*RULES[:5], of=initial_state(rows)).peaks

    acetylated = found.filter(pl.col("prefix") == "GT1+OAc")
    assert set(acetylated["verdict_4"]) == {verdict}
    assert acetylated["later_than_base_min"][0] == pytest.approx(later_min)


def test_rule_4_allows_two_groups_twice_as_much_and_tests_nothing_without_a_base() -> None:
    base = law({"GM3": 10.6, "GM1": 10.1, "GT1": 8.7})
    twice = [("GT1+2OAc" + name[3:], t + 0.2) for name, t in base if name[:3] == "GT1"]
    orphan = [("GD3+OAc(36:1;O2)", 10.2)]

    found = after(*RULES[:5], of=initial_state([*base, *twice, *orphan])).peaks

    assert set(found.filter(pl.col("prefix") == "GT1+2OAc")["verdict_4"]) == {"as expected"}
    assert found.filter(pl.col("prefix") == "GD3+OAc")["verdict_4"].to_list() == ["not testable"]


def test_rule_6_reports_a_sialylation_step_that_runs_the_wrong_way() -> None:
    right, wrong = (
        after(*RULES[:4], sialylation_order.RULE, of=initial_state(law(ladder), anchor=[True] * 20))
        for ladder in (LADDER, LADDER | {"GT1": 9.7})
    )

    verdicts = [
        dict(s.prefix_verdicts[6].select("prefix", "verdict").iter_rows()) for s in (right, wrong)
    ]
    assert [found["GT1"] for found in verdicts] == ["as expected", "unexpected"]
    assert verdicts[0]["GM3"] == "not testable"


def test_rule_7_compares_categories_at_the_same_ceramide() -> None:
    # GD1 is there with its longest ceramides alone: its raw times are later than those of GM1.
    short = [f"GD1({ceramide};O2)" for ceramide in ("34:1", "36:1", "36:2")]
    rows = [row for row in law(LADDER) if row[0] not in short]
    judged = after(
        *RULES[:4], category_order.RULE, of=initial_state(rows, anchor=[True] * len(rows))
    )

    assert (
        dict(judged.prefix_verdicts[7].select("prefix", "verdict").iter_rows())["GD1"]
        == "as expected"
    )


def test_rule_8_adds_up_the_steps_of_a_stack() -> None:
    shifts = {"GM1": 10.1, "GM1+dHex": 10.03, "GM1+HexNAc": 10.01}
    added, more = (
        after(
            *RULES[:4],
            modification_stacks.RULE,
            of=initial_state(law({**LADDER, **shifts, "GM1+HexNAc+dHex": at}), anchor=[True] * 35),
        ).prefix_verdicts[8]
        for at in (9.94, 9.45)
    )
    stack = pl.col("prefix").str.count_matches("+", literal=True) == 2
    assert added.filter(stack)["verdict"].to_list() == ["as expected"]
    assert more.filter(stack)["verdict"].to_list() == ["unexpected"]


def test_rule_9_warns_softly_of_a_ceramide_that_no_other_prefix_has() -> None:
    rows = [*law(LADDER), ("GM1(39:1;O2)", 12.32)]

    found = after(*RULES[:4], cross_prefix.RULE, of=initial_state(rows)).peaks

    verdicts = dict(found.select("name", "verdict_9").iter_rows())
    assert verdicts["GM1(39:1;O2)"] == "lone ceramide"
    assert verdicts["GM1(38:1;O2)"] == "as expected"


def test_rule_10_adds_a_fragments_volume_to_its_root_parent_once() -> None:
    rows = [*law(LADDER), ("GM3(36:1;O2)", 8.702), ("GM1(36:1;O2)", 8.699)]
    areas = [1e6] * len(rows)
    areas[-2:] = [2e4, 3e4]

    found = called(rows, peak_area=areas)

    parent = found.filter(pl.col("name") == "GT1(36:1;O2)").row(0, named=True)
    fragments = found.tail(2)
    assert fragments["call"].to_list() == ["fragment", "fragment"]
    assert fragments["parent_row"].to_list() == [parent["row"]] * 2
    assert parent["consolidated_volume"] == pytest.approx(1.05e6)
    assert fragments["consolidated_volume"].null_count() == 2


def test_rule_10_is_sure_of_right_rows_and_gives_up_wrong_ones() -> None:
    simulated = simulate(Variation(seed=3))
    table = simulated.table
    columns = {"peak_area": table["Volume"], "anchor": table["Anchor"] == "T"}

    rows = called(list(table.select("Name", "RT").iter_rows()), **columns)

    told = rows.join(simulated.truth.select("row", truth="call"), on="row")
    means = dict(told.group_by("truth").agg(pl.col("confidence").mean()).iter_rows())
    assert means["true"] > 0.9
    assert means["outlier"] < 0.1
