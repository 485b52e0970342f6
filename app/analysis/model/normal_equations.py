"""Solve the normal equations of a regression with priors, in blocks.

The columns of a one-hot pool, such as the ceramides, have no row in common, so their block of the
normal matrix is diagonal. It is eliminated first (the Schur complement; Bates and DebRoy 2004,
J Multivar Anal 91:1, do so for the random effects of a mixed model), and what is left to invert is
a third smaller. A column that no row has keeps its prior and takes no part at all.
"""

from typing import NamedTuple

import numpy as np

from app.analysis.evidence.array_types import Array, Mask


class Solution(NamedTuple):
    """The coefficients (p,) of a regression, their variances (p,), and those of its rows (n,)."""

    coefficients: Array
    variances: Array
    of_rows: Array
    blocks: "_Blocks"

    def covariance(self) -> Array:
        """The covariance of the coefficients, (p, p)."""
        return self.blocks.covariance(self.variances)


class NormalEquations:
    """The normal equations of rows ``x`` (n, p) and ``y`` (n,).

    At most one of the columns ``is_one_hot`` (p,) is not zero in each row.
    """

    def __init__(self, x: Array, y: Array, is_one_hot: Mask) -> None:
        self.y, self.is_met = y, np.any(x != 0, axis=0)
        self.dense = np.flatnonzero(self.is_met & ~is_one_hot)
        self.one_hot = np.flatnonzero(self.is_met & is_one_hot)
        self.x_dense, self.x_one_hot = x[:, self.dense], x[:, self.one_hot]

    def solve(self, precision: Array, mean: Array, sd: Array) -> Solution:
        """Solve for the precision (n,) of each row, and priors of this mean and deviation (p,)."""
        dense, one_hot, root = self.dense, self.one_hot, np.sqrt(precision)
        # In units of the priors' standard deviations no eigenvalue is below one, so none is lost.
        a, h = self.x_dense * sd[dense], self.x_one_hot * sd[one_hot]
        weighted_a, weighted_h = a * root[:, None], h * root[:, None]
        between, diagonal = weighted_a.T @ weighted_h, 1 + (weighted_h**2).sum(axis=0)
        moved = between / diagonal
        left = weighted_a.T @ weighted_a - moved @ between.T
        inverse = np.linalg.inv(left + np.eye(len(dense)))

        weighted_y = root * self.y
        of_dense = weighted_a.T @ weighted_y + mean[dense] / sd[dense]
        of_one_hot = weighted_h.T @ weighted_y + mean[one_hot] / sd[one_hot]
        found = inverse @ (of_dense - moved @ of_one_hot)
        coefficients, variances = mean.copy(), sd**2
        coefficients[dense] = sd[dense] * found
        coefficients[one_hot] = sd[one_hot] * (of_one_hot - between.T @ found) / diagonal

        shared = inverse @ moved
        variances[dense] *= np.diag(inverse)
        variances[one_hot] *= 1 / diagonal + np.einsum("ij,ij->j", moved, shared)
        own = a - h @ moved.T
        of_rows = np.einsum("ij,ij->i", own @ inverse, own) + h**2 @ (1 / diagonal)
        blocks = _Blocks(self, sd, inverse, moved, shared, diagonal)
        return Solution(coefficients, variances, of_rows, blocks)


class _Blocks(NamedTuple):
    """What the covariance is made of, in units of the priors' standard deviations."""

    equations: NormalEquations
    sd: Array
    inverse: Array
    moved: Array
    shared: Array
    diagonal: Array

    def covariance(self, variances: Array) -> Array:
        """The covariance, whose diagonal are these ``variances``."""
        dense, one_hot = self.equations.dense, self.equations.one_hot
        found = np.eye(len(self.sd))
        found[np.ix_(dense, dense)] = self.inverse
        found[np.ix_(dense, one_hot)] = -self.shared
        found[np.ix_(one_hot, dense)] = -self.shared.T
        found[np.ix_(one_hot, one_hot)] = self.moved.T @ self.shared
        found *= self.sd * self.sd[:, None]
        np.fill_diagonal(found, variances)
        return found
