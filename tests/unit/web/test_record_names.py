"""What pages call the keys of settings and records."""

import pytest

from app.analysis.overrides.override import Override
from app.web.features.results.hand_decisions import hand_decisions
from app.web.templating.record_names import (
    record_name,
    record_value,
    sample_role,
    setting_name,
    setting_value,
)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("settings.mz_tolerance_ppm", "Mass tolerance (ppm)"),
        ("settings.rt_tolerance_min", "Retention time tolerance (min)"),
        ("settings.data_type", "Data type"),
        ("software.polars", "Version of Polars"),
        ("overrides.2.call", "Override 2, assignment"),
        ("input.files.1.name", "Input, files, 1, name"),
        ("submitted_at", "Submitted at"),
    ],
)
def test_a_part_of_a_record_has_a_name_for_people(key: str, name: str) -> None:
    assert record_name(key) == name


def test_a_setting_and_an_override_have_words_for_people() -> None:
    assert setting_name("rt_tolerance") == "Retention time tolerance (min)"
    assert setting_name("column for mz") == "Column: m/z"
    assert setting_name("override of row 12") == "Override of row 12"
    assert setting_value("true, an anchor", "override of row 12") == "confirmed, an anchor"
    assert setting_value("true", "sheets") == "true"
    assert record_value("outlier", "overrides.1.call") == "not confirmed"
    assert record_value("True", "overrides.1.anchor") == "yes"
    assert record_value("10137", "input.bytes") == "10,137"
    moment = "2026-11-28T00:19:14.601999+00:00"
    assert record_value(moment, "started_at") == "2026-11-28 00:19:14 UTC"
    assert record_value(moment, "settings.note") == moment
    assert sample_role("qc") == "QC"


def test_overrides_that_were_left_out_are_not_said_to_be_decided() -> None:
    overrides = [
        Override(row=3, call="true", reason="MS/MS"),
        Override(row=5, anchor=True, reason="standard"),
        Override(row=7, call="true", reason="no time"),
    ]
    summary = {"warnings": [{"code": "override_not_applied", "message": "", "rows": [7]}]}
    found = hand_decisions(overrides, summary)
    assert found.sentence == "1 assignment and 1 anchor were decided by hand."
    assert found.filter == {"rows": "3,5"}
