"""Which outliers are other ions of a ganglioside, and of which.

The call stays ``outlier``, because the label is wrong; a fragment is what lost sugars.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Indices, Mask
from app.analysis.evidence.masses.mass_aliases import ION_KINDS
from app.analysis.state.analysis_state import AnalysisState, Verdicts
from app.analysis.state.calls import OUTLIER

# The words of the column ``ion``; the last stands for a peak that is no other ion.
IONS = (*(kind.name for kind in ION_KINDS), None)
NO_ION = len(ION_KINDS)
# The same in a sentence, of the parent itself and of what is left of it without some sugars.
ION_WORDS = (
    *("the sodium adduct of that species", "the sodium adduct of a fragment of that species"),
    *("that species less water", "that species less water and sugars"),
    *("the M+2 isotope of that species", "the M+2 isotope of a fragment of that species"),
    None,
)


def find_ions(state: AnalysisState, call: Verdicts) -> dict[str, NDArray[Any]]:
    """The kind of ion of each peak, the position of its parent or -1, and how the masses agree.

    ``has_lost`` means that the parent lost sugars as well. ``unpicked`` is the parent that was not
    picked, a number into ``PossibleIons.parent_names`` or their count. An outlier is another ion if
    that is likelier than no explanation at all.
    """
    size, most = len(call), state.possible_ions.parents.height if state.possible_ions else 0
    columns = {
        "ion": np.full(size, NO_ION, dtype=np.uint8),
        "has_lost": np.zeros(size, dtype=np.bool_),
        "ion_parent": np.full(size, -1, dtype=np.int64),
        "ion_ppm": np.full(size, np.nan),
        "unpicked": np.full(size, most, dtype=np.uint32),
    }
    picked, unpicked = state["p_ion"], state["p_unpicked_ion"]
    is_ion = (call == OUTLIER) & (picked + unpicked > state["p_other"])
    if is_ion.any():
        _add_picked(state, np.flatnonzero(is_ion & (picked >= unpicked)), columns)
        _add_unpicked(state, np.flatnonzero(is_ion & (picked < unpicked)), columns)
    return columns


def ion_words(ion: NDArray[np.uint8], has_lost: Mask) -> NDArray[np.uint8]:
    """The number of the words of ``ION_WORDS`` for each kind of ion."""
    words: NDArray[np.uint8] = (2 * ion + (has_lost & (ion != NO_ION))).astype(np.uint8)
    return words


def _add_picked(state: AnalysisState, at: Indices, columns: dict[str, NDArray[Any]]) -> None:
    """Fill in the ions at some positions whose parents elute with them."""
    if state.ions is None or not len(at):
        return
    credible = np.clip(1 - state["p_other"] - state["p_ion"] - state["p_unpicked_ion"], 0, 1)
    pair = state.ions.likeliest_pairs(state.arrays, credible)[at]
    found = state.arrays.ions
    columns["ion"][at], columns["ion_parent"][at] = found.kind[pair], found.parent[pair]
    columns["ion_ppm"][at], columns["has_lost"][at] = found.ppm[pair], found.lost[pair] > 0


def _add_unpicked(state: AnalysisState, at: Indices, columns: dict[str, NDArray[Any]]) -> None:
    """Fill in the ions at some positions whose parents were not picked."""
    if state.ions is None or state.possible_ions is None or not len(at):
        return
    found = state.possible_ions
    pair = found.likeliest(state.arrays, at, state.ions.share)
    columns["ion"][at], columns["ion_ppm"][at] = found.kind[pair], found.ppm[pair]
    columns["unpicked"][at] = found.parent[pair]
