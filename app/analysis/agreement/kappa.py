"""Cohen's kappa of two readers, with its 95 % interval.

Cohen, Educ Psychol Meas 1960, 20:37. The standard error is the large-sample one of Fleiss, Cohen
and Everitt, Psychol Bull 1969, 72:323 (equation 13), not that under the hypothesis of no agreement.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# The 97.5th percentile of the normal distribution.
Z_95 = 1.959964


class Agreement(NamedTuple):
    """How far two readers agree on ``rows`` rows that both judged.

    ``observed`` is the share of equal judgements. ``kappa`` is unknown without rows, and if both
    readers said the same single word of all. ``low`` and ``high`` are unknown if the readers agree
    on every row: the standard error is then 0, which says nothing about other rows.
    """

    rows: int
    observed: float | None = None
    kappa: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None


def agreement(one: Sequence[str], other: Sequence[str]) -> Agreement:
    """Return the agreement of two readers, whose judgements of the same rows stand in one order."""
    words = sorted({*one, *other})
    table = np.zeros((len(words), len(words)))
    for first, second in zip(one, other, strict=True):
        table[words.index(first), words.index(second)] += 1
    return agreement_of_table(table)


def agreement_of_table(table: NDArray[np.float64]) -> Agreement:
    """Return the agreement of two readers from how often they said each pair of words."""
    rows = int(table.sum())
    if not rows:
        return Agreement(0)
    shares = table / rows
    first, second = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float(np.trace(shares)), float(first @ second)
    if 1 - expected < 1e-12:
        return Agreement(rows, observed)
    kappa = (observed - expected) / (1 - expected)
    error = _standard_error(shares, first, second, kappa, expected)
    if np.array_equal(shares, np.diag(np.diagonal(shares))):
        return Agreement(rows, observed, kappa)
    error /= rows**0.5
    low, high = max(-1.0, kappa - Z_95 * error), min(1.0, kappa + Z_95 * error)
    return Agreement(rows, observed, kappa, error, low, high)


def _standard_error(
    shares: NDArray[np.float64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    kappa: float,
    expected: float,
) -> float:
    """Return the standard error times the square root of the number of rows."""
    diagonal = np.diagonal(shares)
    agreeing = np.sum(diagonal * (1 - (first + second) * (1 - kappa)) ** 2)
    # Both readers' shares of the words that the pair does not name.
    crossed = (second[:, None] + first[None, :]) ** 2
    differing = (1 - kappa) ** 2 * (np.sum(shares * crossed) - np.sum(diagonal * np.diag(crossed)))
    variance = agreeing + differing - (kappa - expected * (1 - kappa)) ** 2
    return float(max(variance, 0.0) ** 0.5 / (1 - expected))
