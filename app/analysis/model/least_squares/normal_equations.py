"""Solve the normal equations of a regression with priors, in blocks.

The coefficients of one group of rows, such as the intercept and the slope of a glycan, have no row
in common with those of another, so their part of the normal matrix is small blocks on the diagonal.
They are eliminated first (the Schur complement; Bates and DebRoy 2004, J Multivar Anal 91:1, do so
for the random effects of a mixed model), and what is left to invert has half as many columns. A
column that no row has keeps its prior and takes no part at all.
"""

from typing import NamedTuple

import numpy as np

from app.analysis.evidence.array_types import Array, Indices

# The most rows of a matrix that is inverted at once.
INVERTED_AT_ONCE = 50


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

    Of the columns in ``groups`` (groups, k) each row has those of one group alone.
    """

    def __init__(self, x: Array, y: Array, groups: Indices) -> None:
        is_there = x != 0
        self.is_met = is_there.any(axis=0)
        of_rows = is_there[:, groups].any(axis=2).argmax(axis=1)
        # Sorted, the rows of a group are summed as a slice.
        self._order = np.argsort(of_rows, kind="stable")
        x, of_rows = x[self._order], of_rows[self._order]
        is_first = np.ones(len(of_rows), dtype=np.bool_)
        np.not_equal(of_rows[1:], of_rows[:-1], out=is_first[1:])
        self._starts = is_first.nonzero()[0]
        met = groups[of_rows[self._starts]]
        self.grouped, self.shape = met.ravel(), met.shape
        is_dense = self.is_met.copy()
        is_dense[groups] = False
        self.dense = is_dense.nonzero()[0]
        self._unit = np.eye(len(self.dense))
        self._unit_of_group = np.eye(groups.shape[1])
        self._group = np.cumsum(is_first) - 1
        self._x, self._x_grouped, self._y = x[:, self.dense], x[:, self.grouped], y[self._order]
        self._x_own = x[np.arange(len(y))[:, None], groups[of_rows]]

    def solve(self, precision: Array, mean: Array, sd: Array) -> Solution:
        """Solve for the precision (n,) of each row, and priors of this mean and deviation (p,)."""
        dense, grouped, root = self.dense, self.grouped, np.sqrt(precision[self._order])[:, None]
        # In units of the priors' standard deviations no eigenvalue is below one, so none is lost.
        sd_dense, sd_grouped = sd[dense], sd[grouped]
        a, h = self._x * sd_dense, self._x_grouped * sd_grouped
        own = self._x_own * sd_grouped.reshape(self.shape)[self._group]
        weighted_a, weighted_h, weighted_y = a * root, h * root, root[:, 0] * self._y
        of_groups = self._inverse_of_groups(own * root)
        between = weighted_h.T @ weighted_a
        moved = (of_groups @ between.reshape(*self.shape, -1)).reshape(between.shape)
        left = weighted_a.T @ weighted_a - between.T @ moved
        inverse = symmetric_inverse(left + self._unit)

        of_dense = weighted_a.T @ weighted_y + mean[dense] / sd_dense
        of_grouped = weighted_h.T @ weighted_y + mean[grouped] / sd_grouped
        found = inverse @ (of_dense - of_grouped @ moved)
        alone = (of_groups @ of_grouped.reshape(*self.shape, 1)).ravel()
        coefficients, variances = mean.copy(), sd**2
        coefficients[dense] = sd_dense * found
        coefficients[grouped] = sd_grouped * (alone - moved @ found)

        shared = moved @ inverse
        variances[dense] *= inverse.diagonal()
        diagonal = np.diagonal(of_groups, axis1=1, axis2=2).ravel()
        variances[grouped] *= diagonal + np.einsum("ij,ij->i", moved, shared)
        rest, of_rows = a - h @ moved, np.empty(len(a))
        of_rows[self._order] = np.einsum("ij,ij->i", rest @ inverse, rest) + np.einsum(
            "ij,ijk,ik->i", own, of_groups[self._group], own
        )
        blocks = _Blocks(self, sd, inverse, moved, shared, of_groups)
        return Solution(coefficients, variances, of_rows, blocks)

    def _inverse_of_groups(self, own: Array) -> Array:
        """The inverse of the block of each group alone, (groups, k, k)."""
        products = own[:, :, None] * own[:, None, :]
        summed = np.add.reduceat(products, self._starts, axis=0)
        return np.linalg.inv(summed + self._unit_of_group).astype(np.float64)


def symmetric_inverse(matrix: Array) -> Array:
    """The inverse of a symmetric positive definite matrix, by halves.

    Two of half the size and a few products take half as long as ``np.linalg.inv`` for a hundred
    rows, because products use the processor better.
    """
    half = len(matrix) // 2
    if len(matrix) <= INVERTED_AT_ONCE:
        return np.linalg.inv(matrix).astype(np.float64)
    first, between = symmetric_inverse(matrix[:half, :half]), matrix[:half, half:]
    moved = first @ between
    second = symmetric_inverse(matrix[half:, half:] - between.T @ moved)
    shared = moved @ second
    inverse = np.empty_like(matrix)
    inverse[:half, :half] = first + shared @ moved.T
    inverse[:half, half:], inverse[half:, :half] = -shared, -shared.T
    inverse[half:, half:] = second
    return inverse


class _Blocks(NamedTuple):
    """What the covariance is made of, in units of the priors' standard deviations."""

    equations: NormalEquations
    sd: Array
    inverse: Array
    moved: Array
    shared: Array
    of_groups: Array

    def covariance(self, variances: Array) -> Array:
        """The covariance, whose diagonal are these ``variances``."""
        dense, grouped = self.equations.dense, self.equations.grouped
        found = np.eye(len(self.sd))
        found[np.ix_(dense, dense)] = self.inverse
        found[np.ix_(grouped, dense)] = -self.shared
        found[np.ix_(dense, grouped)] = -self.shared.T
        found[np.ix_(grouped, grouped)] = self.moved @ self.shared.T
        columns = grouped.reshape(self.equations.shape)
        found[columns[:, :, None], columns[:, None, :]] += self.of_groups
        found *= self.sd * self.sd[:, None]
        np.fill_diagonal(found, variances)
        return found
