"""The events of a refit: which rows move, in which order, and what is taken back at the end."""

from pathlib import Path

import msgspec
import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from app.analysis.overrides.override import Override
from app.contract.events import CallsMoved, Event, MovedCalls, Progress
from app.web.streaming.moved_rows import MovedRows
from tests.unit.workers.test_analysis_process import ABOUT
from workers.analysis import refit_moves
from workers.analysis.messages import Done, Request, VersionBefore
from workers.analysis.process import handle
from workers.analysis.refit_moves import MOST_AT_ONCE, MOST_NAMED, RefitMoves, moves_of

# An anchor of the example on which calls of other rows depend.
NO_ANCHOR = Override(row=109, anchor=False, reason="another peak")
BY_HAND = Override(row=2, call="invalid", reason="carry-over")
MANY = 120_000


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Request:
    """The run of the example without overrides, whose result is stored."""
    folder = tmp_path_factory.mktemp("runs")
    table = folder / "peaks.csv"
    example_table().write_csv(table)
    asked = Request(about=ABOUT, table=str(table), settings={}, folder=str(folder / "first"))
    assert isinstance(handle(asked, lambda _: None), Done)
    return asked


def refit_of(first: Request, *overrides: Override, name: str = "second") -> Request:
    before = VersionBefore(job="first", rows=f"{first.folder}/rows.parquet")
    folder = str(Path(first.folder).parent / name)
    return msgspec.structs.replace(first, overrides=overrides, before=before, folder=folder)


def calls_in(folder: str) -> list[str]:
    return pl.read_parquet(f"{folder}/rows.parquet")["call"].to_list()


def test_the_events_add_up_to_what_differs_between_the_results(first: Request) -> None:
    request = refit_of(first, NO_ANCHOR, BY_HAND)
    heard: list[Event] = []
    answer = handle(request, heard.append)
    assert isinstance(answer, Done)
    moved = MovedRows()
    for event in heard:
        if isinstance(event, CallsMoved):
            moved.add(event)
    both = enumerate(zip(calls_in(first.folder), calls_in(request.folder), strict=True), 1)
    expected = [(row, *calls) for row, calls in both if calls[0] != calls[1]]
    assert moved.all() == expected
    assert len(expected) > 2
    assert answer.summary["moved"] == {
        "before": "first",
        "cause": "These 2 overrides",
        "total": len(expected),
    }


def test_a_call_by_hand_is_shown_before_the_table_is_read_and_the_others_before_the_end(
    first: Request,
) -> None:
    heard: list[Event] = []
    handle(refit_of(first, NO_ANCHOR, BY_HAND), heard.append)
    at = [place for place, event in enumerate(heard) if isinstance(event, CallsMoved)]
    steps = [event.current_step if isinstance(event, Progress) else "" for event in heard]
    by_hand, fitted, saved = (heard[place] for place in at)
    assert isinstance(by_hand, CallsMoved)
    assert isinstance(fitted, CallsMoved)
    assert isinstance(saved, CallsMoved)
    assert [change.rows for change in by_hand.changes] == [[2]]
    assert at[0] < steps.index("preprocessing")
    assert at[1] < steps.index("saving") < at[2]
    assert [each.is_provisional for each in (by_hand, fitted, saved)] == [True, True, False]
    assert fitted.total == saved.total == 1 + sum(len(each.rows) for each in fitted.changes)
    assert saved.changes == []


def test_the_rows_do_not_depend_on_what_is_shown(first: Request) -> None:
    shown = refit_of(first, NO_ANCHOR, BY_HAND)
    alone = msgspec.structs.replace(shown, before=None, folder=f"{shown.folder}-alone")
    answers = [handle(each, lambda _: None) for each in (shown, alone)]
    assert all(isinstance(each, Done) for each in answers)
    records = [
        msgspec.json.decode(Path(each.folder, "record.json").read_bytes())["result"]
        for each in (shown, alone)
    ]
    assert records[0] == records[1]
    assert "moved" not in answers[1].summary  # type: ignore[union-attr]


def test_a_refit_whose_version_before_is_gone_has_its_result_all_the_same(first: Request) -> None:
    request = refit_of(first, BY_HAND)
    gone = VersionBefore(job="first", rows=f"{first.folder}/gone.parquet")
    heard: list[Event] = []
    answer = handle(msgspec.structs.replace(request, before=gone), heard.append)
    assert isinstance(answer, Done)
    assert not [event for event in heard if isinstance(event, CallsMoved)]


def moves(earlier: pl.DataFrame, heard: list[Event]) -> RefitMoves:
    request = Request(about=ABOUT, table="", settings={}, folder="", overrides=(NO_ANCHOR,))
    return RefitMoves(request, VersionBefore(job="first", rows=""), earlier, heard.append)


def earlier_rows(calls: list[str]) -> pl.DataFrame:
    rank = [refit_moves.OTHER] * len(calls)
    rows = pl.DataFrame({"call": calls, "is_judged": True, "rank": rank})
    return rows.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))


def test_a_row_that_did_not_move_after_all_is_taken_back() -> None:
    heard: list[Event] = []
    shown = moves(earlier_rows(["true", "true", "outlier"]), heard)
    for calls, is_provisional in (
        (["outlier", "fragment", "outlier"], True),
        (["true", "ambiguous", "true"], False),
    ):
        shown._compare(earlier_rows(calls), is_provisional=is_provisional)
    first, last = heard
    assert isinstance(first, CallsMoved)
    assert isinstance(last, CallsMoved)
    assert (first.total, first.sentence) == (2, "Taking away this anchor moved 2 calls so far.")
    assert (last.total, last.sentence) == (2, "Taking away this anchor moved 2 calls.")
    said = {row: (each.before, each.after) for each in last.changes for row in each.rows}
    assert said == {1: ("true", "true"), 2: ("true", "ambiguous"), 3: ("outlier", "true")}


def test_rows_with_the_override_come_first_and_then_those_of_its_class(first: Request) -> None:
    request = refit_of(first, NO_ANCHOR)
    heard: list[Event] = []
    shown = moves_of(request, heard.append)
    assert isinstance(shown, RefitMoves)
    rows = pl.read_parquet(f"{first.folder}/rows.parquet")
    shown.saved(rows.with_columns(call=pl.lit("ambiguous")))
    (event,) = heard
    assert isinstance(event, CallsMoved)
    same = rows.filter(pl.col("prefix") == rows["prefix"][108], pl.col("call") == "true")
    (by_call,) = (each.rows for each in event.changes if each.before == "true")
    assert by_call[0] == 109
    assert sorted(by_call[: same.height]) == same["row"].to_list()


def test_many_rows_come_in_parts_and_no_more_than_a_stream_can_hold() -> None:
    heard: list[Event] = []
    shown = moves(earlier_rows(["true"] * MANY), heard)
    shown._compare(earlier_rows(["outlier"] * MANY))
    shown._compare(earlier_rows(["true"] + ["outlier"] * (MANY - 1)), is_provisional=False)
    events = [event for event in heard if isinstance(event, CallsMoved)]
    assert max(sum(len(each.rows) for each in event.changes) for event in events) == MOST_AT_ONCE
    assert len(events) < 200
    assert {event.is_provisional for event in events[:-1]} == {True}
    moved = MovedRows()
    for event in events:
        moved.add(event)
    assert (events[-1].total, len(moved.all())) == (MANY - 1, MOST_NAMED)
    assert events[-1].left_out == MANY - 1 - MOST_NAMED
    assert not events[-1].is_provisional


def test_another_attempt_begins_anew() -> None:
    first = CallsMoved(
        before="first",
        attempt=1,
        total=1,
        cause="This anchor",
        sentence="",
        is_provisional=True,
        changes=[MovedCalls(before="true", after="outlier", rows=[7])],
    )
    moved = MovedRows()
    moved.add(first)
    assert moved.all() == [(7, "true", "outlier")]
    moved.add(msgspec.structs.replace(first, attempt=2, total=0, changes=[]))
    assert moved.all() == []
