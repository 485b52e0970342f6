"""Peaks are judged in blocks, whose values come together in any order, and are computed once."""

import numpy as np
import pytest

from app.analysis.computing.whole_columns import WholeColumns
from app.analysis.evidence.peaks.peak_arrays import OF_PEAKS, PeakArrays
from app.analysis.pipeline import run_rules
from app.analysis.state.preparation.prepare import prepare
from tests.simulator import Variation
from tests.unit.analysis.tables import SETTINGS, simulated


@pytest.fixture
def cohort(monkeypatch: pytest.MonkeyPatch) -> PeakArrays:
    """Peaks in several blocks, without pairs."""
    monkeypatch.setattr("app.analysis.evidence.peaks.peak_arrays.BLOCK", 2_000)
    return prepare(simulated(Variation(seed=1, samples=12)), SETTINGS).arrays


def test_blocks_take_their_places_in_any_order() -> None:
    whole = WholeColumns(5)
    whole.put(slice(3, 5), {"number": np.array([3, 4]), "is_odd": np.array([True, False])})
    whole.put(
        slice(0, 3), {"number": np.array([0, 1, 2]), "is_odd": np.array([False, True, False])}
    )
    assert whole.columns()["number"].tolist() == [0, 1, 2, 3, 4]
    assert whole.columns()["is_odd"].tolist() == [False, True, False, True, False]


def test_a_block_of_another_type_is_refused_not_rounded() -> None:
    whole = WholeColumns(2)
    whole.put(slice(0, 1), {"number": np.array([1])})
    with pytest.raises(TypeError, match="number has blocks of int64 and of float64"):
        whole.put(slice(1, 2), {"number": np.array([0.5])})


@pytest.mark.parametrize("value", [0.0, np.nan, 7])
def test_a_column_of_one_value_takes_the_memory_of_one(value: float) -> None:
    whole = WholeColumns(200_000)
    for block in (slice(0, 150_000), slice(150_000, 200_000)):
        whole.put(block, {"same": np.full(block.stop - block.start, value)})
    assert np.array_equal(whole.columns()["same"], np.full(200_000, value), equal_nan=True)
    assert whole.columns()["same"].strides == (0,)


@pytest.mark.parametrize("at", [0, 70_000, 199_999])
def test_a_single_other_value_is_kept(at: int) -> None:
    values = np.full(200_000, np.nan)
    values[at] = 1.0
    whole = WholeColumns(len(values))
    whole.put(slice(0, len(values)), {"nearly": values})
    assert np.array_equal(whole.columns()["nearly"], values, equal_nan=True)


def test_released_peaks_are_the_same_without_what_was_computed_of_them(cohort: PeakArrays) -> None:
    before = cohort.parts[0].by_cell
    released = cohort.released()
    assert released.parts[0].by_cell is not before
    assert np.array_equal(released.parts[0].by_cell.order, before.order)


def test_other_pairs_leave_what_was_computed_of_the_peaks(cohort: PeakArrays) -> None:
    assert len(cohort.parts) > 1
    before = [part.by_cell for part in cohort.parts]
    state = run_rules(simulated(Variation(seed=1, samples=12)), SETTINGS)
    paired = cohort.with_pairs(state.arrays.pairs, state.arrays.ions, 0.01)

    assert all(part.by_cell is found for part, found in zip(paired.parts, before, strict=True))
    assert not np.array_equal(paired.has_parent, cohort.has_parent)
    assert paired.coelution_sd_min == paired.parts[-1].coelution_sd_min == 0.01
    for part, block in zip(paired.parts, paired.blocks, strict=True):
        assert np.array_equal(part.has_parent, paired.has_parent[block])
        for name in ("has_other_mass", "prefix"):
            assert np.array_equal(getattr(part, name), getattr(paired, name)[block])


def test_what_is_kept_needs_no_pairs(cohort: PeakArrays) -> None:
    """Each is the same computed of the new peaks as kept from the old ones."""
    for name in OF_PEAKS:
        assert getattr(cohort, name) is not None
    kept = cohort.with_pairs(cohort.pairs, cohort.ions, 0.01)
    assert all(name in vars(kept) for name in OF_PEAKS)
    assert "has_parent" not in vars(kept)
