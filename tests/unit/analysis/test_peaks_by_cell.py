"""The peaks of a cell between two times are found as a comparison with each peak finds them."""

import numpy as np

from app.analysis.evidence.peaks.peaks_by_cell import FEW, PeaksByCell

CELLS = 40


def test_lookup_finds_the_peaks_that_a_comparison_with_each_finds() -> None:
    random = np.random.default_rng(1)
    # Some cells are empty, most have few peaks, and one has many. Many times are equal.
    cell = np.sort(np.append(random.integers(0, CELLS - 2, 60), np.full(5 * FEW, CELLS - 1)))
    times = np.round(random.uniform(4, 6, len(cell)), 1)
    peaks = PeaksByCell(cell, times, CELLS)
    asked, low = random.integers(0, CELLS, 500), np.round(random.uniform(3, 7, 500), 1)
    high = low + np.round(random.uniform(0, 1, 500), 1)
    first, last = peaks.between(asked, low - 1e-6, high + 1e-6)
    for n in range(len(asked)):
        is_near = (cell == asked[n]) & (times >= low[n] - 1e-6) & (times <= high[n] + 1e-6)
        assert set(peaks.order[first[n] : last[n]]) == set(np.flatnonzero(is_near))
        assert peaks.is_filled(asked)[n] == np.any(cell == asked[n])
    # Where no peak lies within reach, a cell is passed over unless it has peaks on both sides.
    may, middle = peaks.may_have(asked, low, 0.1), low[:, None]
    before, after = (
        np.any((cell == asked[:, None]) & is_there, axis=1)
        for is_there in (times <= middle + 0.1 + 1e-9, times >= middle - 0.1 - 1e-9)
    )
    assert np.array_equal(may, before & after)
    assert may.any()
    assert not may.all()
    assert np.all(np.diff(times[peaks.order])[np.diff(cell[peaks.order]) == 0] >= 0)
