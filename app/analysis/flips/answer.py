"""Answer what would change the call of a row."""

from app.analysis.flips.fitted_table import FittedTable
from app.analysis.flips.rounding import time_decimals
from app.analysis.flips.said import RowFlip, RowFlips
from app.analysis.flips.search import Flip, flips_of
from app.analysis.flips.sentences import (
    NOT_JUDGED,
    sentence_on,
    sentence_on_hand,
    sentence_on_none,
    sentence_on_other_ion,
)
from app.analysis.overrides.override import Overrides


def answer(table: FittedTable, row: int, overrides: Overrides = ()) -> RowFlips:
    """What would change the call of a row of a table that has the anchors of the overrides."""
    ruled = table.call_of(row)
    by_hand = next((each.call for each in overrides if each.row == row and each.call), None)
    if by_hand and table.is_judged(row):
        return _by_hand(row, by_hand, ruled)
    at = table.place_of(row)
    if at is not None:
        return _judged(table, row, at)
    main = table.main_row_of(row)
    said = NOT_JUDGED if main is None else sentence_on_other_ion(main)
    return RowFlips(row=row, call=ruled, sentence=said, main_row=main)


def _by_hand(row: int, by_hand: str, ruled: str) -> RowFlips:
    said = sentence_on_hand(by_hand, ruled)
    flip = RowFlip(
        kind="override",
        changed_row=row,
        before=None,
        after=None,
        call=ruled,
        is_tried=True,
        sentence=said,
    )
    return RowFlips(row=row, call=by_hand, sentence=said, flips=[flip] if ruled != by_hand else [])


def _judged(table: FittedTable, row: int, at: int) -> RowFlips:
    found = flips_of(table, row, at)
    decimals = time_decimals(table.state.arrays.time_scale)
    flips = [_said(flip, decimals) for flip in found.flips]
    said = flips[0].sentence if flips else sentence_on_none(found)
    return RowFlips(
        row=row,
        call=found.call,
        sentence=said,
        flips=flips,
        judged=found.judged,
        runs=found.runs,
    )


def _said(flip: Flip, decimals: int) -> RowFlip:
    has_number = flip.change.kind != "without"
    return RowFlip(
        kind=flip.change.kind,
        changed_row=flip.change.row,
        before=flip.before if has_number else None,
        after=flip.change.value if has_number else None,
        call=flip.call,
        is_tried=flip.is_tried,
        sentence=sentence_on(flip, decimals),
    )
