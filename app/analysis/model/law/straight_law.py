"""The straight law of a retention model, whose coefficients compare groups and ceramides."""

import math
from functools import cached_property
from typing import NamedTuple

import msgspec
import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.peaks.time_curve import TimeCurve
from app.analysis.model.law.bend import Bend
from app.analysis.model.law.design import Levels, at_reference_ceramide, core_of, design
from app.analysis.model.law.retention_law import FIRST_GROUP, GLYCAN, REFERENCE_CARBONS, SHAPE
from app.analysis.model.least_squares.regression import Fit, Priors
from app.analysis.names.species_table import SpeciesColumns, SpeciesTable

# The coefficient of each term of the ceramide and of the glycan; the first one is the constant.
PLACE_OF_TERM = {name: 1 + place for place, name in enumerate((*SHAPE, *GLYCAN))}


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


class StraightLaw(msgspec.Struct, frozen=True, eq=False, dict=True):
    """A fitted retention model without what the gradient bends.

    ``training`` is the table it was fitted to: for each species and isomer the median ``rt_min`` of
    ``rows`` peaks, and the sum of ``squares`` of all its peaks about it, which count for
    ``weight``. ``levels`` are the groups, cores and ceramides it knows, ``centre_min`` is the
    retention time that was subtracted before the fit, and ``own_sd_min`` is the standard deviation
    of a single peak beyond that of such a median. ``prior`` is what a library knew of the law.
    ``bend`` is that of the gradient, whose coefficients stand after those of the straight law. All
    times are straight ones of the ``curve`` of the run, but those of ``predict`` are measured; an
    analysis of straight times has none. ``has_usual_sugars`` tells whether a species elutes
    earlier with more sugars, as on a reversed phase.
    """

    training: SpeciesTable
    levels: Levels
    fit: Fit
    centre_min: float
    own_sd_min: float
    prior: LawPrior | None = None
    bend: Bend | None = None
    curve: TimeCurve | None = None
    has_usual_sugars: bool = True

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

    def straight_mean(self, design: Array) -> Array:
        """The retention times of the law without the bend of the gradient, in minutes."""
        mean: Array = design @ self.coefficients + self.centre_min
        return mean

    @property
    def bends(self) -> Array:
        """The coefficients of the bend; empty without one."""
        return self.fit.coefficients[self._straight :]

    @property
    def coefficients(self) -> Array:
        """The coefficients of the straight law, in the order of the design matrix."""
        return self.fit.coefficients[: self._straight]

    @property
    def covariance(self) -> Array:
        """The covariance of the coefficients of the straight law."""
        return self.fit.covariance[: self._straight, : self._straight]

    @property
    def _straight(self) -> int:
        """The number of coefficients of the straight law."""
        return len(self.fit.coefficients) - (0 if self.bend is None else self.bend.size)

    def shape(self, name: str) -> float:
        """A coefficient of ``SHAPE``, in minutes per unit of its term."""
        return float(self.coefficients[PLACE_OF_TERM[name]])

    def slope(self, group: str) -> float:
        """The slope of a group at 38 carbons and two sialic acids, in minutes per carbon."""
        if group not in self.groups:
            return self.shape("carbons")
        return self.shape("carbons") + float(self.coefficients[self._slope_index(group)])

    def slope_of_equivalent_carbons(self, group: str, sialic: int) -> float:
        """How much steeper a group is than all, in minutes per equivalent carbon."""
        own = self.slope(group) - self.shape("carbons")
        return own + self.shape("equivalent carbons x sialic") * (sialic - 2)

    def curvature(self, group: str) -> float:
        """How much the core of a group bends more than all, in minutes per squared carbon."""
        cores = self.levels.cores
        if core_of(group) not in cores:
            return 0.0
        return float(self.coefficients[cores.index(core_of(group)) - len(cores)])

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
        variance = float(x @ self.covariance @ x)
        return Contrast(float(x @ self.coefficients), math.sqrt(max(variance, 0.0)))

    @cached_property
    def slope_deviations(self) -> tuple[Array, Array]:
        """Each group's deviation from the common slope, and its standard error (min/carbon)."""
        indices = [self._slope_index(group) for group in self.groups]
        return self.coefficients[indices], np.sqrt(np.diag(self.covariance)[indices])

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
        return self.straight_mean(x), x @ self.covariance @ x.T

    @cached_property
    def _slope_design(self) -> Array:
        """What a carbon more adds to the design of each group at 38:1;O2."""
        at = at_reference_ceramide(self.glycans)
        less, more = (
            self.design(at.with_columns(carbons=REFERENCE_CARBONS + step)) for step in (-1, 1)
        )
        per_carbon: Array = (more - less) / 2
        return per_carbon
