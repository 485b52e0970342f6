"""Find the smallest changes of each kind that flip the call of a row by the law.

The law and all other rows stay as they are, so that many changes are judged at once. A run of the
analysis decides (app/analysis/flips/search.py).
"""

from typing import NamedTuple

import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.flips.change import Change, Kind
from app.analysis.flips.judged_row import JudgedRow
from app.analysis.flips.numbers_to_try import areas_to_try, times_to_try
from app.analysis.flips.thresholds import Threshold, narrowed, thresholds

# The law follows a row that changes a little. So far beyond the threshold a change is tried, in
# standard deviations: at the first of these, 3 of 4 rows of the example table flip.
MARGINS = (0.25, 0.8)
# The most rows that are left out, one at a time.
MOST_ROWS = 12
# A mark or a row is as large a change as this distance, and larger where the law says no flip.
SIZE_OF_OTHERS = 3.0


class LikelyFlip(NamedTuple):
    """Changes of one kind that may flip a call, those first that are to be tried first.

    ``size`` is in standard deviations, infinite where the law keeps the call and only a run of the
    analysis can tell. ``call`` is the call by the law.
    """

    size: float
    changes: list[Change]
    call: str


def likely_flips(row: JudgedRow) -> tuple[list[LikelyFlip], int]:
    """The likely flips of each kind, the smallest first, and how many changes were judged."""
    state, at = row.state, row.at
    changes = [
        row.change("time", row.number("time")),
        *(row.change("time", each) for each in times_to_try(state, at, row.peers)),
        *(row.change("area", each) for each in areas_to_try(state, at)),
        row.change("anchor", 1 - row.number("anchor")),
        *(Change(kind="without", row=each) for each in _rows_to_leave_out(row)),
    ]
    before, *calls = row.calls_after(changes)
    judged = list(zip(changes[1:], calls, strict=True))
    found = [each for kind in ("time", "area") for each in _found(row, kind, judged, before)]
    numbers = _numbers(row, narrowed(row, found, before), before)
    likely = sorted([*numbers, *_others(judged, before)], key=lambda each: each.size)
    return likely, len(judged)


Judged = list[tuple[Change, str]]


def _found(row: JudgedRow, kind: Kind, judged: Judged, before: str) -> list[Threshold]:
    own = [(change.value, call != before) for change, call in judged if change.kind == kind]
    values, flips = (np.array(each) for each in zip(*own, strict=True)) if own else ((), ())
    return thresholds(kind, row.in_sds(kind, np.asarray(values, dtype=float)), np.asarray(flips))


def _numbers(row: JudgedRow, found: list[Threshold], before: str) -> list[LikelyFlip]:
    """The nearest time and the nearest area, with margins as far as the law flips there too."""
    nearest = {
        each.kind: each for each in sorted(found, key=lambda each: abs(each.flips), reverse=True)
    }
    changes = {kind: _with_margins(row, each) for kind, each in nearest.items()}
    calls = iter(row.calls_after([one for some in changes.values() for one in some]))
    likely = []
    for kind, some in changes.items():
        flips = [(one, call) for one, call in zip(some, calls, strict=False) if call != before]
        if flips:
            ordered = [one for one, _ in (*flips[1:], flips[0])]
            likely.append(LikelyFlip(abs(nearest[kind].flips), ordered, flips[0][1]))
    return likely


def _with_margins(row: JudgedRow, threshold: Threshold) -> list[Change]:
    side, size = np.sign(threshold.flips), abs(threshold.flips)
    distances: Array = side * (size + np.array([0.0, *MARGINS]))
    return [row.change(threshold.kind, each) for each in row.at_sds(threshold.kind, distances)]


def _others(judged: Judged, before: str) -> list[LikelyFlip]:
    """The anchor mark and a row to leave out; what keeps the call by the law comes last.

    A row that is what its label says stays so without its mark and without others, in practice.
    """
    found = []
    kinds = ("without", "anchor") if before == "fragment" else ("anchor", "without")
    for kind in kinds:
        own = [(change, call) for change, call in judged if change.kind == kind]
        flips = [each for each in own if each[1] != before]
        for change, call in flips[:1] or (own[:1] if before != "true" else []):
            found.append(LikelyFlip(SIZE_OF_OTHERS if flips else np.inf, [change], call))
    return found


def _rows_to_leave_out(row: JudgedRow) -> list[int]:
    """Rows that may explain this one or compete with it: parents, rivals, then fragments of it."""
    arrays, at = row.state.arrays, row.at
    peers = row.peers[row.peers != at]
    linked = [
        arrays.pairs.parent[arrays.pairs.child == at],
        arrays.ions.parent[arrays.ions.child == at],
        peers[arrays.species[peers] == arrays.species[at]],
        arrays.pairs.child[arrays.pairs.parent == at],
    ]
    largest = [each[np.argsort(-arrays.area[each], kind="stable")] for each in linked]
    return list(dict.fromkeys(arrays.row[np.concatenate(largest)].tolist()))[:MOST_ROWS]
