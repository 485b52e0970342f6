"""The times and areas of a row at which its call may flip."""

import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.state.analysis_state import AnalysisState

# Distances from the time of the row, in minutes of porcine brain. Windows of fragments are about
# 0.04 min wide and those of labels 0.1 min; farther off, only where something is expected counts.
NEAR_MIN = np.geomspace(0.003, 1.0, 14)
# Factors of the area, as decimal logarithms; areas of species and of noise differ by about one.
LOG_FACTORS = np.geomspace(0.05, 3.0, 12)
# The most peaks of the ceramide whose times are tried: the nearest ones.
MOST_RELATIVES = 20


def times_to_try(state: AnalysisState, at: int, sample: Indices) -> Array:
    """Times in minutes, sorted: near the row, where its label is expected, and where relatives are.

    ``at`` is the position of the row, and ``sample`` those of the peaks of its sample. Relatives
    share its ceramide, so that one may be a fragment of the other.
    """
    arrays = state.arrays
    own = arrays.rt_min[at]
    near = np.concatenate([-NEAR_MIN, NEAR_MIN]) * arrays.time_scale
    ceramide = arrays.of_species("ceramide_code")
    relatives = arrays.rt_min[sample[ceramide[sample] == ceramide[at]]]
    nearest = relatives[np.argsort(np.abs(relatives - own))][:MOST_RELATIVES]
    drift = arrays.drift_min(np.array([at]))
    times = np.concatenate([own + near, _expected_times(state, at) + drift, nearest])
    first, last = arrays.rt_min[sample].min(), arrays.rt_min[sample].max()
    is_of_run = (times > 0) & (times >= first) & (times <= last) & (times != own)
    found: Array = np.unique(times[is_of_run])
    return found


def areas_to_try(state: AnalysisState, at: int) -> Array:
    """Areas within those of the table, sorted; none for a row without an area."""
    own = state.arrays.area[at]
    if np.isnan(own):
        return np.zeros(0)
    areas = own * 10.0 ** np.concatenate([-LOG_FACTORS, LOG_FACTORS])
    areas = np.clip(areas, np.nanmin(state.arrays.area), np.nanmax(state.arrays.area))
    found: Array = np.unique(areas[areas != own])
    return found


def _expected_times(state: AnalysisState, at: int) -> Array:
    """Where a species is expected: by each isomer, and by another position of its line."""
    if state.joint is None:
        return np.zeros(0)
    places = state.joint.candidates.place[state.arrays.species[at]]
    expected = state.arrays.measured(state.joint.predicted[0][places[places >= 0]])
    found: Array = np.append(expected, state["rival_min"][at])
    return found[np.isfinite(found)]
