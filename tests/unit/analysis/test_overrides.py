"""What a person decides against the rules, and what it changes of a result."""

import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from app.analysis.overrides.apply import (
    check_overridden_rows,
    usable_overrides,
    with_anchors,
    with_calls,
)
from app.analysis.overrides.override import (
    Override,
    OverrideError,
    join_overrides,
    split_overrides,
    validate_overrides,
)
from app.analysis.pipeline import analyze
from app.analysis.reporting.result import ROW_SCHEMA
from tests.unit.analysis.tables import SETTINGS, peaks

TABLE = example_table()
PEAKS = peaks(
    list(TABLE.select("Name", "RT").iter_rows()),
    peak_area=TABLE["Volume"],
    anchor=TABLE["Anchor"] == "T",
)
ROWS = analyze(PEAKS, SETTINGS).rows


def first(call: str, *, with_parent: bool = False) -> dict[str, object]:
    rows = ROWS.filter(pl.col("call") == call)
    return (rows.drop_nulls("parent_row") if with_parent else rows).row(0, named=True)


def test_a_call_by_hand_has_rule_0_and_the_reason_and_leaves_all_other_rows() -> None:
    row = int(str(first("outlier")["row"]))
    after = with_calls(ROWS, [Override(row=row, call="true", reason=" Seen in MS/MS. ")])
    changed = after.filter(pl.col("row") == row).row(0, named=True)
    assert (changed["call"], changed["rule"], changed["reason"]) == ("true", 0, "Seen in MS/MS.")
    assert changed["confidence"] == ROWS["confidence"][row - 1]
    assert after.schema == pl.Schema(ROW_SCHEMA)
    others = pl.col("row") != row
    assert (
        after.filter(others)
        .drop("consolidated_volume")
        .equals(ROWS.filter(others).drop("consolidated_volume"))
    )


def test_a_fragment_that_is_called_true_no_longer_counts_for_its_parent() -> None:
    fragment = first("fragment", with_parent=True)
    row, parent = int(str(fragment["row"])), int(str(fragment["parent_row"]))
    after = with_calls(ROWS, [Override(row=row, call="true", reason="x")])
    own, of_parent = after.row(row - 1, named=True), after.row(parent - 1, named=True)
    assert (own["parent_row"], own["consolidated_volume"]) == (None, own["peak_area"])
    before = ROWS.row(parent - 1, named=True)["consolidated_volume"]
    assert of_parent["consolidated_volume"] == pytest.approx(before - own["peak_area"])
    untouched = ~pl.col("row").is_in([row, parent])
    pairs = (
        after.filter(untouched)["consolidated_volume"]
        - ROWS.filter(untouched)["consolidated_volume"]
    )
    assert pairs.abs().max() == pytest.approx(0, abs=1e-3)


def test_an_anchor_is_changed_before_the_models_are_fitted() -> None:
    anchors = PEAKS.filter("anchor")["row"].to_list()
    removed = [Override(row=row, anchor=False, reason="co-elutes") for row in anchors[:3]]
    added = [Override(row=int(str(first("true")["row"])), anchor=True, reason="standard")]
    after = with_anchors(PEAKS, [*removed, *added])
    assert set(anchors) - set(after.filter("anchor")["row"]) == set(anchors[:3]) - {added[0].row}
    assert after["anchor"][added[0].row - 1] is True
    assert after.drop("anchor").equals(PEAKS.drop("anchor"))
    refitted = analyze(after, SETTINGS)
    assert refitted.rows["anchor"].equals(after["anchor"])
    assert not refitted.rows["predicted_rt_min"].equals(ROWS["predicted_rt_min"])


def test_without_overrides_nothing_changes() -> None:
    assert with_calls(ROWS, []).equals(ROWS)
    assert with_anchors(PEAKS, []).equals(PEAKS)
    only_anchor = [Override(row=1, anchor=True, reason="x")]
    assert with_calls(ROWS, only_anchor).equals(ROWS)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"row": 0, "call": "true", "reason": "x"}, "rows count from 1"),
        ({"row": 2, "call": "true", "reason": "  "}, "Say why row 2"),
        ({"row": 2, "call": "true", "reason": "x" * 501}, "longer than 500"),
        ({"row": 2, "call": "true", "reason": "a\0b"}, "control character"),
        ({"row": 2, "call": "true", "reason": "a\nb"}, "write it on one line"),
        ({"row": 2, "reason": "x"}, "Choose another call or anchor for row 2"),
        ({"row": 2, "call": "maybe", "reason": "x"}, "There is no call maybe"),
    ],
)
def test_an_incomplete_override_is_refused(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(OverrideError, match=sentence):
        Override(**values)  # type: ignore[arg-type]


def test_a_row_is_overridden_once_and_must_exist_and_be_usable() -> None:
    one, other = (Override(row=2, call=call, reason="x") for call in ("true", "outlier"))
    with pytest.raises(OverrideError, match="Row 2 is overridden twice"):
        validate_overrides([one, other])
    with pytest.raises(OverrideError, match=f"There is no row {ROWS.height + 1}"):
        check_overridden_rows(ROWS, [Override(row=ROWS.height + 1, call="true", reason="x")])
    rows = analyze(peaks([("GM1(36:1;O2)", 10.0), ("cholesterol", 3.0)]), SETTINGS).rows
    check_overridden_rows(rows, [Override(row=1, call="outlier", reason="x")])
    with pytest.raises(OverrideError, match=r"Row 2 cannot be used.*cholesterol"):
        check_overridden_rows(rows, [Override(row=2, anchor=True, reason="x")])


def test_a_row_that_is_not_judged_keeps_its_call_whatever_its_override_says() -> None:
    table = [("GM1(36:1;O2)", 10.0), ("GM3 (d18:1/18:0)-d5", 10.6), ("cholesterol", 3.0)]
    rows = analyze(peaks(table), SETTINGS).rows
    one, two, three = (Override(row=row, call="outlier", reason="x") for row in (1, 2, 3))
    assert usable_overrides(rows, [one, two, three]) == [one]
    with pytest.raises(OverrideError, match="There is no row 4"):
        usable_overrides(rows, [Override(row=4, call="true", reason="x")])
    with pytest.raises(OverrideError, match=r"Row 2 cannot be used.*standard"):
        check_overridden_rows(rows, [two])


def test_overrides_are_stored_beside_the_settings() -> None:
    overrides = validate_overrides(
        [Override(row=3, call="true", reason="b"), Override(row=1, anchor=False, reason="a")]
    )
    stored = join_overrides({"r2_threshold": 0.8}, overrides)
    assert [each["row"] for each in stored["overrides"]] == [1, 3]
    assert split_overrides(stored) == ({"r2_threshold": 0.8}, overrides)
    assert split_overrides(join_overrides({"r2_threshold": 0.8}, ())) == ({"r2_threshold": 0.8}, ())
