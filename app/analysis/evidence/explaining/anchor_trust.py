"""How far the anchor marks of a table are trusted: what they add to the log odds of a label.

Anchors are usually the peaks that a person is sure of. Some lists mark every row, and such a mark
distinguishes nothing. Which habit a table shows is weighed by how many of its rows have the mark.
"""

import math

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.peaks.peak_arrays import PeakArrays

# On porcine brain 30 % of species are anchors, and 47 of 49 anchors were right (docs/science.md).
# Where half of the rows are species, this is the share of anchors among all other peaks.
ANCHORS_OF_TRUE, ANCHOR_IS_RIGHT = 0.30, 0.95
ANCHORS_OF_OTHER = ANCHORS_OF_TRUE * (1 - ANCHOR_IS_RIGHT) / ANCHOR_IS_RIGHT
# The prior counts for so many species, and as many other peaks.
PRIOR_PEAKS = 20.0
# One list in a hundred marks nearly all of its rows: 99 %, as if a hundred rows had been seen. Own
# choice; three rows that are all marked suffice to show this habit, and one of three is no sign.
MARKS_ALL = 0.01
MARKED_BY_HABIT, UNMARKED_BY_HABIT = 99.0, 1.0


def anchor_log_odds(arrays: PeakArrays, p_true: Array | None = None) -> float:
    """The logarithm of how much likelier a species is an anchor than another peak is.

    ``p_true`` (n,) are the probabilities of the labels; without them the usual shares are taken.
    """
    anchors, peaks = float(arrays.count @ arrays.anchor), float(arrays.count.sum())
    habit, share = _marks_all(anchors, peaks - anchors)
    of_true, of_other = (
        (1 - habit) * usual + habit * share for usual in (ANCHORS_OF_TRUE, ANCHORS_OF_OTHER)
    )
    if p_true is None:
        return math.log(of_true / of_other)
    true, other = arrays.count * p_true, arrays.count * (1 - p_true)
    return math.log(
        _share(float(true @ arrays.anchor), float(true.sum()), of_true)
        / _share(float(other @ arrays.anchor), float(other.sum()), of_other)
    )


def _share(anchors: float, peaks: float, usual: float) -> float:
    return (anchors + PRIOR_PEAKS * usual) / (peaks + PRIOR_PEAKS)


def _marks_all(anchors: float, others: float) -> tuple[float, float]:
    """How likely the table marks nearly all of its rows, and the share that it then marks."""
    usual = PRIOR_PEAKS * (ANCHORS_OF_TRUE + ANCHORS_OF_OTHER)
    log_usual = _log_beta_odds(anchors, others, usual, 2 * PRIOR_PEAKS - usual)
    log_all = _log_beta_odds(anchors, others, MARKED_BY_HABIT, UNMARKED_BY_HABIT)
    log_odds = math.log(MARKS_ALL / (1 - MARKS_ALL)) + log_all - log_usual
    share = (anchors + MARKED_BY_HABIT) / (anchors + others + MARKED_BY_HABIT + UNMARKED_BY_HABIT)
    return 1 / (1 + math.exp(min(-log_odds, 700.0))), share


def _log_beta_odds(anchors: float, others: float, marked: float, unmarked: float) -> float:
    """The log probability of the marks where their share has a beta distribution."""
    return _log_beta(marked + anchors, unmarked + others) - _log_beta(marked, unmarked)


def _log_beta(one: float, two: float) -> float:
    return math.lgamma(one) + math.lgamma(two) - math.lgamma(one + two)
