"""The density of fragments without a picked parent is the sum over all parents within reach."""

import numpy as np
import pytest
from msgspec.structs import replace

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.law.design import Levels
from app.analysis.model.parents.possible_parents import REACH_SDS, PossibleParents
from tests.unit.analysis.tables import initial_state

SPECIES, PARENTS, PEAKS = 12, 60, 400


@pytest.mark.parametrize("sd_min", [0.0005, 0.05, 3.0])
def test_density_is_the_sum_over_the_parents_of_each_species(sd_min: float) -> None:
    random = np.random.default_rng(2)
    own, time_min = (
        np.sort(random.integers(0, SPECIES - 1, PARENTS)),
        random.uniform(4, 14, PARENTS),
    )
    parents = PossibleParents(
        species=own,
        prefix=own,
        group=np.zeros(PARENTS, dtype=np.int64),
        groups=("GD1",),
        levels=Levels((), (), ()),
        design=np.zeros((PARENTS, 0)),
        time_min=time_min,
        share=random.uniform(0, 1, PARENTS),
        fragment_share=np.zeros(SPECIES),
        parent=np.zeros(PARENTS, dtype=np.int64),
        parent_of=np.zeros(SPECIES, dtype=np.int64),
        kinds=1,
        ceramides=1,
    )
    # The last species has no parents, and some peaks lie beyond all of them.
    species = random.integers(0, SPECIES, PEAKS)
    times = np.append(random.uniform(0, 30, PEAKS // 2), random.choice(time_min, PEAKS // 2))
    z = (times[:, None] - time_min) / sd_min
    is_near = (species[:, None] == own) & (np.abs(z) <= REACH_SDS)
    densities = np.where(is_near, parents.share * np.exp(-0.5 * z**2), 0.0).sum(axis=1)
    expected = densities / (sd_min * np.sqrt(2 * np.pi))
    found = parents.expected_at(_arrays(times, species), sd_min).by_time(PEAKS)
    assert found == pytest.approx(expected, rel=1e-12)
    assert (found > 0).any()


def _arrays(times: Array, species: Indices) -> PeakArrays:
    """Peaks of one sample with some times and species."""
    arrays = initial_state([("GD1(36:1;O2)", 9.0)] * len(times)).arrays
    return replace(arrays, time_min=times, species=species)
