"""Fragments of one parent speak for each other, however many a sample has of them."""

import tracemalloc

import numpy as np
import pytest
from msgspec.structs import replace

from app.analysis.evidence.explaining.mixture import Mixture
from app.analysis.evidence.explaining.siblings import by_siblings
from app.analysis.evidence.explaining.unpicked_parents import UnpickedParents
from app.analysis.evidence.peaks.near_in_cell import near_in_cell
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from tests.unit.analysis.tables import initial_state

COELUTION_SD_MIN = 0.009
MOST_BYTES = 50e6


@pytest.mark.parametrize("most", [1, 50, 10**6])
def test_pairs_lie_in_one_cell_and_near_each_other_and_come_in_parts(most: int) -> None:
    random = np.random.default_rng(1)
    cell, rt_min = random.integers(0, 3, 200), random.uniform(0, 5, 200)
    is_near = np.abs(rt_min[:, None] - rt_min) <= 0.1

    parts = list(near_in_cell(cell, rt_min, 0.1, most))

    pairs = np.concatenate(parts, axis=1)
    near = pairs[:, is_near[*pairs]]
    expected = np.argwhere(is_near & (cell[:, None] == cell))
    assert sorted(near.T.tolist()) == expected.tolist()
    # Those that lie just beyond are few.
    assert pairs.shape[1] <= 1.01 * near.shape[1]
    assert all(len(first) <= most + len(cell) for first, _ in parts)


def test_peaks_at_one_time_are_paired_in_parts() -> None:
    parts = list(near_in_cell(np.zeros(300, dtype=np.int64), np.full(300, 7.5), 0.04, 1000))

    assert sum(len(first) for first, _ in parts) == 300**2
    assert max(len(first) for first, _ in parts) <= 1000 + 300


def test_the_memory_does_not_grow_with_all_pairs_of_many_rows_of_one_parent() -> None:
    arrays, parents = _fragments_of_one_parent(4000)
    mixture, part = Mixture.of(arrays), np.full(4000, 100.0)

    tracemalloc.start()
    density = by_siblings(arrays, mixture, parents, part)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # The 16 million pairs would take 128 MB for each array of them.
    assert most < MOST_BYTES
    assert (density > 0).all()


def _fragments_of_one_parent(size: int) -> tuple[PeakArrays, UnpickedParents]:
    """Peaks of two names within ten minutes of one sample, all of which one parent may explain."""
    names = [f"{('GM1', 'GD3')[number % 2]}(36:1;O2)" for number in range(size)]
    times = np.linspace(5.0, 15.0, size).tolist()
    arrays = initial_state(list(zip(names, times, strict=True))).arrays
    peak = np.arange(size)
    parents = UnpickedParents(
        peak=peak,
        parent=np.zeros_like(peak),
        density=np.ones(size),
        parent_of=np.full(arrays.names.height, -1),
        kinds=1,
        share=np.full(size, 0.1),
    )
    return replace(arrays, coelution_sd_min=COELUTION_SD_MIN), parents
