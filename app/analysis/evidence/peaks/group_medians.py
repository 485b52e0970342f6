"""The medians of many groups at once."""

import numpy as np

from app.analysis.evidence.array_types import Array, Indices


def group_medians(group: Indices, values: Array, groups: int) -> tuple[Array, Indices]:
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
