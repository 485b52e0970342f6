"""Find the time and the area nearest to that of a row at which the law flips its call."""

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.flips.change import Kind
from app.analysis.flips.judged_row import JudgedRow

# A threshold is searched between the last number that keeps the call and the first that flips it,
# so many times at so many numbers.
SEARCHES, STEPS = 2, 8


class Threshold(msgspec.Struct, frozen=True):
    """Between ``keeps`` and ``flips`` the call flips; both are distances in standard deviations."""

    kind: Kind
    keeps: float
    flips: float

    @property
    def steps(self) -> Array:
        """Numbers between the two, and that which flips."""
        found: Array = np.linspace(self.keeps, self.flips, STEPS + 1)[1:]
        return found


def thresholds(kind: Kind, distances: Array, flips: Mask) -> list[Threshold]:
    """The threshold nearest to 0 on each side, by numbers at some distances of which some flip."""
    found = []
    for side in (-1, 1):
        own = np.flatnonzero(np.sign(distances) == side)
        own = own[np.argsort(np.abs(distances[own]))]
        first = np.flatnonzero(flips[own])
        if len(first):
            keeps = distances[own[first[0] - 1]] if first[0] else 0.0
            found.append(Threshold(kind, float(keeps), float(distances[own[first[0]]])))
    return found


def narrowed(row: JudgedRow, found: list[Threshold], before: str) -> list[Threshold]:
    """The thresholds with numbers nearer to them, all judged together; ``before`` is kept."""
    for _ in range(SEARCHES if found else 0):
        grids = [each.steps for each in found]
        tried = [
            row.change(each.kind, value)
            for each, grid in zip(found, grids, strict=True)
            for value in row.at_sds(each.kind, grid)
        ]
        is_flip = np.array([call != before for call in row.calls_after(tried)])
        parts = is_flip.reshape(len(found), STEPS)
        found = [
            _at_first(each, grid, int(np.argmax(part)))
            for each, grid, part in zip(found, grids, parts, strict=True)
        ]
    return found


def _at_first(threshold: Threshold, grid: Array, first: int) -> Threshold:
    keeps = float(grid[first - 1]) if first else threshold.keeps
    return Threshold(threshold.kind, keeps, float(grid[first]))
