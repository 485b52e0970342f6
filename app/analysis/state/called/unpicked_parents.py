"""Which species fragments come from whose parent was not picked, where the evidence names one."""

from collections.abc import Mapping

import numpy as np

from app.analysis.evidence.array_types import Indices, Mask
from app.analysis.model.law.design import CERAMIDE_COLUMNS
from app.analysis.model.parents.likeliest_parents import likeliest_parents
from app.analysis.model.parents.possible_parents import PossibleParents
from app.analysis.names.isomers import isomer_words
from app.analysis.names.species_table import SpeciesTable
from app.analysis.state.analysis_state import AnalysisState

# A parent is named if it is three times as likely as all others together.
NAMED_FROM = 0.75


def find_unpicked_parents(state: AnalysisState, is_fragment: Mask, top: Indices) -> Indices:
    """The likely parent of some peaks, a pair of ``PossibleParents``, else -1.

    ``is_fragment`` (n,) are the peaks whose parent was not picked. ``top`` (n,) is the largest
    fragment that such a peak can come from itself, -1 for a peak without one.
    """
    found = np.full(len(top), -1, dtype=np.int64)
    if state.possible_parents is None or state.model is None or not is_fragment.any():
        return found
    at = np.flatnonzero(is_fragment)
    seen = np.where(top[at] >= 0, top[at], at)
    taken_by = state["group"].astype(np.int64), state["p_true"]
    pair, part = likeliest_parents(
        state.possible_parents, state.arrays, seen, state.model.peak_sd_min, taken_by
    )
    found[at] = np.where(part >= NAMED_FROM, pair, -1)
    return found


def with_unpicked_parents(
    state: AnalysisState, isomer_of_group: Mapping[str, str]
) -> AnalysisState:
    """The state with the column ``unpicked_parent`` in words instead of numbers of pairs."""
    found, parents = state["unpicked_parent"], state.possible_parents
    pairs = np.unique(found[found >= 0])
    words: list[str | None] = []
    if parents is not None:
        names = state.arrays.species_table
        words = [_name(parents, names, pair, isomer_of_group) for pair in pairs.tolist()]
    number = np.where(found >= 0, np.searchsorted(pairs, found), len(pairs))
    column = {"unpicked_parent": number.astype(np.uint32)}
    return state.with_peak_columns(column, unpicked_parent=(*words, None))


def _name(
    parents: PossibleParents, names: SpeciesTable, pair: int, isomer_of_group: Mapping[str, str]
) -> str:
    """What a sentence calls the parent of a pair, such as ``isomer a of GD1(38:0;O2)``."""
    group, species = parents.groups[parents.group[pair]], parents.species[pair]
    ceramide = (names[column][species] for column in CERAMIDE_COLUMNS)
    written = group.partition("/")[0] + "({}:{};O{})".format(*ceramide)
    named: str = isomer_words(isomer_of_group.get(group)) + written
    return named
