"""The peaks that follow the lines of a table: what the law finds likely, in the fitted samples."""

from collections.abc import Iterable
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from app.analysis.counted import listed
from app.analysis.evidence.array_types import Indices, Mask
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.names.isomers import isomer_words
from app.analysis.state.analysis_state import AnalysisState

# The law finds a label right from this probability on.
LIKELY = 0.5


class LinePeaks(NamedTuple):
    """The peaks ``arrays`` (n,) that the law is fitted to.

    ``group`` (n,) is the line of each, a number into ``names``, and ``is_likely`` (n,) tells those
    that the law finds to be what their label says.
    """

    names: tuple[str, ...]
    arrays: PeakArrays
    group: Indices
    is_likely: Mask

    @classmethod
    def of(cls, state: AnalysisState) -> Self:
        """The peaks of a state whose law is fitted."""
        names = tuple(map(str, state.labels["group"]))
        arrays, at = state.training_arrays, state.training_indices
        if arrays is None:
            arrays, at = state.arrays, np.arange(len(state.arrays.row))
        return cls(names, arrays, state["group"][at], state["p_true"][at] >= LIKELY)

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The prefix of each line."""
        return tuple(name.partition("/")[0] for name in self.names)


def likely_rows(state: AnalysisState, is_line: Mask) -> NDArray[np.uint32]:
    """The numbers of the rows, sorted, of all samples that are likely on some lines (lines,)."""
    rows: NDArray[np.uint32] = state.arrays.row[
        is_line[state["group"]] & (state["p_true"] >= LIKELY)
    ]
    return np.sort(rows)


def lines_in_words(names: Iterable[str]) -> str:
    """Lines as a sentence lists them, such as ``isomer a of GD1 and GM1``."""
    parts = (name.partition("/") for name in names)
    return listed([isomer_words(isomer or None) + prefix for prefix, _, isomer in parts])
