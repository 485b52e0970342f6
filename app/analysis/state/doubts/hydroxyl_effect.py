"""Warn of tables in which a hydroxyl group of the ceramide does not move a peak.

On a reversed phase a ganglioside elutes earlier with a hydroxyl group. Where it does not, the names
count the hydroxyl groups of one ceramide in two ways. On HILIC it may move a peak little, so
nothing is said.
"""

import numpy as np

from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.straight_law import PLACE_OF_TERM
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

NO_EFFECT = "hydroxyls_without_effect"
# The effect of a hydroxyl group is within this of none with two standard errors, in minutes of
# porcine brain. It is -1.2 there and -0.3 in plasma of another laboratory; where half of the names
# have a hydroxyl group too few, at most 0.02.
LEAST_EFFECT_MIN, STANDARD_ERRORS = 0.1, 2.0


def hydroxyl_warning(arrays: PeakArrays, model: RetentionModel) -> DataWarning | None:
    """Why the names may count hydroxyl groups in two ways; None if a hydroxyl group moves peaks."""
    if not model.has_usual_sugars:
        return None
    place = PLACE_OF_TERM["further hydroxyls"]
    effect_min = float(model.coefficients[place])
    error_min = float(np.sqrt(model.covariance[place, place]))
    if abs(effect_min) + STANDARD_ERRORS * error_min >= LEAST_EFFECT_MIN * arrays.time_scale:
        return None
    hydroxyls = arrays.of_species("hydroxyls")
    rarer = hydroxyls != np.bincount(hydroxyls).argmax()
    text = (
        "A hydroxyl group of the ceramide does not move a peak: the law finds "
        f"{effect_min:+.3f} ± {error_min:.3f} min for it. The names seem to count the "
        "hydroxyl groups of one ceramide in two ways, and times do not show which is right. So no "
        "label is confirmed. Write all names in one way."
    )
    return DataWarning(NO_EFFECT, text, tuple(np.sort(arrays.row[rarer])[:SHOWN_ROWS].tolist()))
