"""Rule 9, on tables small enough to check by hand."""

from app.analysis.rules import RULES, cross_prefix
from tests.unit.analysis.tables import LADDER, after_rules, initial_state, noise_free


def test_rule_9_warns_softly_of_a_ceramide_that_no_other_prefix_has() -> None:
    rows = [*noise_free(LADDER), ("GM1(39:1;O2)", 12.32)]

    found = after_rules(*RULES[:4], cross_prefix.RULE, of=initial_state(rows)).peaks

    verdicts = dict(found.select("name", "verdict_9").iter_rows())
    assert verdicts["GM1(39:1;O2)"] == "lone ceramide"
    assert verdicts["GM1(38:1;O2)"] == "as expected"
