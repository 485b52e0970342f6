"""What a refit moves: the calls that are known early, and the sentence about their cause."""

from collections.abc import Sequence

import polars as pl
import pytest

from app.analysis.overrides.apply import usable_overrides, with_calls
from app.analysis.overrides.moved import cause_of, early_hand_calls, moved_calls, sentence_on
from app.analysis.overrides.override import Override
from app.analysis.pipeline import analyze
from app.analysis.reporting.early_calls import early_calls
from app.analysis.state.analysis_state import AnalysisState
from tests.simulator import Variation
from tests.unit.analysis.tables import SETTINGS, noise_free, peaks, simulated

ANCHOR = Override(row=2, anchor=True, reason="a standard")
NO_ANCHOR = Override(row=2, anchor=False, reason="another peak")
DECISION = Override(row=3, call="true", reason="seen in MS/MS")
BOTH = Override(row=2, anchor=True, call="true", reason="a standard")
WHY_AGAIN = Override(row=2, anchor=True, reason="in other words")

BASE = noise_free({"GM3": 10.6, "GM1": 10.1, "GD1": 9.3})
COUNT = len(BASE)
# Of three more rows: another ion of the first, a labelled standard, a peak of a blank.
OTHERS: dict[str, Sequence[object]] = {
    "adduct": ["[M-2H]2-"] * COUNT + ["[M-H]-", "[M-2H]2-", "[M-2H]2-"],
    "isotope_label": [None] * (COUNT + 1) + ["d5", None],
    "sample_role": ["sample"] * (COUNT + 2) + ["blank"],
    "sample": ["s"] * (COUNT + 2) + ["b"],
    "peak_area": [1e6] * (COUNT + 2) + [9e5],
    "anchor": [True] * COUNT + [False] * 3,
}
TABLES = {
    "simulated": simulated(Variation(samples=3)),
    "with unreadable names": simulated(Variation(unparsable=0.1)),
    "without anchors": simulated(Variation()).with_columns(anchor=pl.lit(value=False)),
    "ions, a standard and a blank": peaks(
        [*BASE, (BASE[0][0], BASE[0][1] + 0.001), BASE[1], BASE[2]], **OTHERS
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_early_calls_are_those_of_the_result(name: str) -> None:
    early: list[pl.DataFrame] = []

    def hear(state: AnalysisState) -> None:
        early.append(early_calls(state))

    rows = analyze(TABLES[name], SETTINGS, on_fitted=hear).rows
    (found,) = early
    assert found["call"].to_list() == rows["call"].to_list()
    assert found["is_judged"].to_list() == rows["predicted_rt_min"].is_not_null().to_list()
    assert rows["call"].n_unique() > 1

    overrides = [Override(row=row, call="ambiguous", reason="x") for row in (1, 3)]
    by_hand = early_hand_calls(found, overrides)
    applied = usable_overrides(rows, overrides)
    assert by_hand["call"].to_list() == with_calls(rows, applied)["call"].to_list()


def test_a_row_that_was_not_judged_keeps_its_call() -> None:
    calls = pl.DataFrame(
        {"row": [1, 2], "call": ["invalid", "outlier"], "is_judged": [False, True]}
    )
    overrides = [Override(row=row, call="true", reason="x") for row in (1, 2)]
    assert early_hand_calls(calls, overrides)["call"].to_list() == ["invalid", "true"]


def test_the_rows_that_moved_have_their_calls_before_and_after() -> None:
    before = pl.DataFrame({"row": [1, 2, 3], "call": ["true", "true", "outlier"]})
    after = pl.DataFrame({"row": [3, 2, 1], "call": ["true", "true", "fragment"]})
    assert moved_calls(before, after).rows() == [(1, "true", "fragment"), (3, "outlier", "true")]


@pytest.mark.parametrize(
    ("before", "now", "cause"),
    [
        ([], [ANCHOR], "This anchor"),
        ([], [NO_ANCHOR], "Taking away this anchor"),
        ([NO_ANCHOR], [ANCHOR], "This anchor"),
        ([ANCHOR], [ANCHOR, DECISION], "This decision"),
        ([], [BOTH], "This override"),
        ([BOTH], [ANCHOR], "This decision"),
        ([ANCHOR, DECISION], [ANCHOR], "Taking back this override"),
        ([ANCHOR, DECISION], [], "Taking back 2 overrides"),
        ([], [ANCHOR, DECISION], "These 2 overrides"),
        ([ANCHOR], [DECISION], "These 2 overrides"),
        ([ANCHOR], [WHY_AGAIN], "This refit"),
        ([], [], "This refit"),
    ],
)
def test_the_cause_is_what_differs_from_the_version_before(
    before: list[Override], now: list[Override], cause: str
) -> None:
    assert cause_of(before, now) == cause


@pytest.mark.parametrize(
    ("total", "so_far", "sentence"),
    [
        (0, False, "This anchor moved no calls."),
        (1, True, "This anchor moved 1 call so far."),
        (1400, False, "This anchor moved 1,400 calls."),
    ],
)
def test_the_sentence_counts_what_moved(total: int, so_far: bool, sentence: str) -> None:
    assert sentence_on("This anchor", total, so_far=so_far) == sentence
