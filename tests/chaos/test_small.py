"""Every fault once, on either database: small enough to pass before each change."""

import pytest

from tests.chaos.campaign import Campaign
from tests.chaos.count import Findings


def campaign(database: str) -> Findings:
    return Campaign(
        database=database,
        seed=2026,
        jobs=40,
        spread_s=20,
        pause_s=(0.2, 1.0),
        limit_s=180,
        rounds=1,
    ).run()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_job_event_or_result_is_lost_by_any_fault(database: str) -> None:
    findings = campaign(database)
    assert findings.is_clean, f"\n{findings}"
    assert findings.counts["succeeded"] == 40, f"\n{findings}"
