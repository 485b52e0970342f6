"""The retention law: how a species' retention time follows from its ceramide and its glycan.

RT = a + b1 c + b2 c^2 + d0 [D=0] + d max(D-1, 0) + w (O-2) + g c (sialic-2), with c = C-38. The
intercept a of a group (prefix and isomer) is what its glycan predicts plus a deviation of its core
and isomer, which its modified forms share, plus a deviation of its own; its slope has one too, and
a ceramide deviates from the curve by as much in all groups. All deviations are shrunk towards zero
as far as the data say.

The priors are those measured on porcine brain at 0.74 min per carbon, wide enough for gradients
from 0.4 to 1.0 min per carbon; see docs/science.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.model.regression import ROUGHLY, Array, Fit, Priors, fit

REFERENCE_CARBONS = 38
SHAPE = {
    # name: (prior mean, prior standard deviation), in minutes per unit of the term
    "carbons": (0.70, 0.30),
    "carbons squared": (-0.01, 0.02),
    "no double bond": (0.55, 0.40),
    "further double bonds": (-1.10, 0.60),
    "further hydroxyls": (-1.20, 0.60),
    "carbons x sialic": (0.0, 0.03),
}
GLYCAN = {
    "sialic": (-0.60, 0.40),
    "neutral_sugars": (-0.20, 0.20),
    "oacetyl": (0.06, 0.05),
    "dhex": (-0.07, 0.15),
    "hexnac_added": (-0.09, 0.15),
    "late isomer": (0.45, 0.25),
}
# Prior standard deviations of what cores, groups and ceramides have of their own, and of the error.
CORE_SPREAD_MIN = 0.20
INTERCEPT_SPREAD_MIN = 0.05
SLOPE_SPREAD_MIN = 0.02
CERAMIDE_SPREAD_MIN = 0.02
NOISE_MIN = 0.04
FLAT_SD_MIN = 1e3
# The variance of the median of normal values, times their number and over theirs: pi / 2.
MEDIAN_VARIANCE = np.pi / 2
INTERCEPT_POOL, SLOPE_POOL, CORE_POOL, CERAMIDE_POOL = 0, 1, 2, 3
FIRST_GROUP = 1 + len(SHAPE) + len(GLYCAN)

# The columns of a table of species that the law needs; ``group`` names prefix and isomer.
CERAMIDE_COLUMNS = ("carbons", "double_bonds", "hydroxyls")
SPECIES_COLUMNS = (
    *("group", *CERAMIDE_COLUMNS, "sialic", "neutral_sugars"),
    *("oacetyl", "dhex", "hexnac_added", "late"),
)


class Contrast(NamedTuple):
    """A difference and its standard error, in minutes."""

    difference_min: float
    standard_error_min: float

    @property
    def z(self) -> float:
        """The difference in standard errors."""
        return self.difference_min / max(self.standard_error_min, 1e-9)


@dataclass(frozen=True)
class Levels:
    """The groups, cores and ceramides (as numbers) that a law knows, each sorted."""

    groups: tuple[str, ...]
    cores: tuple[str, ...]
    ceramides: tuple[int, ...]

    @classmethod
    def of(cls, species: pl.DataFrame) -> "Levels":
        """Those of a table of species."""
        ceramides = np.unique(_ceramide(species)).tolist()
        groups = sorted(set(species["group"].to_list()))
        return cls(tuple(groups), tuple(sorted(set(map(core_of, groups)))), tuple(ceramides))

    def members(self, species: pl.DataFrame) -> tuple[Array, Array, Array]:
        """Which group, core and ceramide each row has: one-hot, all zero for one not known."""
        groups = species["group"].to_list()
        cores = {group: core_of(group) for group in set(groups)}
        return (
            _one_hot(groups, self.groups),
            _one_hot([cores[group] for group in groups], self.cores),
            _one_hot(_ceramide(species).tolist(), self.ceramides),
        )


@dataclass(frozen=True)
class RetentionModel:
    """A fitted retention law.

    ``training`` is the table it was fitted to: the median ``rt_min`` of ``rows`` peaks of a
    species, and the ``squares`` of all its peaks about it, which count for ``weight``.
    ``own_sd_min`` is what a single peak strays in addition to such a median.
    """

    training: pl.DataFrame
    levels: Levels
    fit: Fit
    centre_min: float
    own_sd_min: float

    @property
    def peak_sd_min(self) -> float:
        """What single peaks stray about the law, in minutes."""
        return math.hypot(self.fit.noise_sd, self.own_sd_min)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups the law was fitted to, sorted."""
        return tuple(sorted(set(self.training["group"].to_list())))

    def design(self, species: pl.DataFrame) -> Array:
        """The terms of the law for a table of species, (rows, coefficients)."""
        return design(species, self.levels)

    def predict(self, design: Array) -> tuple[Array, Array]:
        """The predicted times of the rows of a design and the SD of a new peak there, in minutes.

        A group or ceramide that is not known adds the spread of its kind.
        """
        mean, sd = self.fit.predict(design)
        unknown = 1 - np.column_stack([design[:, place].sum(axis=1) for place in self._levels()])
        own = unknown @ self.fit.pool_sd[[INTERCEPT_POOL, CORE_POOL, CERAMIDE_POOL]] ** 2
        return mean + self.centre_min, np.sqrt(sd**2 + own + self.own_sd_min**2)

    def mean(self, design: Array) -> Array:
        """The predicted times alone, in minutes."""
        mean: Array = design @ self.fit.coefficients + self.centre_min
        return mean

    def shape(self, name: str) -> float:
        """A coefficient of ``SHAPE``, in minutes per unit of its term."""
        return float(self.fit.coefficients[1 + list(SHAPE).index(name)])

    def slope(self, group: str) -> float:
        """The slope of a group at 38 carbons before its sialic acids count, in min per carbon."""
        if group not in self.groups:
            return self.shape("carbons")
        return self.shape("carbons") + float(self.fit.coefficients[self._slope_place(group)])

    def contrast(self, group: str, other: str) -> Contrast:
        """How much later a group elutes than another at the same ceramide."""
        one, two = self.groups.index(group), self.groups.index(other)
        times, covariance = self._typical_times
        variance = covariance[one, one] + covariance[two, two] - 2 * covariance[one, two]
        return Contrast(float(times[one] - times[two]), math.sqrt(max(variance, 0.0)))

    def slopes(self) -> pl.DataFrame:
        """Each group's deviation from the common slope, with its standard error (min/carbon)."""
        places = [self._slope_place(group) for group in self.groups]
        return pl.DataFrame(
            {
                "group": self.groups,
                "slope_deviation": self.fit.coefficients[places],
                "standard_error": np.sqrt(np.diag(self.fit.covariance)[places]),
            }
        )

    def intercepts(self) -> pl.DataFrame:
        """The ceramide-adjusted retention of each group at 38:1;O2, with its standard error."""
        times, covariance = self._typical_times
        return pl.DataFrame(
            {
                "group": self.groups,
                "intercept_min": times,
                "standard_error_min": np.sqrt(np.diag(covariance)),
            }
        )

    def _slope_place(self, group: str) -> int:
        return FIRST_GROUP + len(self.levels.groups) + self.levels.groups.index(group)

    @cached_property
    def _typical_times(self) -> tuple[Array, Array]:
        """The times of one species of each group, all at 38:1;O2, and their covariance."""
        groups = self.training.unique("group", keep="first", maintain_order=True)
        x = self.design(typical(groups.sort("group")))
        return self.mean(x), x @ self.fit.covariance @ x.T

    def _levels(self) -> tuple[slice, slice, slice]:
        """The columns of a design that say which group, core and ceramide a row has."""
        groups, cores = len(self.levels.groups), len(self.levels.cores)
        first_core = FIRST_GROUP + 2 * groups
        return (
            slice(FIRST_GROUP, FIRST_GROUP + groups),
            slice(first_core, first_core + cores),
            slice(first_core + cores, None),
        )


def typical(species: pl.DataFrame) -> pl.DataFrame:
    """Species with the ceramide 38:1;O2, and none that deviates from the curve."""
    return species.with_columns(
        carbons=pl.lit(REFERENCE_CARBONS),
        double_bonds=pl.lit(1),
        hydroxyls=pl.lit(2),
        is_typical=pl.lit(value=True),
    )


def core_of(group: str) -> str:
    """The core and isomer of a group: GD1/b of GD1+OAc/b."""
    prefix, slash, isomer = group.partition("/")
    return prefix.partition("+")[0] + slash + isomer


def fit_retention(
    training: pl.DataFrame,
    x: Array,
    levels: Levels,
    start: RetentionModel | None = None,
    tolerance: float = ROUGHLY,
) -> RetentionModel:
    """Fit the law to species with ``rt_min`` and ``trust`` in (0, 1]; ``x`` is their design.

    The groups' deviations are first held small, so that of two anchors that contradict each other
    the one is believed that the glycan predicts. ``start`` is an earlier fit of much the same.
    """
    y = training["rt_min"].to_numpy()
    centre = float(np.median(y))
    priors, trust = _priors(levels), training["trust"].to_numpy()
    own_sd = _own_sd(training)
    if start is not None:
        again = fit(x, y - centre, trust, priors, start=start.fit, tolerance=tolerance)
        return RetentionModel(training, levels, again, centre, own_sd)
    first = fit(x, y - centre, trust, priors, free_pools=False, tolerance=tolerance)
    settled = np.clip(first.weights, 1e-3, 1.0)
    second = fit(x, y - centre, settled, priors, tolerance=tolerance)
    return RetentionModel(training, levels, second, centre, own_sd)


def _own_sd(training: pl.DataFrame) -> float:
    """What a single peak strays more than the median of those of its species."""
    is_several = training["rows"].to_numpy() > 1
    if not is_several.any():
        return 0.0
    several = training.filter(is_several)
    rows, weight = several["rows"].cast(pl.Float64).to_numpy(), several["weight"].to_numpy()
    variance = float(several["squares"].sum() / np.sum(np.maximum(weight - 1, 0.1)))
    return float(np.sqrt(variance * np.mean(np.clip(1 - MEDIAN_VARIANCE / rows, 0, 1))))


def design(species: pl.DataFrame, levels: Levels) -> Array:
    """One row a species: constant, shape, glycan, and each group's intercept and slope; ceramides.

    A species ``is_typical`` has no ceramide's deviation.
    """
    carbons = _column(species, "carbons") - REFERENCE_CARBONS
    bonds, sialic = _column(species, "double_bonds"), _column(species, "sialic")
    shape = [
        carbons,
        carbons**2,
        bonds == 0,
        np.maximum(bonds - 1, 0),
        _column(species, "hydroxyls") - 2,
        carbons * (sialic - 2),
    ]
    glycan = [sialic - 2, _column(species, "neutral_sugars") - 3] + [
        _column(species, name) for name in ("oacetyl", "dhex", "hexnac_added", "late")
    ]
    group, core, ceramide = levels.members(species)
    if "is_typical" in species.columns:
        ceramide *= 0.0
    fixed = np.column_stack([np.ones(len(carbons)), *shape, *glycan]).astype(float)
    return np.hstack([fixed, group, group * carbons[:, None], core, ceramide])


def _priors(levels: Levels) -> Priors:
    fixed = [(0.0, FLAT_SD_MIN), *SHAPE.values(), *GLYCAN.values()]
    pool = [-1] * len(fixed)
    pool += [INTERCEPT_POOL] * len(levels.groups) + [SLOPE_POOL] * len(levels.groups)
    pool += [CORE_POOL] * len(levels.cores) + [CERAMIDE_POOL] * len(levels.ceramides)
    mean, sd = np.array([*fixed, *[(0.0, 1.0)] * (len(pool) - len(fixed))]).T
    return Priors(
        mean=mean,
        sd=sd,
        pool=np.array(pool),
        pool_sd=np.array(
            [INTERCEPT_SPREAD_MIN, SLOPE_SPREAD_MIN, CORE_SPREAD_MIN, CERAMIDE_SPREAD_MIN]
        ),
        noise_sd=NOISE_MIN,
    )


def _one_hot(values: Sequence[object], levels: tuple[object, ...]) -> Array:
    places = {level: place for place, level in enumerate(levels)}
    hot = np.zeros((len(values), len(levels) + 1))
    hot[np.arange(len(values)), [places.get(value, -1) for value in values]] = 1.0
    return hot[:, :-1]


def _ceramide(species: pl.DataFrame) -> NDArray[np.int64]:
    """A number for each ceramide: its carbons, and two digits each of double bonds, hydroxyls."""
    carbons, bonds, hydroxyls = (species[name].to_numpy() for name in CERAMIDE_COLUMNS)
    number: NDArray[np.int64] = (carbons.astype(np.int64) * 100 + bonds) * 100 + hydroxyls
    return number


def _column(species: pl.DataFrame, name: str) -> Array:
    return species[name].cast(pl.Float64).to_numpy()
