"""Peaks that are nothing known, but lie near the species of their label.

Isobars, isomers that nobody names and parts of a split peak have the mass of their label and nearly
its time. So an unexplained peak can lie anywhere in the run or near the species of its label, and
each table shows how many do.
"""

import math

import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.densities import log_normal

# Of unexplained peaks, the share that lies near the species of its label before any is looked at,
# and the standard deviation of their distance, in minutes of porcine brain. Both are own choices: a
# low share, so that a table that shows none loses little, and less than half of what a carbon adds.
USUAL_SHARE, NEAR_SD_MIN = 0.02, 0.3
# The rows that the usual share counts for.
PRIOR_ROWS = 40.0
# Steps after which the share hardly changes.
STEPS = 20


def log_nearness(off_min: Array, share: float, window_min: float, time_scale: float) -> Array:
    """The log of how much denser unexplained peaks are than if they lay anywhere in the run.

    ``off_min`` is how far each peak is from the species of its label, and ``window_min`` the length
    of the run, both in minutes; ``share`` is that of the peaks that lie near.
    """
    nearness: Array = np.log1p(share * (_gain(off_min, window_min, time_scale) - 1))
    return nearness


def near_share(off_min: Array, weight: Array, window_min: float, time_scale: float) -> float:
    """The share of unexplained peaks that lie near the species of their label.

    Peaks count with ``weight``, how far each is unexplained. The share is found by expectation
    maximisation (Dempster, Laird and Rubin 1977, J R Stat Soc B 39:1).
    """
    share, rows = USUAL_SHARE, float(weight.sum()) + PRIOR_ROWS
    gain = _gain(off_min, window_min, time_scale)
    for _ in range(STEPS):
        is_near = 1 - (1 - share) * np.exp(-np.log1p(share * (gain - 1)))
        share = (float(weight @ is_near) + PRIOR_ROWS * USUAL_SHARE) / rows
    return share


def _gain(off_min: Array, window_min: float, time_scale: float) -> Array:
    """How much denser peaks near the species of their label are than peaks anywhere in the run."""
    log_density = log_normal(off_min, 0.0, NEAR_SD_MIN * time_scale)
    gain: Array = np.exp(log_density + math.log(window_min))
    return gain
