"""Rule 4, on tables small enough to check by hand."""

import polars as pl
import pytest

from app.analysis.rules import RULES
from tests.unit.analysis.tables import after_rules, initial_state, noise_free


@pytest.mark.parametrize(
    ("later_min", "verdict"),
    [(0.058, "as expected"), (0.149, "as expected"), (0.22, "unexpected"), (-0.02, "unexpected")],
)
def test_rule_4_expects_an_o_acetyl_group_a_little_later(later_min: float, verdict: str) -> None:
    base = noise_free({"GM3": 10.6, "GM1": 10.1, "GT1": 8.7})
    rows = [*base, *(("GT1+OAc" + n[3:], t + later_min) for n, t in base if n[:3] == "GT1")]

    found = after_rules(*RULES[:5], of=initial_state(rows)).peaks

    acetylated = found.filter(pl.col("prefix") == "GT1+OAc")
    assert set(acetylated["verdict_4"]) == {verdict}
    assert acetylated["later_than_base_min"][0] == pytest.approx(later_min)


def test_rule_4_allows_two_groups_twice_as_much_and_tests_nothing_without_a_base() -> None:
    base = noise_free({"GM3": 10.6, "GM1": 10.1, "GT1": 8.7})
    twice = [("GT1+2OAc" + name[3:], t + 0.2) for name, t in base if name[:3] == "GT1"]
    orphan = [("GD3+OAc(36:1;O2)", 10.2)]

    found = after_rules(*RULES[:5], of=initial_state([*base, *twice, *orphan])).peaks

    assert set(found.filter(pl.col("prefix") == "GT1+2OAc")["verdict_4"]) == {"as expected"}
    assert found.filter(pl.col("prefix") == "GD3+OAc")["verdict_4"].to_list() == ["not testable"]


@pytest.mark.parametrize("scale", [1.0, 8.0])
def test_rule_4_learns_from_the_other_prefixes_what_a_group_does(scale: float) -> None:
    """On this column a group delays by 0.4 min; that it delays one prefix by 0.06 is odd."""
    base = noise_free({"GM3": 10.6, "GM1": 10.1, "GD3": 10.1, "GD2": 9.9, "GT1": 8.7, "GQ1": 8.38})
    later_min = {"GM3": 0.4, "GM1": 0.4, "GD3": 0.4, "GD2": 0.4, "GQ1": 0.4, "GT1": 0.06}
    acetylated = [(f"{n[:3]}+OAc{n[3:]}", t + later_min[n[:3]]) for n, t in base]
    rows = [(name, scale * time) for name, time in [*base, *acetylated]]

    found = after_rules(*RULES[:5], of=initial_state(rows)).peaks

    verdicts = {
        prefix: set(found.filter(pl.col("prefix") == f"{prefix}+OAc")["verdict_4"])
        for prefix in later_min
    }
    odd = verdicts.pop("GT1")
    assert odd == {"unexpected"}
    assert all(verdict == {"as expected"} for verdict in verdicts.values())
