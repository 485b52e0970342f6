"""The isomer that a result names for each species."""

import numpy as np
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.names.isomers import LETTERS
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.calls import AMBIGUOUS, TRUE

UNRESOLVED = {core: f"{'/'.join(letters)} unresolved" for core, letters in LETTERS.items()}


def called_isomers(state: AnalysisState, words: tuple[str | None, ...]) -> NDArray[np.uint16]:
    """The isomer of each species; unresolved if it can be several and no other peak decides.

    Two peaks of a name can be one isomer by one position of its line and another by another one.
    Then the likelier one has the isomer, and that of the other is unresolved.
    """
    species, isomer = state.arrays.species, state["isomer"]
    names, place = state.arrays.species_table, {word: words.index(word) for word in words}
    letter, unresolved = (
        np.array([place[word] for word in column], dtype=np.uint16)[species]
        for column in (names["letter"], map(UNRESOLVED.get, names["core"]))
    )
    is_open = (isomer == 0) | ((state["fitting_isomers"] > 1) & state["is_alone"])
    is_species = (state["call"] == TRUE) | (state["call"] == AMBIGUOUS)
    is_known = ~is_species | (letter > 0)
    found = np.where(is_known, letter, np.where(is_open, unresolved, isomer))
    chosen = np.flatnonzero((state["call"] == TRUE) & (letter == 0) & ~is_open & (found > 0))
    cell = state.arrays.rivals(
        species[chosen] * len(words) + found[chosen], names.height * len(words), chosen
    )
    lesser = chosen[_is_lesser(cell, state["confidence"][chosen])]
    found[lesser] = unresolved[lesser]
    return found.astype(np.uint16)


def _is_lesser(cell: Indices, confidence: Array) -> Mask:
    """Which peaks are less likely than another of their cell; of two equal ones the later."""
    order = np.lexsort((-confidence, cell))
    lesser = np.zeros(len(cell), dtype=np.bool_)
    lesser[order[1:]] = cell[order[1:]] == cell[order[:-1]]
    return lesser
