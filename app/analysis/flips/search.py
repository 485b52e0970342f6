"""Find the smallest changes that flip the call of a row, each tried in a run of the analysis."""

import math

import msgspec

from app.analysis.flips.change import Change
from app.analysis.flips.fitted_table import FittedTable
from app.analysis.flips.judged_row import JudgedRow
from app.analysis.flips.likely_flips import LikelyFlip, likely_flips
from app.analysis.flips.rounding import rounded

# A run of 300 rows takes 0.07 s of a processor, and an answer shall take at most 0.3 s: so many
# runs for the first change that flips the call, and so many in all if one is found.
MOST_RUNS, RUNS_IF_FOUND = 3, 2
# And so many for one kind of change, so that another kind is tried too where all of these fail.
RUNS_OF_A_KIND = 2
# A run of so many rows takes seconds; changes of a larger table are judged by the law alone.
MOST_ROWS_TO_RUN = 5_000


class Flip(msgspec.Struct, frozen=True, kw_only=True):
    """A change that flips the call of a row to ``call``; ``is_tried`` in a run of the analysis."""

    change: Change
    before: float
    call: str
    is_tried: bool


class FoundFlips(msgspec.Struct, kw_only=True):
    """The changes that flip a row whose call is ``call``, the smallest of each kind.

    ``judged`` is how many changes the law has judged, and ``runs`` how many a run has tried.
    """

    row: int
    call: str
    flips: list[Flip] = msgspec.field(default_factory=list)
    judged: int = 0
    runs: int = 0

    @property
    def runs_left(self) -> int:
        """How many changes may still be tried."""
        return max((RUNS_IF_FOUND if self.flips else MOST_RUNS) - self.runs, 0)


def flips_of(table: FittedTable, row: int, at: int) -> FoundFlips:
    """The changes that flip the call of a row, which is at a position of the judged peaks."""
    found = FoundFlips(row=row, call=table.call_of(row))
    judged_row = JudgedRow(table.state, row, at)
    is_tried = table.peaks.height <= MOST_ROWS_TO_RUN
    all_likely, found.judged = likely_flips(judged_row)
    for likely in all_likely:
        changes = [rounded(judged_row, each) for each in likely.changes]
        flip = _tried(table, found, changes) if is_tried else _by_law(found, likely, changes[0])
        if flip is not None:
            change, call = flip
            before = judged_row.number(change.kind)
            found.flips.append(Flip(change=change, before=before, call=call, is_tried=is_tried))
    return found


def _by_law(found: FoundFlips, likely: LikelyFlip, change: Change) -> tuple[Change, str] | None:
    is_flip = math.isfinite(likely.size) and likely.call != found.call
    return (change, likely.call) if is_flip else None


def _tried(
    table: FittedTable, found: FoundFlips, changes: list[Change]
) -> tuple[Change, str] | None:
    """The first of some changes that flips the call in a run, while runs are left."""
    for change in changes[: min(found.runs_left, RUNS_OF_A_KIND)]:
        found.runs += 1
        call = table.call_after(change, found.row)
        if call not in (found.call, None):
            return change, call
    return None
