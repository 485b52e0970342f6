"""The share of a variance that a model explains."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


def explained_share(values: Floats, residual: Floats, weight: Floats) -> float:
    """R² of a model of ``values`` (n,) that leaves ``residual`` (n,), each with its weight (n,).

    It is 0 where all values are one value, because then there is nothing to explain.
    """
    total = float(weight @ np.square(values - weight @ values / weight.sum()))
    smallest = np.square(np.finfo(np.float64).eps * np.abs(values).max()) * weight.sum()
    if total <= smallest:
        return 0.0
    return 1 - float(weight @ np.square(residual)) / total
