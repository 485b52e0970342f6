"""Rule 5, on tables small enough to check by hand."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from app.analysis.evidence.explaining.fragments import doubt_with_children
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.rules import RULES, in_source_fragments, sugar_count
from tests.unit.analysis.tables import SETTINGS, after_rules, initial_state, noise_free


def test_rule_5_pairs_only_what_elutes_together_and_can_lose_sugars() -> None:
    rows = [
        ("GD1(36:1;O2)", 9.144),  # 1, the parent
        ("GM3(36:1;O2)", 9.150),  # 2, can be its fragment
        ("GM3(38:1;O2)", 9.150),  # 3, another ceramide
        ("GM3(36:1;O2)", 9.300),  # 4, too late
        ("GD1+OAc(36:1;O2)", 9.144),  # 5, differs from row 1 by an O-acetyl group alone
        ("GT3(36:1;O2)", 9.144),  # 6, has a sialic acid more than row 1 and fewer sugars
    ]

    found = after_rules(sugar_count.RULE, in_source_fragments.RULE, of=initial_state(rows))

    pairs = found.arrays.pairs
    assert (pairs.child + 1).tolist() == [2, 2, 2]
    assert sorted(zip(pairs.parent + 1, pairs.lost, strict=True)) == [(1, 3), (5, 3), (6, 2)]


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


def test_an_o_acetyl_group_leaves_with_its_sialic_acid_and_never_alone() -> None:
    rows = [
        ("GD3+OAc(36:1;O2)", 9.144),  # 1, the parent
        ("GM3(36:1;O2)", 9.150),  # 2, lost the sialic acid with its O-acetyl group
        ("GM3+OAc(36:1;O2)", 9.148),  # 3, lost the other sialic acid
        ("GD3(36:1;O2)", 9.146),  # 4, lost no sialic acid, so it is no fragment of row 1
    ]

    found = after_rules(sugar_count.RULE, in_source_fragments.RULE, of=initial_state(rows))

    pairs = found.arrays.pairs
    assert sorted(zip(pairs.child + 1, pairs.parent + 1, strict=True)) == [(2, 1), (2, 4), (3, 1)]


def test_a_tiny_implausible_row_neither_gets_nor_blocks_a_parent(porcine_brain: Path) -> None:
    table = read_peak_table(porcine_brain)
    # Row 259, an outlier of 8,275, elutes with row 183 of 175,125 and cannot be its parent.
    rest = table.filter(pl.col("row") != 259)
    rest = rest.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))

    whole = analyze(table, SETTINGS).rows
    without = analyze(rest, SETTINGS).rows

    calls = [rows.row(183 - 1, named=True) for rows in (whole, without)]
    assert [(row["call"], row["parent_row"]) for row in calls] == [("fragment", None)] * 2


def test_volumes_go_to_true_parents_that_are_large_enough(porcine_brain: Path) -> None:
    rows = analyze(read_peak_table(porcine_brain), SETTINGS).rows

    parents = rows.select("row", of_parent="call").rename({"row": "parent_row"})
    parts = rows.drop_nulls("parent_row").join(parents, on="parent_row")
    assert set(parts["of_parent"]) <= {"true", "ambiguous"}
    # GD3(38:1;O2) is twelve times as large as GT3(38:1;O2) in row 316, and comes from GD1(38:1;O2).
    assert rows["parent_row"][90 - 1] == 17
    # GM3(36:0;O2) elutes with nothing credible, and GQ1+OAc loses the acetyl with its sialic acid.
    assert rows["parent_row"][176 - 1] is None
    assert [rows["parent_row"][row - 1] for row in (180, 187)] == [233, 236]


def test_deleting_row_259_of_the_real_table_changes_no_other_call(porcine_brain: Path) -> None:
    # It elutes with row 183 and others, and was taken for their parent.
    outlier, table = 259, read_peak_table(porcine_brain)
    others = table.filter(pl.col("row") != outlier)
    numbered = others.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))

    before, after = (analyze(each, SETTINGS).rows["call"].to_list() for each in (table, numbered))

    assert before.pop(outlier - 1) == "outlier"
    assert after == before


def test_areas_go_to_species_that_are_not_much_smaller(porcine_brain: Path) -> None:
    rows = analyze(read_peak_table(porcine_brain), SETTINGS).rows
    parents = rows.select("call", "peak_area", parent_row="row")

    parts = rows.drop_nulls("parent_row").join(parents, on="parent_row", suffix="_parent")

    assert parts.height > 60
    assert set(parts["call_parent"]) == {"true"}
    assert parts.filter(pl.col("peak_area") > 2 * pl.col("peak_area_parent")).height == 0


def test_a_label_gains_by_a_fragment_that_elutes_with_it() -> None:
    """Two unexpected peaks of which one can lose sugars to the other are hardly chance."""
    table = noise_free({"GM3": 10.6, "GM1": 10.1, "GD1": 9.3, "GT1": 8.7})
    stray = ("GM1(36:0;O2)", 12.9)
    alone = after_rules(*RULES[:5], of=initial_state([*table, stray]))
    with_child = after_rules(
        *RULES[:5], of=initial_state([*table, stray, ("GM3(36:0;O2)", 12.901)])
    )

    of_alone, of_pair = (1 / state["p_other"][len(table)] - 1 for state in (alone, with_child))

    assert of_pair > 10 * of_alone
    assert with_child["p_true"][len(table)] == pytest.approx(0, abs=0.03)


def test_a_child_that_is_explained_otherwise_says_nothing_of_its_parent() -> None:
    state = after_rules(
        sugar_count.RULE,
        in_source_fragments.RULE,
        of=initial_state([("GD1(36:1;O2)", 9.144), ("GM3(36:1;O2)", 9.150)]),
    )
    half = np.full(1, 0.5)

    sure, unsure = (doubt_with_children(state.arrays, half, np.full(1, p)) for p in (1e-3, 1.0))

    assert sure.tolist() == pytest.approx([1.0, 1.0], abs=2e-3)
    assert unsure[1] == 1.0
    assert unsure[0] == pytest.approx(1 / 3)
