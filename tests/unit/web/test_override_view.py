"""An override is shown with the verdict of the rules, or why the run left it out."""

import pytest

from app.analysis.overrides.override import Override, OverrideError
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from app.storage import Folder
from app.web.features.results.explanation import row_of, why
from app.web.features.results.override_view import ByHand
from app.web.features.results.rows import Result
from app.web.features.versions.overrides import with_decision

TABLE = """Name,RT,Volume,Anchor
GM3-d3(36:1;O2),10.6,5000,
GM3(36:1;O2),10.6,90000,T
GM3(38:1;O2),12.0,70000,T
GM3(40:1;O2),13.4,60000,T
"""
DECIDED = ByHand(call="true", anchor=None, reason="MS/MS", who=None, at=None)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The result of a standard, which is not judged, and of a few peaks that are."""
    storage = tmp_path_factory.mktemp("storage")
    folder = storage / "results" / "a"
    folder.mkdir(parents=True)
    (storage / "peaks.csv").write_text(TABLE)
    analysis = analyze(read_peak_table(storage / "peaks.csv"), AnalysisSettings())
    analysis.rows.write_parquet(folder / "rows.parquet")
    analysis.notes.write_parquet(folder / "notes.parquet")
    analysis.prefix_verdicts.write_parquet(folder / "findings.parquet")
    return Result(Folder(storage), "results/a")


def test_an_override_that_was_left_out_says_why(result: Result) -> None:
    left_out, applied = (why(result, "a", row, DECIDED).by_hand for row in (1, 2))
    assert left_out
    assert left_out.not_applied == f"The row is not judged: {row_of(result, 1)['reason']}"
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
