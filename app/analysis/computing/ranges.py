"""The members of ranges of whole numbers, one after another."""

import numpy as np
from numpy.typing import NDArray


def members(
    first: NDArray[np.int64], count: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of ranges from ``first`` on with ``count`` numbers: the range of each number, and itself."""
    owner = np.repeat(np.arange(len(count)), count)
    number = (first - np.cumsum(count) + count)[owner]
    number += np.arange(len(owner))
    return owner, number
