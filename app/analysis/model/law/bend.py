"""The bend of a gradient: what moves all species that elute at one time, whatever their class.

A step or a hold of the gradient, and a run without any, bend the times of all classes alike. The
bend is a cubic B-spline of the time by the straight law, which is the equation without it. How far
it bends from knot to knot is normal, with a spread that the table shows: a penalised spline (Eilers
and Marx 1996, Stat Sci 11:89) as a pool of coefficients (Ruppert, Wand and Carroll 2003,
Semiparametric Regression, 4.9).
"""

from functools import cached_property

import msgspec
import numpy as np
from msgspec.structs import replace

from app.analysis.evidence.array_types import Array
from app.analysis.model.law.spline_basis import SplineBasis
from app.analysis.model.least_squares.regression import Priors

# Knots this far apart, and the prior of how much times bend from one to the next, in minutes of
# porcine brain, as in the map of a library.
KNOTS_APART_MIN, BEND_MIN = 0.9, 0.02
# Times rise with those of the straight law at least by this share, or the spline is no bend.
LEAST_RISE = 0.02
# Times are compared at so many places a knot.
PLACES_OF_KNOT = 8


class Bend(msgspec.Struct, frozen=True, eq=False, dict=True):
    """A spline of the times of a straight law.

    ``coefficients`` (p,) and ``centre_min`` are those of the straight law, and ``basis`` has the
    splines between its least and its greatest time. The coefficients of the bend are its ``size``
    changes of slope at the knots, in minutes.
    """

    coefficients: Array
    centre_min: float
    basis: SplineBasis

    @classmethod
    def of(cls, x: Array, coefficients: Array, centre_min: float, time_scale: float) -> "Bend":
        """A bend along the law with these coefficients (p,), for the species ``x`` (n, p)."""
        times = x @ coefficients + centre_min
        low, high = float(times.min()), float(times.max())
        knots = 4 + int((high - low) / (KNOTS_APART_MIN * time_scale))
        return cls(coefficients, centre_min, SplineBasis(low, high, knots))

    def along(self, coefficients: Array) -> "Bend":
        """The same splines along another straight law; more coefficients (p + size,) may follow."""
        return replace(self, coefficients=coefficients[: len(self.coefficients)])

    @property
    def size(self) -> int:
        """The number of its coefficients."""
        return len(self.basis.differences)

    def columns(self, x: Array) -> Array:
        """The terms of its coefficients for rows of a design, (n, size)."""
        found: Array = self.basis.at(x @ self.coefficients + self.centre_min) @ self._of_bends
        return found

    def rises(self, bends: Array) -> bool:
        """Whether times rise everywhere with those of the straight law."""
        straight, bent = self._places(bends)
        return bool(np.all(np.diff(bent) >= LEAST_RISE * np.diff(straight)))

    def straight(self, times_min: Array, bends: Array) -> Array:
        """The times by the straight law of bent times, in minutes."""
        straight, bent = self._places(bends)
        found: Array = np.interp(times_min, bent, straight)
        return found

    def bent(self, times_min: Array, bends: Array) -> Array:
        """The bent times of times by the straight law, in minutes."""
        found: Array = times_min + self.basis.at(times_min) @ (self._of_bends @ bends)
        return found

    def priors(self, priors: Priors, time_scale: float) -> Priors:
        """The priors of the straight law, and of the bend after them."""
        pool = np.full(self.size, len(priors.pool_sd))
        return replace(
            priors,
            mean=np.append(priors.mean, np.zeros(self.size)),
            sd=np.append(priors.sd, np.ones(self.size)),
            pool=np.append(priors.pool, pool),
            pool_sd=np.append(priors.pool_sd, BEND_MIN * time_scale),
        )

    def _places(self, bends: Array) -> tuple[Array, Array]:
        """Places along the straight law, to a span beyond its ends, and their bent times."""
        low, high = self.basis.low, self.basis.high
        size = 3 * PLACES_OF_KNOT * self.basis.knots + 1
        straight = np.linspace(2 * low - high, 2 * high - low, size)
        return straight, self.bent(straight, bends)

    @cached_property
    def _of_bends(self) -> Array:
        """The coefficients of the splines by the changes of slope, (splines, size)."""
        return np.linalg.pinv(self.basis.differences).astype(np.float64)
