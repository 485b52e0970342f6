"""How much later than usual the species of samples elute, and the parts of a gradient."""

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.peaks.group_medians import group_medians

# Species of a typical sample in a bin, and the fewest of a sample: strays among fewer are not told
# from a drift.
SPECIES_OF_BIN, LEAST_OF_BIN, MOST_BINS = 12, 6, 8


class Offsets(msgspec.Struct, frozen=True, eq=False):
    """How much later than usual species of samples elute, one entry for each, in minutes.

    ``sample`` numbers the ``samples``, and ``usual_min`` is the usual time of the species.
    """

    sample: Indices
    usual_min: Array
    late_min: Array
    samples: int

    def only(self, is_kept: Mask) -> "Offsets":
        """Those of some samples (samples,), which are numbered from 0."""
        of_kept = is_kept[self.sample]
        return Offsets(
            (np.cumsum(is_kept) - 1)[self.sample[of_kept]],
            self.usual_min[of_kept],
            self.late_min[of_kept],
            int(is_kept.sum()),
        )

    def counts(self) -> Indices:
        """How many species each sample shares."""
        return np.bincount(self.sample, minlength=self.samples)

    def levels(self) -> Array:
        """The median of each sample; NaN for one that shares no species."""
        return group_medians(self.sample, self.late_min, self.samples)[0]


class Bins(msgspec.Struct, frozen=True, eq=False):
    """Parts of a gradient with equally many species each.

    ``edges_min`` (bins - 1,) are between them, and ``middle`` (bins,) has the mean usual time of
    their species, as a share of the gradient from ``start_min`` on, which takes ``length_min``.
    """

    edges_min: Array
    middle: Array
    start_min: float
    length_min: float

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.middle)

    def are_filled(self, offsets: Offsets) -> Mask:
        """Which samples (samples,) have species enough for a curve."""
        filled: Mask = offsets.counts() >= LEAST_OF_BIN * self.count
        return filled

    def cells(self, offsets: Offsets) -> Indices:
        """A number for the sample and the bin of each offset."""
        of_bin = np.searchsorted(self.edges_min, offsets.usual_min)
        found: Indices = offsets.sample * self.count + of_bin
        return found


def find_bins(offsets: Offsets) -> Bins | None:
    """The bins of a cohort; None if it has too few species for two."""
    times, typical = np.unique(offsets.usual_min), np.sort(offsets.counts())[offsets.samples // 2]
    count = min(int(typical) // SPECIES_OF_BIN, MOST_BINS)
    if count < 2:
        return None
    last = len(times) * np.arange(1, count) // count
    edges = (times[last] + times[last - 1]) / 2
    number = np.searchsorted(edges, offsets.usual_min)
    means = np.bincount(number, offsets.usual_min) / np.bincount(number)
    length = float(times[-1] - times[0])
    return Bins(edges, (means - times[0]) / length, float(times[0]), length)
