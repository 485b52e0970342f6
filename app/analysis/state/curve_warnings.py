"""Warn of a run whose times follow a curve."""

import math

from app.analysis.evidence.peaks.time_curve import TimeCurve
from app.analysis.state.data_warning import DataWarning

CODE = "curved_times"


def curve_warnings(curve: TimeCurve | None) -> list[DataWarning]:
    """Say how far the times of a run were straightened, and what is in straight times."""
    if curve is None:
        return []
    text = (
        f"The late peaks lie about {math.exp(curve.log_rise):.2g} times as far apart as early ones "
        "whose species differ as much, as where the eluent stays the same (isocratic) or hardly "
        "changes. The retention law was fitted to straightened times. Predictions and intervals "
        "are in measured times; the equation, and how far classes lie apart, are in straightened "
        "ones. The run cannot become a retention library."
    )
    return [DataWarning(CODE, text)]
