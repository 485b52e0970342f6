"""How likely the area of a fragment or other ion is beside that of its parent."""

import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.densities import log_normal, log_normal_if_known
from app.analysis.evidence.explaining.mixture import TRUE_AREA, usual_log_area
from app.analysis.evidence.peaks.coelution import CoelutingPairs, IonPairs
from app.analysis.evidence.peaks.peak_arrays import PeakArrays


def log_ratio_density(
    arrays: PeakArrays, pairs: CoelutingPairs | IonPairs, mean: Array | float, sd: Array | float
) -> Array:
    """The log density (pairs,) of the area of each child, given the usual log ratios.

    A parent without an area has the usual one of species. The area of a child that is not known
    says nothing: its log density is 0, as in every other explanation.
    """
    density = log_normal(pairs.log_ratio, mean, sd)
    unknown = np.flatnonzero(np.isnan(density))
    if len(unknown):
        means, sds = (np.broadcast_to(each, density.shape)[unknown] for each in (mean, sd))
        off = arrays.log_area[pairs.child[unknown]] - usual_log_area(arrays) - TRUE_AREA[0]
        density[unknown] = log_normal_if_known(off, means, np.hypot(sds, TRUE_AREA[1]))
    return density
