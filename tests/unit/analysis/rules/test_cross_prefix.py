"""Rule 9, on tables small enough to check by hand."""

import polars as pl
import pytest

from app.analysis.pipeline import analyze
from app.analysis.reporting.result import Analysis
from app.analysis.rules import RULES, cross_prefix
from tests.analyses import explained
from tests.unit.analysis.tables import (
    LADDER,
    SETTINGS,
    after_rules,
    initial_state,
    noise_free,
    peaks,
)


def test_rule_9_warns_softly_of_a_ceramide_that_no_other_prefix_has() -> None:
    rows = [*noise_free(LADDER), ("GM1(39:1;O2)", 12.32)]

    found = after_rules(*RULES[:4], cross_prefix.RULE, of=initial_state(rows)).peaks

    verdicts = dict(found.select("name", "verdict_9").iter_rows())
    assert verdicts["GM1(39:1;O2)"] == "lone ceramide"
    assert verdicts["GM1(38:1;O2)"] == "as expected"


@pytest.mark.parametrize(
    ("sharing", "slope_z", "sentence"),
    [
        (
            0,
            -1.94,
            "No other class of its sample has this ceramide. Each further carbon delays its class "
            "about as much as other classes (1.9 standard errors apart).",
        ),
        (
            1,
            None,
            "One other class of its sample has this ceramide. How much each further carbon delays "
            "its class could not be fitted.",
        ),
        (
            2,
            None,
            "2 other classes of its sample have this ceramide. How much each further carbon delays "
            "its class could not be fitted.",
        ),
        (
            2,
            3.14,
            "2 other classes of its sample have this ceramide. Each further carbon delays its "
            "class more than other classes (3.1 standard errors apart).",
        ),
        (
            2,
            -3.14,
            "2 other classes of its sample have this ceramide. Each further carbon delays its "
            "class less than other classes (3.1 standard errors apart).",
        ),
    ],
    ids=["alone", "shared with one", "shared with several", "steeper", "flatter"],
)
def test_rule_9_says_who_else_has_the_ceramide_and_how_the_slope_differs(
    sharing: int, slope_z: float | None, sentence: str
) -> None:
    schema = {"sharing_prefixes": pl.UInt16, "slope_z": pl.Float64}
    notes = pl.DataFrame([(sharing, slope_z)], schema, orient="row")

    said = notes.select(cross_prefix.RULE.sentence)

    assert said.item() == sentence


def test_rule_9_compares_the_slope_of_a_step_with_the_same_step_elsewhere() -> None:
    added = {"OAc": 0.06, "dHex": -0.07, "HexNAc": -0.09}
    more = {f"{core}+{x}": at + by for core, at in LADDER.items() for x, by in added.items()}
    rows = noise_free({**LADDER, **more})
    # Each carbon moves GM1+OAc by 0.04 min more than GM1; with much more they would fit no model.
    bent = [
        (name, at + 0.04 * (int(name.partition("(")[2][:2]) - 36) * name.startswith("GM1+OAc"))
        for name, at in rows
    ]

    usual, odd = (
        analyze(peaks(each, anchor=[True] * len(each)), SETTINGS) for each in (rows, bent)
    )

    assert set(_verdicts(usual).values()) == {"as expected"}
    verdicts = _verdicts(odd)
    assert verdicts.pop("GM1+OAc") == "unexpected"
    assert set(verdicts.values()) == {"as expected"}
    of_row = dict(_explained(odd).select("row", "verdict").iter_rows())
    names = dict(odd.rows.select("row", "name").iter_rows())
    is_odd = {names[row] for row, verdict in of_row.items() if verdict == "odd slope"}
    assert is_odd >= {name for name, _ in rows if name.startswith("GM1+OAc")}
    sentence = _explained(odd).filter(pl.col("verdict") == "odd slope")["sentence"][0]
    assert " min more than GM1. Usually +OAc changes this delay by " in sentence


def _verdicts(analysis: Analysis) -> dict[str, str]:
    own = analysis.prefix_verdicts.filter(pl.col("rule") == 9)
    return dict(own.select("prefix", "verdict").iter_rows())


def _explained(analysis: Analysis) -> pl.DataFrame:
    return explained(analysis).filter(pl.col("rule") == 9)
