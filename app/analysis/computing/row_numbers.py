"""Number the different rows of some columns."""

import numpy as np
from numpy.typing import NDArray


def row_numbers(columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number (n,) for each different row of ``columns`` (n, k), from 0 on in sorted order."""
    order = np.lexsort(columns.T[::-1])
    in_order = columns[order]
    is_new = np.zeros(len(order), dtype=np.bool_)
    is_new[1:] = (in_order[1:] != in_order[:-1]).any(axis=1)
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = np.cumsum(is_new)
    return numbers
