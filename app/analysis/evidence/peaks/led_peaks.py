"""Which peaks elute with a peak of their ceramide that has a sugar more.

Such a peak can be a fragment: of the other one, if that has all of its sugars, else both can be
fragments of one parent that was not picked.
"""

from typing import NamedTuple

import numpy as np

from app.analysis.evidence.array_types import Mask
from app.analysis.evidence.peaks.neighbours import neighbours
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.names.species_table import whole_numbers
from app.analysis.names.sugar_losses import LOSABLE_SUGARS

# Peaks elute together within so many standard deviations of fragments about their parents.
TOGETHER_SDS = 2.5


class LedPeaks(NamedTuple):
    """Peaks (n,) that elute with one of their sample and ceramide.

    ``is_led`` tells those beside a peak that has a sugar more. ``lacks_parent`` tells those beside
    a peak that has other sugars, of a class whose parent of both is a class of the table too.
    """

    is_led: Mask
    lacks_parent: Mask


def find_led_peaks(arrays: PeakArrays) -> LedPeaks:
    """The peaks that have fewer or other sugars than a peak that they elute with."""
    sugars = whole_numbers(arrays.species_table, *LOSABLE_SUGARS)
    named = {tuple(each) for each in sugars.tolist()}
    is_led, lacks_parent, is_under = (np.zeros(len(arrays.row), dtype=np.bool_) for _ in range(3))
    family = arrays.cell(arrays.of_species("ceramide_code"), arrays.names.height)
    first, second = neighbours(family, arrays.time_min, TOGETHER_SDS * arrays.coelution_sd_min)
    one, other = sugars[arrays.species[first]], sugars[arrays.species[second]]
    more, fewer = (other > one).any(axis=1), (other < one).any(axis=1)
    is_led[first[more]] = is_led[second[fewer]] = True
    is_under[first[more & ~fewer]] = is_under[second[fewer & ~more]] = True
    of_both = np.maximum(one, other).tolist()
    is_named = np.array([tuple(each) in named for each in of_both], dtype=np.bool_)
    at = more & fewer & is_named
    lacks_parent[first[at]] = lacks_parent[second[at]] = True
    return LedPeaks(is_led, lacks_parent & ~is_under)
