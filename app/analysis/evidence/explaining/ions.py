"""How likely a peak is another ion of a ganglioside than the one that its label was read from.

The parent of the ion elutes with the peak, or is predicted there and was not picked. How frequent
each kind of ion is, and how large it is beside its parent, is learnt from the table.
"""

import math

import msgspec
import numpy as np
from msgspec.structs import replace

from app.analysis.computing.remembered import remembered
from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.densities import log_t, of_known
from app.analysis.evidence.explaining.area_ratios import log_ratio_density
from app.analysis.evidence.explaining.fragments import LEAST_CREDIBILITY
from app.analysis.evidence.explaining.posterior import Posterior
from app.analysis.evidence.masses.mass_aliases import ION_KINDS, ISOTOPE
from app.analysis.evidence.masses.mass_errors import mass_fit
from app.analysis.evidence.peaks.peak_arrays import PeakArrays

# Differences of times of ions of one molecule have the tails of those of fragments.
COELUTION_DEGREES = 4.0
# The prior share of ions of each kind among the peaks whose label can be one, and the number of
# peaks it counts for. It is a guess and weak: a table without such ions soon says so.
USUAL_SHARE, USUAL_COUNT = 0.05, 10.0
# log10 of ion over parent, mean and SD: sodium adducts and water losses from a few percent to most
# of the parent; isotopes as their abundances predict, but for the error of two areas.
USUAL_RATIOS = np.array([(-0.7, 0.6), (-1.0, 0.8), (0.0, 0.2)])
# The area of an isotope is at most this many standard deviations from what its parent predicts.
MOST_RATIO_SDS = 2.5
# The share of ions whose parent was not picked.
UNPICKED = 0.25


class IonMixture(msgspec.Struct, frozen=True, eq=False):
    """The share of each of ``ION_KINDS`` (kinds,), and the mean and SD of log10 ion over parent.

    ``unpicked`` (n, kinds) is the density by time of ions of species that were not picked.
    """

    share: Array
    ratio: Array
    unpicked: Array

    @classmethod
    def usual(cls, arrays: PeakArrays) -> "IonMixture":
        """The priors, with no species predicted yet."""
        kinds = len(ION_KINDS)
        return cls(np.full(kinds, USUAL_SHARE), USUAL_RATIOS, np.zeros((len(arrays.row), kinds)))

    def pair_densities(self, arrays: PeakArrays, credible: Array) -> Array:
        """The density (pairs,) of each child as an ion of its parent.

        ``credible`` (n,) is the probability that a peak is an ion that its label explains.
        """
        pairs = arrays.ions
        mean, sd = self.ratio[pairs.kind].T
        by_time, fit = _by_time_and_mass(arrays)
        weight = by_time + (
            log_ratio_density(arrays, pairs, mean, sd) - math.log(arrays.coelution_sd_min)
        )
        density: Array = (1 - UNPICKED) * self.share[pairs.kind] * np.exp(weight)
        return density * fit * credible[pairs.parent]

    def of_picked(self, arrays: PeakArrays, credible: Array) -> Array:
        """The density (n,) of each peak as an ion of the peaks that co-elute with it."""
        density = self.pair_densities(arrays, credible)
        found: Array = np.bincount(arrays.ions.child, density, len(arrays.row)).astype(np.float64)
        return found

    def likeliest_pairs(self, arrays: PeakArrays, credible: Array) -> Indices:
        """The likeliest of ``arrays.ions`` for each peak (n,), -1 for one without any."""
        order = np.argsort(self.pair_densities(arrays, credible), kind="stable")
        best = np.full(len(arrays.row), -1, dtype=np.int64)
        # Of several assignments to one position the last one counts.
        best[arrays.ions.child[order]] = order
        return best

    def of_unpicked(self, area: Array) -> Array:
        """The density (n,) as an ion of a species not picked, given that (n,) of the areas."""
        density: Array = UNPICKED * (self.unpicked @ self.share) * area
        return density

    def updated(self, arrays: PeakArrays, can_be: Indices, posterior: Posterior) -> "IonMixture":
        """The mixture that the explained peaks show.

        ``can_be`` (kinds,) counts the peaks whose label can be an ion of each kind.
        """
        pairs, kinds = arrays.ions, len(ION_KINDS)
        # As in an explanation; without a floor, rounding decides what a stray parent counts for.
        credible = np.clip(1 - posterior.p_stray, LEAST_CREDIBILITY, 1.0)
        density = self.pair_densities(arrays, credible)
        total = np.bincount(pairs.child, density, len(arrays.row)).astype(np.float64)
        weight: Array = density * _per(arrays.count * posterior.p_ion, total)[pairs.child]
        unpicked = self.unpicked * self.share
        of_kind = _per(arrays.count * posterior.p_unpicked_ion, unpicked.sum(axis=1)) @ unpicked
        counted = np.bincount(pairs.kind, weight, kinds) + of_kind
        share = (counted + USUAL_COUNT * USUAL_SHARE) / (can_be + USUAL_COUNT)
        ratio = [_moments(pairs.log_ratio, weight * (pairs.kind == k), k) for k in range(kinds)]
        return replace(self, share=np.minimum(share, 0.9), ratio=np.array(ratio))


@remembered  # peaks are explained several times
def _by_time_and_mass(arrays: PeakArrays) -> tuple[Array, Array]:
    """The log density (pairs,) of an ion by its time, but for the scale, and that by its mass."""
    pairs = arrays.ions
    by_time = log_t(pairs.difference_min / arrays.coelution_sd_min, COELUTION_DEGREES)
    return by_time, mass_fit(arrays.ppm[pairs.child] + pairs.ppm, arrays.mass_sd_ppm)


def is_isotope_of_picked(arrays: PeakArrays) -> Mask:
    """Which peaks (n,) elute with one whose second isotope has their mass and about their area."""
    pairs, (mean, sd) = arrays.ions, USUAL_RATIOS[ISOTOPE]
    is_near = np.abs(pairs.log_ratio - mean) <= MOST_RATIO_SDS * sd
    found = np.zeros(len(arrays.row), dtype=np.bool_)
    found[pairs.child[is_near & (pairs.kind == ISOTOPE)]] = True
    return found


def _per(value: Array, total: Array) -> Array:
    """A value for each unit of a total, 0 where there is none."""
    found: Array = np.divide(value, total, out=np.zeros_like(value), where=total > 0)
    return found


def _moments(ratio: Array, weight: Array, kind: int) -> tuple[float, float]:
    """The weighted mean and SD of log ratios, shrunk towards those that are usual."""
    usual, sd = USUAL_RATIOS[kind]
    ratio, weight = of_known(ratio, weight)
    count = weight.sum() + USUAL_COUNT
    mean = (weight @ ratio + USUAL_COUNT * usual) / count
    square = weight @ (ratio - mean) ** 2 + USUAL_COUNT * (sd**2 + (usual - mean) ** 2)
    return float(mean), float(np.sqrt(square / count))
