"""Pairs of things of one cell that lie near each other in time, a limited number at once."""

from collections.abc import Iterator

import numpy as np

from app.analysis.computing.ranges import members
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peaks.peaks_by_cell import PeaksByCell

# So many pairs take a few MB for each array of them.
MOST_PAIRS = 500_000
# The times are compared with a rounding error, so the reach is made longer by this factor.
MARGIN = 1.001


def near_in_cell(
    cell: Indices, rt_min: Array, reach_min: float, most: int = MOST_PAIRS
) -> Iterator[tuple[Indices, Indices]]:
    """Ordered pairs of positions of one cell that lie within a reach, and few that lie just beyond.

    ``cell`` and ``rt_min`` are (n,). The pairs are sorted by their first position and include each
    position with itself. They come in parts of about ``most`` pairs, at most n more.
    """
    if not len(cell):
        return
    cells, number = np.unique(cell, return_inverse=True)
    by_cell, reach_min = PeaksByCell(number, rt_min, len(cells)), reach_min * MARGIN
    low, high = by_cell.between(number, rt_min - reach_min, rt_min + reach_min)
    count = high - low
    before = np.cumsum(count) - count
    starts = np.flatnonzero(np.diff(before // most, prepend=-1)).tolist()
    for start, end in zip(starts, [*starts[1:], len(cell)], strict=True):
        first, place = members(low[start:end], count[start:end])
        yield first + start, by_cell.order[place]
