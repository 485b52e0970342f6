"""The fitted retention model: predicts the retention time of a species and compares groups."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array
from app.analysis.model.design import Levels, at_reference_ceramide, core_of, design
from app.analysis.model.regression import Fit, Priors
from app.analysis.model.retention_law import (
    CERAMIDE_POOL,
    CORE_POOL,
    FIRST_GROUP,
    INTERCEPT_POOL,
    REFERENCE_CARBONS,
    SHAPE,
)
from app.analysis.names.species_table import SpeciesColumns, SpeciesTable

# The coefficient of each term of ``SHAPE``; the first one is the constant.
PLACE_OF_SHAPE = {name: 1 + place for place, name in enumerate(SHAPE)}


class Contrast(NamedTuple):
    """A difference and its standard error, in minutes."""

    difference_min: float
    standard_error_min: float

    @property
    def z(self) -> float:
        """The difference in standard errors."""
        return self.difference_min / max(self.standard_error_min, 1e-9)

    @property
    def side(self) -> str:
        """Whether the first of two elutes before or after the other."""
        return "before" if self.difference_min < 0 else "after"


class LawPrior(NamedTuple):
    """What is known before any peak is looked at: the coefficients, in minutes from a centre on."""

    priors: Priors
    centre_min: float


@dataclass(frozen=True, eq=False, repr=False)
class RetentionModel:
    """A fitted retention model.

    ``training`` is the table it was fitted to: for each species and isomer the median ``rt_min`` of
    ``rows`` peaks, and the sum of ``squares`` of all its peaks about it, which count for
    ``weight``. ``levels`` are the groups, cores and ceramides it knows, ``centre_min`` is the
    retention time that was subtracted before the fit, and ``own_sd_min`` is the standard deviation
    of a single peak beyond that of such a median. ``prior`` is what a library knew of the law.
    """

    training: SpeciesTable
    levels: Levels
    fit: Fit
    centre_min: float
    own_sd_min: float
    prior: LawPrior | None = None

    @property
    def peak_sd_min(self) -> float:
        """The standard deviation of single peaks about the model, in minutes."""
        return math.hypot(self.fit.noise_sd, self.own_sd_min)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups the model was fitted to, sorted."""
        return tuple(sorted(set(self.training["group"])))

    @cached_property
    def glycans(self) -> SpeciesTable:
        """The first training row of each group, sorted by group."""
        first: dict[str, int] = {}
        for place, group in enumerate(self.training["group"]):
            first.setdefault(group, place)
        return self.training.rows([first[group] for group in self.groups])

    def design(self, species: SpeciesColumns) -> Array:
        """The design matrix of a table of species, (rows, coefficients)."""
        return design(species, self.levels)

    def predict(self, design: Array) -> tuple[Array, Array]:
        """Predict the retention time of each row of a design and the SD of a new peak, in minutes.

        A group, core or ceramide that is not known adds the spread of its kind.
        """
        mean, sd = self.fit.predict(design)
        unknown = 1 - np.column_stack([design[:, level].sum(axis=1) for level in self._levels()])
        own = unknown @ self.fit.pool_sd[[INTERCEPT_POOL, CORE_POOL, CERAMIDE_POOL]] ** 2
        return mean + self.centre_min, np.sqrt(sd**2 + own + self.own_sd_min**2)

    def predict_left_out(self) -> tuple[Array, Array]:
        """Predict each training row by a fit without it, as ``predict`` does, in minutes."""
        mean = self.training["rt_min"] - self.fit.left_out()
        return mean, np.hypot(self.fit.left_out_sd(), self.own_sd_min)

    def mean(self, design: Array) -> Array:
        """Predict the retention times alone, in minutes."""
        mean: Array = design @ self.fit.coefficients + self.centre_min
        return mean

    def shape(self, name: str) -> float:
        """A coefficient of ``SHAPE``, in minutes per unit of its term."""
        return float(self.fit.coefficients[PLACE_OF_SHAPE[name]])

    def slope(self, group: str) -> float:
        """The slope of a group at 38 carbons and two sialic acids, in minutes per carbon."""
        if group not in self.groups:
            return self.shape("carbons")
        return self.shape("carbons") + float(self.fit.coefficients[self._slope_index(group)])

    def slope_of_equivalent_carbons(self, group: str, sialic: int) -> float:
        """How much steeper a group is than all, in minutes per equivalent carbon."""
        own = self.slope(group) - self.shape("carbons")
        return own + self.shape("equivalent carbons x sialic") * (sialic - 2)

    def curvature(self, group: str) -> float:
        """How much the core of a group bends more than all, in minutes per squared carbon."""
        cores = self.levels.cores
        if core_of(group) not in cores:
            return 0.0
        return float(self.fit.coefficients[cores.index(core_of(group)) - len(cores)])

    def contrast(self, group: str, other: str) -> Contrast:
        """How much later a group elutes than another with the same ceramide."""
        one, two = self.groups.index(group), self.groups.index(other)
        times, covariance = self.reference_times
        variance = covariance[one, one] + covariance[two, two] - 2 * covariance[one, two]
        return Contrast(float(times[one] - times[two]), math.sqrt(max(variance, 0.0)))

    def slope_contrast(self, group: str, other: str) -> Contrast:
        """How much steeper a group is than another at 38 carbons, in minutes per carbon."""
        one, two = self.groups.index(group), self.groups.index(other)
        x = self._slope_design[one] - self._slope_design[two]
        variance = float(x @ self.fit.covariance @ x)
        return Contrast(float(x @ self.fit.coefficients), math.sqrt(max(variance, 0.0)))

    def slopes(self) -> pl.DataFrame:
        """Each group's deviation from the common slope, with its standard error (min/carbon)."""
        indices = [self._slope_index(group) for group in self.groups]
        return pl.DataFrame(
            {
                "group": self.groups,
                "slope_deviation": self.fit.coefficients[indices],
                "standard_error": np.sqrt(np.diag(self.fit.covariance)[indices]),
            }
        )

    def intercepts(self) -> pl.DataFrame:
        """The ceramide-adjusted retention of each group at 38:1;O2, with its standard error."""
        times, covariance = self.reference_times
        return pl.DataFrame(
            {
                "group": self.groups,
                "intercept_min": times,
                "standard_error_min": np.sqrt(np.diag(covariance)),
            }
        )

    def _slope_index(self, group: str) -> int:
        return FIRST_GROUP + len(self.levels.groups) + self.levels.groups.index(group)

    @cached_property
    def reference_times(self) -> tuple[Array, Array]:
        """The predicted times of all groups at 38:1;O2 and their covariance, in minutes."""
        x = self.design(at_reference_ceramide(self.glycans))
        return self.mean(x), x @ self.fit.covariance @ x.T

    @cached_property
    def _slope_design(self) -> Array:
        """What a carbon more adds to the design of each group at 38:1;O2."""
        at = at_reference_ceramide(self.glycans)
        less, more = (
            self.design(at.with_columns(carbons=REFERENCE_CARBONS + step)) for step in (-1, 1)
        )
        per_carbon: Array = (more - less) / 2
        return per_carbon

    def _levels(self) -> tuple[slice, slice, slice]:
        """The columns of a design that are one-hot for group, core and ceramide."""
        groups, cores = len(self.levels.groups), len(self.levels.cores)
        first_core = FIRST_GROUP + 2 * groups
        return (
            slice(FIRST_GROUP, FIRST_GROUP + groups),
            slice(first_core, first_core + cores),
            slice(first_core + cores, first_core + cores + len(self.levels.ceramides)),
        )
