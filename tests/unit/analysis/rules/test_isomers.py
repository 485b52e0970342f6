"""Rule 3, on tables small enough to check by hand."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.rules import in_source_fragments, isomers, sugar_count
from tests.unit.analysis.tables import (
    LADDER,
    SETTINGS,
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
    assert isomer_groups["group"].to_list() == ["GD1/early", "GD1/late", "GM1"]
    a, b, _ = isomer_groups["intercept_min"]
    assert b - a == pytest.approx(0.51, abs=0.03)


def test_fragments_with_two_sialic_acids_give_gd1_its_letters() -> None:
    late = noise_free({"GD1": 9.65})
    rows = noise_free(LADDER | {"GD1": 9.14, "GD3": 10.13}) + late
    rows += [(name.replace("GD1", "GD3"), rt + 0.002) for name, rt in late]

    isomers_of_gd1 = called(rows).filter(pl.col("prefix") == "GD1")["isomer"]

    assert isomers_of_gd1.to_list() == ["a"] * 5 + ["b"] * 5


def test_the_larger_late_gq1_of_brain_is_not_called_gq1c(porcine_brain: Path) -> None:
    rows = analyze(read_peak_table(porcine_brain), SETTINGS).rows

    isomers_of = {
        core: set(rows.filter(pl.col("prefix") == core)["isomer"].drop_nulls())
        for core in ("GD1", "GQ1")
    }
    assert isomers_of == {"GD1": {"a", "b"}, "GQ1": {"early", "late"}}
    largest = rows.filter(pl.col("prefix") == "GQ1").sort("peak_area").row(-1, named=True)
    assert largest["isomer"] == "late"


def test_rule_3_names_a_lone_modified_form_after_its_cores_nearer_isomer() -> None:
    rows = noise_free(LADDER | {"GD1": 9.14, "GD1+dHex": 9.58}) + noise_free({"GD1": 9.65})

    rows_out = called(rows)

    fucosylated = rows_out.filter(pl.col("prefix") == "GD1+dHex")
    assert fucosylated["isomer"].to_list() == ["late"] * 5


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


@pytest.mark.parametrize("gap_min", [0.25, 0.5])
def test_two_series_of_any_class_are_isomers_without_letters(gap_min: float) -> None:
    """No heavier class, of the table or missing from it, elutes where one of the series does."""
    ladder = {"GM3": 10.6, "GM2": 10.4, "GM1": 10.1, "GD3": 10.0, "GT1": 8.7}
    rows = [row for prefix, at in ladder.items() for row in prefix_rows(prefix, at)]
    rows += prefix_rows("GM3", ladder["GM3"] + gap_min)

    found = called(rows).filter(pl.col("prefix") == "GM3")

    assert found.group_by("call", "isomer").len().sort("isomer").rows() == [
        ("true", "early", 17),
        ("true", "late", 17),
    ]


def test_a_second_peak_of_few_names_makes_no_isomer() -> None:
    ladder = {"GM3": 10.6, "GM1": 10.1, "GT1": 8.7}
    rows = [row for prefix, at in ladder.items() for row in prefix_rows(prefix, at)]
    rows += prefix_rows("GM3", ladder["GM3"] + 0.3)[:3]

    found = called(rows).filter(pl.col("prefix") == "GM3")

    assert found["isomer"].null_count() == found.height
    assert found["call"].to_list().count("true") == 17
