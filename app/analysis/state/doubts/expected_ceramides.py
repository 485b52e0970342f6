"""Which ceramides a class of a table can be expected to have, by the other classes."""

from typing import NamedTuple

import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.model.law.design import ceramide_numbers
from app.analysis.state.doubts.line_peaks import LinePeaks

# Classes with fewer ceramides, and fewer classes, say nothing.
LEAST_CERAMIDES, LEAST_CLASSES = 5, 2


class ExpectedCeramides(NamedTuple):
    """How many of some ``classes`` have each of ``ceramides``, which are sorted numbers."""

    ceramides: Indices
    having: Indices
    classes: int

    def share(self, ceramide: Indices) -> Array:
        """The expected share of classes that have some ceramides."""
        place = np.minimum(np.searchsorted(self.ceramides, ceramide), len(self.ceramides) - 1)
        having = np.where(self.ceramides[place] == ceramide, self.having[place], 0)
        share: Array = (having + 0.5) / (self.classes + 1)
        return share


def expected_elsewhere(peaks: LinePeaks, prefix: str) -> ExpectedCeramides | None:
    """The ceramides of the likely peaks of the other prefixes; None if these are too few."""
    arrays = peaks.arrays
    numbers = ceramide_numbers(arrays.species_table)[arrays.species[peaks.is_likely]]
    place = np.unique(peaks.prefixes, return_inverse=True)[1][peaks.group[peaks.is_likely]]
    own = sorted(set(peaks.prefixes)).index(prefix)
    of_class = np.unique(np.column_stack([place, numbers])[place != own], axis=0)
    classes, sizes = np.unique(of_class[:, 0], return_counts=True)
    known = classes[sizes >= LEAST_CERAMIDES]
    if len(known) < LEAST_CLASSES:
        return None
    found = np.unique(of_class[np.isin(of_class[:, 0], known), 1], return_counts=True)
    return ExpectedCeramides(*found, len(known))
