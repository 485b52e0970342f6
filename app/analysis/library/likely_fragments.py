"""Which peaks may be in-source fragments, by the times that a library predicts for their parents.

The fragments of one class elute together too, at the times of the class that they come from. They
would look like a class that elutes elsewhere on this column.
"""

import numpy as np

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.library.law import RetentionLaw
from app.analysis.library.time_map import TimeMap
from app.analysis.model.fit.training import may_be_part
from app.analysis.model.law.candidates import Candidates
from app.analysis.model.law.design import CERAMIDE_COLUMNS
from app.analysis.model.parents.parents_in_reach import parents_in_reach
from app.analysis.model.parents.possible_parents import OF_GROUP
from app.analysis.names.sugar_losses import lost_sugar_counts

# A peak this near to the time of a species, in minutes of porcine brain, may elute with it: about
# three times the errors of a map and of a class in the library.
REACH_MIN = 0.08


def likely_fragments(
    arrays: PeakArrays, law: RetentionLaw, candidates: Candidates, found: TimeMap
) -> Mask:
    """Which peaks (n,) lie where a heavier species of their ceramide does, not at their own time.

    The species may be picked or not. Anchors are no fragments.
    """
    reach_min = REACH_MIN * arrays.time_scale
    may_be = may_be_part(arrays) | _is_at_parent(arrays, law, candidates, found, reach_min)
    mapped = found(law.predict(candidates.table, candidates.levels))
    place = candidates.place[arrays.species]
    off = np.where(place < 0, np.inf, np.abs(mapped[place] - arrays.time_min[:, None]))
    is_at_own = (off <= reach_min).any(axis=1)
    fragments: Mask = may_be & ~is_at_own & ~arrays.anchor
    return fragments


def _is_at_parent(
    arrays: PeakArrays, law: RetentionLaw, candidates: Candidates, found: TimeMap, reach_min: float
) -> Mask:
    """Which peaks lie where the library has a species that they could be a fragment of."""
    names = arrays.species_table
    _, first = np.unique(candidates.group, return_index=True)
    heavier = candidates.table.rows(first)
    child, parent = np.nonzero(lost_sugar_counts(names, heavier))
    ceramides = {name: names[name][child] for name in CERAMIDE_COLUMNS}
    parents = heavier.select(*OF_GROUP).rows(parent).with_columns(**ceramides)
    expected: Array = found(law.predict(parents, candidates.levels))
    peak, _ = parents_in_reach(child, expected, arrays, reach_min)
    is_at: Mask = np.zeros(len(arrays.row), dtype=np.bool_)
    is_at[peak] = True
    return is_at
