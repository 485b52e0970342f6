"""Rows whose labels the times of a table cannot confirm, and why."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning


class DoubtedRows(NamedTuple):
    """Why some labels may be wrong; ``rows`` are the numbers of their rows, sorted."""

    warning: DataWarning
    rows: NDArray[np.uint32]

    @classmethod
    def of(cls, code: str, text: str, rows: NDArray[np.uint32]) -> Self:
        """The rows with a warning that shows the first of them."""
        return cls(DataWarning(code, text, tuple(rows[:SHOWN_ROWS].tolist())), rows)
