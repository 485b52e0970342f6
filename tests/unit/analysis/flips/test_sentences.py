"""How the changes of a row are said, with numbers that a person can type."""

import pytest

from app.analysis.flips.change import Change
from app.analysis.flips.search import Flip, FoundFlips
from app.analysis.flips.sentences import sentence_on, sentence_on_none


@pytest.mark.parametrize(
    ("change", "before", "call", "sentence"),
    [
        (
            Change(kind="time", row=3, value=2.31),
            2.6,
            "true",
            "At 2.310 min instead of 2.600, this row would be confirmed.",
        ),
        (
            Change(kind="area", row=3, value=1240.0),
            96_956.0,
            "fragment",
            "With a peak area of 1,240 instead of 96,956, this row would be an in-source fragment.",
        ),
        (
            Change(kind="area", row=3, value=0.00124),
            0.0969,
            "ambiguous",
            "With a peak area of 0.00124 instead of 0.0969, this row would be ambiguous.",
        ),
        (
            Change(kind="anchor", row=3, value=1.0),
            0.0,
            "true",
            "Marked as an anchor, this row would be confirmed.",
        ),
        (
            Change(kind="anchor", row=3, value=0.0),
            1.0,
            "ambiguous",
            "Without its anchor mark, this row would be ambiguous.",
        ),
        (
            Change(kind="without", row=17),
            0.0,
            "outlier",
            "Without row 17, this row would not be confirmed.",
        ),
    ],
)
def test_a_change_is_said_in_a_sentence(
    change: Change, before: float, call: str, sentence: str
) -> None:
    flip = Flip(change=change, before=before, call=call, is_tried=True)
    assert sentence_on(flip, 3) == sentence


@pytest.mark.parametrize(
    ("runs", "ending"),
    [
        (0, "without one of the rows near it."),
        (1, "One of them was tried in a run."),
        (3, "3 of them were tried in a run."),
    ],
)
def test_nothing_found_says_how_much_was_tried(runs: int, ending: str) -> None:
    said = sentence_on_none(FoundFlips(row=3, call="outlier", judged=67, runs=runs))
    assert "judged 67 changes" in said
    assert said.endswith(ending)
