"""Names for the numpy arrays that the analysis computes with."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
# Positions in another array or in a table, or counts.
Indices: TypeAlias = NDArray[np.int64]
