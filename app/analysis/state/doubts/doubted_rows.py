"""Rows whose labels the times of a table cannot confirm, and why."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.analysis.state.data_warning import DataWarning


class DoubtedRows(NamedTuple):
    """Why some labels may be wrong; ``rows`` are the numbers of their rows, sorted."""

    warning: DataWarning
    rows: NDArray[np.uint32]
