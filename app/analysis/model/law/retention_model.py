"""The fitted retention model: predicts the retention time of a species."""

import math

import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.model.law.retention_law import (
    CERAMIDE_POOL,
    CORE_POOL,
    FIRST_GROUP,
    INTERCEPT_POOL,
)
from app.analysis.model.law.straight_law import StraightLaw


class RetentionModel(StraightLaw, frozen=True, eq=False):
    """A fitted retention model: the straight law and, where the peaks show it, the bend."""

    @property
    def peak_sd_min(self) -> float:
        """The standard deviation of single peaks about the model, in minutes."""
        return math.hypot(self.fit.noise_sd, self.own_sd_min)

    def predict(self, design: Array) -> tuple[Array, Array]:
        """Predict the retention time of each row of a design and the SD of a new peak, in minutes.

        A group, core or ceramide that is not known adds the spread of its kind.
        """
        mean, sd = self.fit.predict(self.terms(design))
        unknown = 1 - np.column_stack([design[:, level].sum(axis=1) for level in self._levels()])
        own = unknown @ self.fit.pool_sd[[INTERCEPT_POOL, CORE_POOL, CERAMIDE_POOL]] ** 2
        mean, sd = mean + self.centre_min, np.sqrt(sd**2 + own + self.own_sd_min**2)
        return (mean, sd) if self.curve is None else self.curve.measured_with_sd(mean, sd)

    def predict_left_out(self) -> tuple[Array, Array]:
        """Predict each training row by a fit without it, as ``predict`` does, in minutes."""
        mean = self.training["rt_min"] - self.fit.left_out()
        return mean, np.hypot(self.fit.left_out_sd(), self.own_sd_min)

    def mean(self, design: Array) -> Array:
        """Predict the retention times alone, in minutes."""
        mean: Array = self.terms(design) @ self.fit.coefficients + self.centre_min
        return mean

    def terms(self, design: Array) -> Array:
        """The terms of all coefficients: the rows of a design, and what the gradient bends."""
        return design if self.bend is None else np.hstack([design, self.bend.columns(design)])

    def straight_times(self, times_min: Array) -> Array:
        """Times by the law without the bend of the gradient, in minutes."""
        return times_min if self.bend is None else self.bend.straight(times_min, self.bends)

    def bent_times(self, times_min: Array) -> Array:
        """Times with the bend of the gradient, by those without it, in minutes."""
        return times_min if self.bend is None else self.bend.bent(times_min, self.bends)

    def _levels(self) -> tuple[slice, slice, slice]:
        """The columns of a design that are one-hot for group, core and ceramide."""
        groups, cores = len(self.levels.groups), len(self.levels.cores)
        first_core = FIRST_GROUP + 2 * groups
        return (
            slice(FIRST_GROUP, FIRST_GROUP + groups),
            slice(first_core, first_core + cores),
            slice(first_core + cores, first_core + cores + len(self.levels.ceramides)),
        )
