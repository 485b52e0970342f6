"""Columns that are computed in blocks, each put into its place as soon as it is there.

Joining the blocks at the end would hold all values twice, and one thread alone would copy them.
"""

from collections.abc import Mapping
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray


class WholeColumns:
    """Arrays (n,) by name, whose blocks come from any thread in any order."""

    def __init__(self, length: int) -> None:
        self.columns: dict[str, NDArray[Any]] = {}
        self._length = length
        self._lock = Lock()

    def put(self, block: slice, values: Mapping[str, NDArray[Any]]) -> None:
        """Put a block of each column into its place.

        Raises:
            TypeError: a block has another type of number than the others of its column.
        """
        for name, part in values.items():
            with self._lock:
                if name not in self.columns:
                    self.columns[name] = np.empty(self._length, dtype=part.dtype)
            whole = self.columns[name]
            if part.dtype != whole.dtype:
                raise TypeError(f"{name} has blocks of {whole.dtype} and of {part.dtype}.")
            whole[block] = part
