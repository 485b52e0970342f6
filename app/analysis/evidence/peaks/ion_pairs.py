"""Find the peaks whose label has the mass of an ion of a peak that elutes with them."""

import numpy as np

from app.analysis.computing.ranges import members
from app.analysis.evidence.masses.mass_aliases import MassAliases
from app.analysis.evidence.peaks.coelution import IonPairs
from app.analysis.evidence.peaks.peak_arrays import PeakArrays


def find_ion_pairs(arrays: PeakArrays, aliases: MassAliases, gate_min: float) -> IonPairs:
    """All pairs of peaks of one sample within a gate, sorted by child.

    ``aliases`` are pairs of the species of ``arrays``.
    """
    if not len(aliases.child):
        return IonPairs.none()
    species = np.arange(arrays.names.height + 1)
    first = np.searchsorted(aliases.child, species)
    child, alias = members(first[:-1][arrays.species], np.diff(first)[arrays.species])
    peaks = arrays.by_cell
    cell = (arrays.sample * arrays.names.height)[child] + aliases.parent[alias]
    can_be = np.flatnonzero(peaks.may_have(cell, arrays.rt_min[child], gate_min))
    child, alias, cell = child[can_be], alias[can_be], cell[can_be]
    at_min = arrays.rt_min[child]
    low, high = peaks.between(cell, at_min - gate_min, at_min + gate_min)
    pair, place = members(low, high - low)
    child, alias, parent = child[pair], alias[pair], peaks.order[place]
    return IonPairs(
        child=child,
        parent=parent,
        difference_min=arrays.rt_min[child] - arrays.rt_min[parent],
        log_ratio=arrays.log_area[child] - arrays.log_area[parent] - aliases.log_ratio[alias],
        lost=aliases.lost[alias],
        kind=aliases.kind[alias],
        ppm=aliases.ppm[alias],
    )
