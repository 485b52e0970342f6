"""Rule 6, on tables small enough to check by hand."""

from app.analysis.rules import RULES, sialylation_order
from tests.unit.analysis.tables import LADDER, after_rules, initial_state, noise_free


def test_rule_6_reports_a_sialylation_step_that_runs_the_wrong_way() -> None:
    right, wrong = (
        after_rules(
            *RULES[:4],
            sialylation_order.RULE,
            of=initial_state(noise_free(ladder), anchor=[True] * 20),
        )
        for ladder in (LADDER, LADDER | {"GT1": 9.7})
    )

    verdicts = [
        dict(s.prefix_verdicts[6].select("prefix", "verdict").iter_rows()) for s in (right, wrong)
    ]
    assert [found["GT1"] for found in verdicts] == ["as expected", "unexpected"]
    assert verdicts[0]["GM3"] == "not testable"
