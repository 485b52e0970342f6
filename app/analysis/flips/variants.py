"""Judge many changes of one sample at once, by the law that was fitted to the unchanged table.

Each change makes a copy of the sample. The copies are judged together as so many samples, which
takes about as long as one analysis for all of them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.peaks.coelution import CoelutingPairs, IonPairs
from app.analysis.evidence.peaks.peak_arrays import OPTIONAL, PeakArrays
from app.analysis.flips.change import Change
from app.analysis.rules import confidence, in_source_fragments, retention_model
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.calls import CALLS

# What a change leaves as it is.
OF_PEAKS = (
    *("row", "species", "ppm", "mass_fit"),
    *OPTIONAL,
)


def calls_by_law(
    state: AnalysisState, sample: Indices, changes: Sequence[Change], row: int
) -> list[str]:
    """The call of a row after each change, if the law and all other rows stay as they are.

    ``sample`` are the positions of the peaks of its sample. No change leaves out the row itself.
    """
    arrays = _changed(state.arrays, sample, changes)
    judged = retention_model.judged_again(in_source_fragments.paired_again(state, arrays))
    calls = judged.in_blocks(lambda block: {"call": confidence.calls(block)})["call"]
    return [CALLS[call] for call in calls[arrays.row == row]]


def _changed(arrays: PeakArrays, sample: Indices, changes: Sequence[Change]) -> PeakArrays:
    """The peaks of a sample once for each change, as so many samples."""
    taken = np.tile(sample, len(changes))
    copy = np.repeat(np.arange(len(changes)), len(sample))
    row = np.array([one.row for one in changes])[copy]
    kind = np.array([one.kind for one in changes])[copy]
    is_changed = arrays.row[taken] == row
    columns = {
        **{name: column[taken] for name, column in _columns(arrays).items()},
        **_values(arrays, taken, np.array([one.value for one in changes])[copy], kind, is_changed),
        "sample": copy,
    }
    kept = np.flatnonzero(~(is_changed & (kind == "without")))
    return replace(
        arrays,
        **{name: column[kept] for name, column in columns.items()},
        sample_rank=np.arange(len(changes)),
        pairs=CoelutingPairs.none(),
        ions=IonPairs.none(),
    )


def _values(
    arrays: PeakArrays, taken: Indices, value: Array, kind: NDArray[np.str_], is_changed: Mask
) -> dict[str, Any]:
    """Times in minutes, areas and anchors of the peaks ``taken`` (n,), with the changed ones."""
    area, anchor, rt = arrays.area[taken], arrays.anchor[taken], arrays.rt_min[taken]
    area = np.where(is_changed & (kind == "area"), value, area)
    later = np.where(is_changed & (kind == "time"), value - rt, 0.0)
    return {
        "rt_min": rt + later,
        "time_min": arrays.straight(arrays.measured(arrays.time_min[taken]) + later),
        "area": area,
        "log_area": np.log10(area),
        "anchor": np.where(is_changed & (kind == "anchor"), value > 0, anchor),
    }


def _columns(arrays: PeakArrays) -> dict[str, Any]:
    found = {name: getattr(arrays, name) for name in OF_PEAKS}
    return {name: column for name, column in found.items() if column is not None}
