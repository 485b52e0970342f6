"""What is said of an override: what the rules had said, or why the run left it out."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.overrides.override import Override, OverrideError
from app.analysis.reporting.result import ROW_SCHEMA
from app.storage import Folder
from app.web.features.results.explanation import why
from app.web.features.results.override_view import ByHand
from app.web.features.results.rows import Result
from app.web.features.versions.overrides import with_decision

NOT_JUDGED = "It is a labelled standard."
DECIDED = ByHand(call="true", anchor=None, reason="MS/MS", who=None, at=None)


@pytest.fixture
def result(tmp_path: Path) -> Result:
    """One row that is not judged, and one that is."""
    folder = tmp_path / "results" / "a"
    folder.mkdir(parents=True)
    rows = [
        {"row": 1, "call": "invalid", "reason": NOT_JUDGED},
        {"row": 2, "call": "true", "rule": 0, "predicted_rt_min": 7.5},
    ]
    pl.DataFrame(rows, schema=ROW_SCHEMA).write_parquet(folder / "rows.parquet")
    empty = pl.DataFrame(schema={"row": pl.UInt32, "rule": pl.UInt8, "prefix": pl.String})
    for name in ("notes", "findings"):
        empty.write_parquet(folder / f"{name}.parquet")
    return Result(Folder(tmp_path), "results/a")


def test_an_override_that_was_left_out_says_why(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.features.results.explanation._rule_sentences", lambda *_: [])
    left_out, applied = (why(result, "a", row, DECIDED).by_hand for row in (1, 2))
    assert left_out
    assert left_out.not_applied == f"The row is not judged: {NOT_JUDGED}"
    assert left_out.reason == "MS/MS"
    assert applied
    assert applied.not_applied is None
    assert why(result, "a", 1).by_hand is None


def test_a_decision_keeps_what_it_does_not_change() -> None:
    earlier = (
        Override(row=1, reason="a standard", anchor=True),
        Override(row=2, reason="carry-over", call="invalid"),
        Override(row=9, reason="noise", call="outlier"),
    )
    found = with_decision(earlier, [1, 2, 3], call="true", anchor=None, reason="MS/MS")
    assert {each.row: (each.call, each.anchor, each.reason) for each in found} == {
        1: ("true", True, "MS/MS; before: a standard"),
        2: ("true", None, "MS/MS"),
        3: ("true", None, "MS/MS"),
        9: ("outlier", None, "noise"),
    }
    with pytest.raises(OverrideError, match="needs a reason"):
        with_decision((), [1], call="true", anchor=None, reason=" ")
