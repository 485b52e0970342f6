"""How likely a class has a ceramide, by the ceramides of the class and by the other classes.

A logistic regression on the table itself: each pair of a class and a ceramide is picked or not, and
what its neighbours show predicts it. No coefficient comes from another table; its prior is the weak
one of Gelman et al. (2008, Ann Appl Stat 2:1360), normal with 2.5 on standardised inputs.
"""

from functools import cached_property

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array, Indices, Mask

PRIOR_SD, CONSTANT_PRIOR_SD = 2.5, 10.0
# Newton's method ends when no coefficient changes by more; it takes about six steps.
STEPS, CONVERGED = 50, 1e-8
# Ceramides are neighbours with as many hydroxyls, and up to two carbons and one double bond apart.
NEAR_CARBONS, NEAR_BONDS = 2, 1


class FoundCeramides(msgspec.Struct, frozen=True, eq=False, dict=True):
    """Which ceramides were picked in which class.

    ``is_picked`` is (classes, ceramides), where isomers count as classes, and ``ceramides``
    (ceramides, 3) has the carbons, double bonds and hydroxyls.
    """

    is_picked: Mask
    ceramides: Indices

    @cached_property
    def is_near(self) -> Mask:
        """Which ceramides are neighbours, (ceramides, ceramides)."""
        apart = np.abs(self.ceramides[:, None] - self.ceramides)
        near: Mask = (apart <= (NEAR_CARBONS, NEAR_BONDS, 0)).all(axis=2)
        return near & ~np.eye(len(near), dtype=np.bool_)

    @cached_property
    def classes_with(self) -> Indices:
        """In how many other classes the ceramide of each pair was picked."""
        found: Indices = self.is_picked.sum(axis=0) - self.is_picked
        return found

    @cached_property
    def neighbours_with(self) -> Indices:
        """How many neighbours of the ceramide were picked in the class of each pair."""
        found: Indices = self.is_picked.astype(np.int64) @ self.is_near
        return found

    @cached_property
    def probability(self) -> Array:
        """How likely each pair is there, by the pairs like it that were picked."""
        inputs = self._inputs()
        spread = inputs.std(axis=0)
        scaled = (inputs - inputs.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        x = np.column_stack([np.ones(len(scaled)), scaled])
        return _logistic(x, self.is_picked.ravel()).reshape(self.is_picked.shape)

    def _inputs(self) -> Array:
        """The log odds (pairs, 3) of a pair by other classes, by its class, and by neighbours.

        Each leaves out the pair itself.
        """
        classes, ceramides = self.is_picked.shape
        by_ceramide = _share(self.classes_with, classes - 1, 0.5)
        in_class = self.is_picked.sum(axis=1, keepdims=True) - self.is_picked
        by_class = _share(in_class, ceramides - 1, 0.5)
        by_neighbours = _share(self.neighbours_with, self.is_near.sum(axis=0), by_class)
        shares = np.stack([by_ceramide, by_class, by_neighbours], axis=-1).reshape(-1, 3)
        log_odds: Array = np.log(shares) - np.log1p(-shares)
        return log_odds


def _share(found: Indices, of: Indices | int, usual: Array | float) -> Array:
    """The share that was found, as if one more had been seen that is ``usual``."""
    share: Array = (found + usual) / (of + 1)
    return share


def _logistic(x: Array, y: Mask) -> Array:
    """The probabilities of a logistic regression with priors, averaged over its coefficients.

    The average is that of MacKay (1992, Neural Comput 4:720).
    """
    precision = np.full(x.shape[1], PRIOR_SD**-2)
    precision[0] = CONSTANT_PRIOR_SD**-2
    b, curvature = np.zeros(x.shape[1]), np.diag(precision)
    for _ in range(STEPS):
        p = _expit(x @ b)
        curvature = (x.T * (p * (1 - p))) @ x + np.diag(precision)
        step = np.linalg.solve(curvature, x.T @ (y - p) - precision * b)
        b += step
        if np.abs(step).max() < CONVERGED:
            break
    variance = np.einsum("ij,ij->i", x @ np.linalg.inv(curvature), x)
    return _expit(x @ b / np.sqrt(1 + np.pi * variance / 8))


def _expit(log_odds: Array) -> Array:
    probability: Array = 1 / (1 + np.exp(-np.clip(log_odds, -500, 500)))
    return probability
