"""The retention law: how a species' retention time follows from its ceramide and its glycan.

RT = a + b1 c + b2 c^2 + d0 [D=0] + d max(D-1, 0) + w (O-2) + g c (sialic-2), with c = C-38. The
intercept a of a group (prefix and isomer) is what its glycan predicts plus a deviation of its own,
and so is its slope; both deviations are shrunk towards zero as far as the data say.

The priors are those measured on porcine brain at 0.74 min per carbon, wide enough for gradients
from 0.4 to 1.0 min per carbon; see docs/science.md.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.regression import Array, Fit, Priors, fit, quadratic

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
INTERCEPT_SPREAD_MIN = 0.20
SLOPE_SPREAD_MIN = 0.02
NOISE_MIN = 0.04
FLAT_SD_MIN = 1e3
INTERCEPT_POOL, SLOPE_POOL = 0, 1

# The columns of a table of species that the law needs; ``group`` names prefix and isomer.
SPECIES_COLUMNS = (
    *("group", "carbons", "double_bonds", "hydroxyls", "sialic", "neutral_sugars"),
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
class RetentionModel:
    """A fitted retention law. ``training`` is the table it was fitted to, ``rt_min`` in minutes."""

    training: pl.DataFrame
    groups: tuple[str, ...]
    fit: Fit
    centre_min: float

    def predict(self, species: pl.DataFrame) -> pl.DataFrame:
        """Add ``predicted_rt_min`` and ``prediction_sd_min`` to a table of species."""
        mean, sd = self.fit.predict(_design(species, self.groups))
        known = species["group"].is_in(self.groups).to_numpy()
        spread = np.where(known, 0.0, self.fit.pool_sd[INTERCEPT_POOL])
        return species.with_columns(
            predicted_rt_min=pl.Series(mean + self.centre_min),
            prediction_sd_min=pl.Series(np.sqrt(sd**2 + spread**2)),
        )

    def shape(self, name: str) -> float:
        """A coefficient of ``SHAPE``, in minutes per unit of its term."""
        return float(self.fit.coefficients[1 + list(SHAPE).index(name)])

    def slope(self, group: str) -> float:
        """The slope of a group at 38 carbons before its sialic acids count, in min per carbon."""
        own = self.fit.coefficients[
            self._first_group() + len(self.groups) + self.groups.index(group)
        ]
        return self.shape("carbons") + float(own)

    def intercept(self, group: str) -> float:
        """The retention time of a group at 38:1;O2, in minutes."""
        table = self.intercepts().filter(pl.col("group") == group)
        return float(table["intercept_min"][0])

    def glycan_effect(self, name: str) -> tuple[float, float]:
        """A coefficient of ``GLYCAN`` and its standard error, in minutes."""
        place = self._first_group() - len(GLYCAN) + list(GLYCAN).index(name)
        variance = self.fit.covariance[place, place]
        return float(self.fit.coefficients[place]), float(np.sqrt(variance))

    def contrast(self, group: str, other: str) -> Contrast:
        """How much later a group elutes than another at the same ceramide."""
        reference = self._reference()
        x = _design(reference, self.groups)
        names = reference["group"].to_list()
        difference = x[names.index(group)] - x[names.index(other)]
        variance = float(difference @ self.fit.covariance @ difference)
        return Contrast(float(difference @ self.fit.coefficients), float(np.sqrt(variance)))

    def slopes(self) -> pl.DataFrame:
        """Each group's deviation from the common slope, with its standard error (min/carbon)."""
        first = self._first_group() + len(self.groups)
        places = slice(first, first + len(self.groups))
        return pl.DataFrame(
            {
                "group": self.groups,
                "slope_deviation": self.fit.coefficients[places],
                "standard_error": np.sqrt(np.diag(self.fit.covariance)[places]),
            }
        )

    def _reference(self) -> pl.DataFrame:
        """One species of each group, all at 38:1;O2."""
        return self.training.unique("group", maintain_order=True).with_columns(
            carbons=pl.lit(REFERENCE_CARBONS), double_bonds=pl.lit(1), hydroxyls=pl.lit(2)
        )

    def _first_group(self) -> int:
        return 1 + len(SHAPE) + len(GLYCAN)

    def intercepts(self) -> pl.DataFrame:
        """The ceramide-adjusted retention of each group at 38:1;O2, with its standard error."""
        reference = self._reference()
        x = _design(reference, self.groups)
        variance = quadratic(x, self.fit.covariance)
        return reference.with_columns(
            intercept_min=pl.Series(x @ self.fit.coefficients + self.centre_min),
            standard_error_min=pl.Series(np.sqrt(variance)),
        )


def fit_retention(training: pl.DataFrame) -> RetentionModel:
    """Fit the law to species with ``rt_min`` and ``trust`` in (0, 1].

    The groups' deviations are first held small, so that of two anchors that contradict each other
    the one is believed that the glycan predicts.
    """
    groups = tuple(training["group"].unique(maintain_order=True).sort())
    y = training["rt_min"].to_numpy()
    centre = float(np.median(y))
    x, priors = _design(training, groups), _priors(len(groups))
    trust = training["trust"].to_numpy()
    first = fit(x, y - centre, trust, priors, free_pools=False)
    settled = np.clip(first.weights, 1e-3, 1.0)
    return RetentionModel(training, groups, fit(x, y - centre, settled, priors), centre)


def _design(species: pl.DataFrame, groups: tuple[str, ...]) -> Array:
    """One row a species: constant, shape, glycan, then a deviation and a slope for each group."""
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
    member = (species["group"].to_numpy()[:, None] == np.array(groups)[None, :]).astype(float)
    fixed = np.column_stack([np.ones(len(carbons)), *shape, *glycan]).astype(float)
    return np.hstack([fixed, member, member * carbons[:, None]])


def _priors(groups: int) -> Priors:
    fixed = [(0.0, FLAT_SD_MIN), *SHAPE.values(), *GLYCAN.values()]
    pooled = [(0.0, 1.0)] * (2 * groups)
    mean, sd = np.array([*fixed, *pooled]).T
    pool = [-1] * len(fixed) + [INTERCEPT_POOL] * groups + [SLOPE_POOL] * groups
    return Priors(
        mean=mean,
        sd=sd,
        pool=np.array(pool),
        pool_sd=np.array([INTERCEPT_SPREAD_MIN, SLOPE_SPREAD_MIN]),
        noise_sd=NOISE_MIN,
    )


def _column(species: pl.DataFrame, name: str) -> Array:
    return species[name].cast(pl.Float64).to_numpy()
