"""Columns that are computed in blocks, each put into its place as soon as it is there.

Joining the blocks at the end would hold all values twice, and one thread alone would copy them.
"""

from collections.abc import Mapping
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

# So many values are compared at a time: most columns differ among the first.
AT_ONCE = 65_536


class WholeColumns:
    """Arrays (n,) by name, whose blocks come from any thread in any order."""

    def __init__(self, length: int) -> None:
        self._columns: dict[str, NDArray[Any]] = {}
        self._length = length
        self._lock = Lock()

    def put(self, block: slice, values: Mapping[str, NDArray[Any]]) -> None:
        """Put a block of each column into its place.

        Raises:
            TypeError: a block has another type of number than the others of its column.
        """
        for name, part in values.items():
            with self._lock:
                if name not in self._columns:
                    self._columns[name] = np.empty(self._length, dtype=part.dtype)
            whole = self._columns[name]
            if part.dtype != whole.dtype:
                raise TypeError(f"{name} has blocks of {whole.dtype} and of {part.dtype}.")
            whole[block] = part

    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns, once all blocks are in; one of one value alone takes no memory."""
        return {name: _of_one_value(values) for name, values in self._columns.items()}


def _of_one_value(values: NDArray[Any]) -> NDArray[Any]:
    """The same values; read-only and of one element's memory where all are equal."""
    first = values[:1]
    is_nan = first.dtype.kind == "f" and bool(np.isnan(first).all())
    for start in range(0, len(values), AT_ONCE):
        part = values[start : start + AT_ONCE]
        if not (np.isnan(part) if is_nan else part == first).all():
            return values
    return np.broadcast_to(first.copy(), len(values))
