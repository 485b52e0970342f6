"""Rule 3, on tables small enough to check by hand."""

import polars as pl
import pytest

from app.analysis.rules import in_source_fragments, isomers, sugar_count
from tests.unit.analysis.tables import (
    LADDER,
    after_rules,
    called,
    initial_state,
    noise_free,
    peaks,
    prefix_rows,
    warnings_by_code,
)


def test_rule_3_finds_two_isomers_of_gd1_and_one_of_gm1() -> None:
    rows = noise_free(LADDER | {"GD1": 9.14}) + noise_free({"GD1": 9.65})

    found = after_rules(
        sugar_count.RULE, in_source_fragments.RULE, isomers.RULE, of=initial_state(rows)
    )

    isomer_groups = found.isomer_groups.filter(pl.col("prefix").is_in(["GD1", "GM1"])).sort("group")
    assert isomer_groups["group"].to_list() == ["GD1/a", "GD1/b", "GM1"]
    a, b, _ = isomer_groups["intercept_min"]
    assert b - a == pytest.approx(0.51, abs=0.03)


def test_rule_3_gives_a_lone_modified_form_the_letter_of_its_cores_nearer_isomer() -> None:
    rows = noise_free(LADDER | {"GD1": 9.14, "GD1+dHex": 9.58}) + noise_free({"GD1": 9.65})

    rows_out = called(rows)

    fucosylated = rows_out.filter(pl.col("prefix") == "GD1+dHex")
    assert fucosylated["isomer"].to_list() == ["b"] * 5


def test_rule_3_takes_the_isomer_from_the_letter_in_a_name() -> None:
    rows = noise_free(LADDER) + [(n.replace("GD1", "GD1a"), t) for n, t in noise_free({"GD1": 9.1})]
    rows = [row for row in rows if not row[0].startswith("GD1(")]

    lettered = called(rows).filter(pl.col("prefix") == "GD1")

    assert lettered["isomer"].to_list() == ["a"] * 5


def test_disialo_fragments_of_the_early_gd1_give_a_warning() -> None:
    early, late = ([("GD1" + n[3:], t) for n, t in prefix_rows("GT1", at)] for at in (9.14, 9.65))
    others = prefix_rows("GM3", 10.6) + prefix_rows("GM1", 10.1) + prefix_rows("GD3", 10.13)

    def fragments_of(rows: list[tuple[str, float]]) -> list[tuple[str, float]]:
        return [("GD3" + name[3:], rt + 0.002) for name, rt in rows[:12]]

    right = warnings_by_code(peaks([*early, *late, *others, *fragments_of(late)]))
    wrong = warnings_by_code(peaks([*early, *late, *others, *fragments_of(early)]))

    assert "isomer_order" not in right
    assert "12 disialo fragments" in wrong["isomer_order"].message
