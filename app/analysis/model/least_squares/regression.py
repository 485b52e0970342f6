"""Robust linear regression with partial pooling: groups of coefficients share a variance.

Solves min sum w (y - Xb)^2 / s^2 + sum (b - m)^2 / v, where the variances ``v`` of pooled groups
and the noise ``s^2`` are estimated by expectation maximisation (Laird and Ware 1982, Biometrics
38:963) and the weights are those of a Student t error (Lange, Little and Taylor 1989, JASA 84:881).
"""

import math
from collections.abc import Callable
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.model.least_squares.normal_equations import NormalEquations, Solution

# Degrees of freedom of the t error (Lange et al. use 4): tails heavy enough that a wrong anchor
# does not bend the fit.
T_DEGREES = 4.0
# The scale of a t4 fitted to normal errors, divided by their standard deviation: the s that solves
# E[5 z^2 / (4 + z^2 / s^2)] = s^2 for standard normal z, by numerical integration.
T4_SCALE_OF_NORMAL = 0.8310
ITERATIONS = 60
# The iteration ends when no standard deviation changes by more than this fraction.
ROUGHLY, CONVERGED = 0.1, 0.005
# Steps of the pools are longer than those of expectation maximisation, which is slow.
# Overrelaxed by less than 2 it still converges (Salakhutdinov and Roweis 2003, ICML).
STRIDE = 1.8
# How many observations the prior of a pool's variance counts for, and that of the error's.
PRIOR_COUNT, NOISE_PRIOR_COUNT = 4.0, 1.0


class Priors(msgspec.Struct, frozen=True, eq=False):
    """Prior distributions of the coefficients; all arrays have shape (coefficients,).

    ``pool`` is -1 for a coefficient of its own, else the number of the group whose variance it
    shares; ``pool_sd`` gives the prior size of each group's spread, ``noise_sd`` that of the error.
    Each row has coefficients of one of ``row_groups`` (groups, k) alone, by default of the first.
    """

    mean: Array
    sd: Array
    pool: NDArray[np.int64]
    pool_sd: Array
    noise_sd: float
    row_groups: Indices = msgspec.field(default_factory=lambda: np.zeros((1, 1), dtype=np.int64))

    def sd_with(self, pools: Array) -> Array:
        """The standard deviations where those of the groups are ``pools``."""
        return np.where(self.pool >= 0, pools[np.maximum(self.pool, 0)], self.sd)


class Fit(msgspec.Struct, frozen=True, eq=False, dict=True):
    """A fitted regression.

    ``coefficients`` (p,), and what makes their covariance, which not every fit is asked for; of the
    training rows ``weights``, ``residuals``, ``leverage`` and the ``variance`` of their predictions
    (n,); ``noise_sd`` and ``pool_sd`` in the unit of y.
    """

    coefficients: Array
    make_covariance: Callable[[], Array]
    weights: Array
    residuals: Array
    leverage: Array
    variance: Array
    noise_sd: float
    pool_sd: Array

    @cached_property
    def covariance(self) -> Array:
        """The covariance of the coefficients, (p, p)."""
        return self.make_covariance()

    def predict(self, x: Array) -> tuple[Array, Array]:
        """Predictions for rows (n, p) and the standard deviation of a new observation, (n,)."""
        variance = quadratic_form(x, self.covariance)
        return x @ self.coefficients, np.sqrt(self.noise_sd**2 + variance)

    def left_out(self) -> Array:
        """The residual of each training row from a fit without it, (n,)."""
        return self.residuals / np.clip(1 - self.leverage, 1e-6, None)

    def left_out_sd(self) -> Array:
        """The standard deviation of each left-out residual, (n,).

        A row of little weight gained little by the fit, so its left-out prediction is no worse.
        """
        variance = self.variance / np.clip(1 - self.leverage, 1e-6, None)
        return np.sqrt(self.noise_sd**2 + variance)


def fit(
    x: Array,
    y: Array,
    weights: Array,
    priors: Priors,
    *,
    start: Fit | None = None,
    free_pools: bool = True,
    tolerance: float = CONVERGED,
) -> Fit:
    """Fit rows ``x`` (n, p) to ``y`` (n,); ``weights`` (n,) in (0, 1] say how far each is trusted.

    ``start`` is a fit of almost the same rows, whose standard deviations begin the iteration.
    Without ``free_pools`` the spreads of the pools stay at their priors. ``tolerance`` is the
    relative change of a standard deviation at which the iteration ends.
    """
    equations = NormalEquations(x, y, priors.row_groups)
    noise = start.noise_sd * T4_SCALE_OF_NORMAL if start else priors.noise_sd
    pools = start.pool_sd if start and free_pools else priors.pool_sd
    robust = np.ones(len(y))
    for _ in range(ITERATIONS):
        precision = weights * robust / noise**2
        found = equations.solve(precision, priors.mean, priors.sd_with(pools))
        squares, before = (y - x @ found.coefficients) ** 2, (pools, noise)
        robust = (T_DEGREES + 1) / (T_DEGREES + squares / noise**2)
        noise = _noise(squares, found.of_rows, weights * robust, weights, priors.noise_sd)
        pools = _pool_sds(found, priors, equations.is_met) if free_pools else pools
        change = pools / before[0]
        is_settled = abs(noise / before[1] - 1) < tolerance
        if is_settled and np.all(np.abs(change - 1) < tolerance):
            break
        pools = before[0] * change**STRIDE
    w = weights * robust
    found = equations.solve(w / noise**2, priors.mean, priors.sd_with(pools))
    return Fit(
        coefficients=found.coefficients,
        make_covariance=found.covariance,
        weights=w,
        residuals=y - x @ found.coefficients,
        leverage=found.of_rows * w / noise**2,
        variance=found.of_rows,
        noise_sd=noise / T4_SCALE_OF_NORMAL,
        pool_sd=pools,
    )


def quadratic_form(x: Array, matrix: Array) -> Array:
    """The quadratic form x' M x of each row of ``x`` (n, p), as (n,)."""
    form: Array = np.einsum("ij,ij->i", x @ matrix, x)
    return form


def _noise(squares: Array, spread: Array, w: Array, trust: Array, prior: float) -> float:
    total = float((w * (squares + spread)).sum()) + NOISE_PRIOR_COUNT * prior**2
    return math.sqrt(total / (float(trust.sum()) + NOISE_PRIOR_COUNT))


def _pool_sds(found: Solution, priors: Priors, is_met: Mask) -> Array:
    """The spread of each pool, estimated from those of its members that some row has."""
    second_moment = (found.coefficients - priors.mean) ** 2 + found.variances
    # Number 0 gathers the coefficients that are in no pool.
    pool = np.where(is_met, priors.pool + 1, 0)
    total = np.bincount(pool, second_moment, len(priors.pool_sd) + 1)[1:]
    members = np.bincount(pool, minlength=len(priors.pool_sd) + 1)[1:]
    pooled: Array = np.sqrt(
        (total + PRIOR_COUNT * priors.pool_sd**2) / (members + PRIOR_COUNT), dtype=np.float64
    )
    return pooled
