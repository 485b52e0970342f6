"""The drift of each sample: how much later or earlier it elutes than the cohort."""

from dataclasses import replace

import numpy as np

from app.analysis.evidence import Evidence, Places
from app.analysis.parallel import in_threads
from app.analysis.regression import Array


def aligned(evidence: Evidence) -> Evidence:
    """The evidence with each sample's drift taken out of ``time_min``.

    A sample's drift is the median over the species it shares with others of how far its largest
    peak lies from the median largest peak of that species. A single sample has none.
    """
    if evidence.samples == 1:
        return evidence
    drift = _drift(evidence)
    return replace(evidence, time_min=evidence.rt_min - drift[evidence.sample])


def _drift(evidence: Evidence) -> Array:
    """The drift of each sample, in minutes."""
    parts = in_threads(lambda block: _largest(evidence.block(block)), evidence.blocks)
    first = [int(evidence.sample[block.start]) for block in evidence.blocks]
    sample = np.concatenate([part[0] + at for part, at in zip(parts, first, strict=True)])
    species, time = (np.concatenate([part[n] for part in parts]) for n in (1, 2))
    usual, count = group_medians(species, time, evidence.names.height)
    is_shared = count[species] > 1
    off = time[is_shared] - usual[species[is_shared]]
    return np.nan_to_num(group_medians(sample[is_shared], off, evidence.samples)[0])


def _largest(evidence: Evidence) -> tuple[Places, Places, Array]:
    """Sample, species and time of the largest peak of each; of two as large the earlier counts."""
    area = np.zeros(evidence.spots)
    np.maximum.at(area, evidence.spot, evidence.area)
    largest = evidence.area == area[evidence.spot]
    time = np.full(evidence.spots, np.inf)
    np.minimum.at(time, evidence.spot[largest], evidence.rt_min[largest])
    spot = np.flatnonzero(time < np.inf)
    return spot // evidence.names.height, spot % evidence.names.height, time[spot]


def group_medians(group: Places, values: Array, groups: int) -> tuple[Array, Places]:
    """The median and the number of the values of each group; NaN for one without any."""
    count = np.bincount(group, minlength=groups)
    if not len(values):
        return np.full(groups, np.nan), count
    low = values.min()
    order = np.argsort(group * (values.max() - low + 1) + (values - low))
    first = np.cumsum(count) - count
    ordered = np.append(values[order], np.nan)
    middle = (ordered[first + (count - 1) // 2] + ordered[first + count // 2]) / 2
    return np.where(count > 0, middle, np.nan), count
