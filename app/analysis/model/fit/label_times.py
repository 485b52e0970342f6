"""How well the times of peaks fit labels: a quick refit of a law that is fitted to other labels.

Whether another way of labelling the peaks of a table fits better can be told only after a refit,
because the law was fitted to the labels that the table gives.
"""

import math
from functools import cached_property, reduce
from typing import NamedTuple

import msgspec
import numpy as np

from app.analysis.computing.median import SD_OF_MAD, median
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.densities import log_normal
from app.analysis.model.fit.joint_fit import JointModel
from app.analysis.model.law.retention_law import REFERENCE_CARBONS
from app.analysis.names.species_table import SpeciesTable

# The constant, and what a ceramide moves: carbons and their square, double bonds, hydroxyl groups.
SHAPE_TERMS = 6
# The most rounds of a refit, which ends when its scatter changes by less than this share.
ROUNDS, SETTLED = 8, 0.02
# A scatter below this share of the run is that of rounded times.
LEAST_SCATTER = 2e-4
# How the weights start: as if half of the labels were right.
FIRST_SHARE, LEAST_SHARE = 0.5, 0.02
# What a coefficient of the ceramide, and of a prefix, counts for: this many peaks at zero. A prefix
# with a single peak must not follow it.
SHAPE_PEAKS, PREFIX_PEAKS = 1e-3, 1.0


class LabelLaw(NamedTuple):
    """A refitted law: by how much each term moves the times (terms,), in minutes.

    ``scatter_min`` is the standard deviation of peaks about it, and ``share`` how many have it.
    """

    moves_min: Array
    scatter_min: float
    share: float


class LabelTimes(msgspec.Struct, frozen=True, eq=False, dict=True):
    """The times that labels should have by a law, to be compared with those of peaks.

    ``predicted_min`` (species, isomers) are those of the isomers of each species, infinite where it
    has fewer; ``terms`` (species, terms) are what a refit may move. ``span_min`` is the length of
    the run, anywhere in which a peak elutes whose label is wrong.
    """

    predicted_min: Array
    terms: Array
    span_min: float

    @classmethod
    def of(cls, species: SpeciesTable, joint: JointModel, times_min: Array) -> "LabelTimes":
        """The times of species by the law of a table, whose peaks elute at ``times_min``."""
        place = joint.candidates.place
        predicted = np.where(place >= 0, joint.predicted[0][place], np.inf)
        least, most = np.quantile(times_min, (0.01, 0.99))
        return cls(predicted, _terms(species), float(most - least))

    def refitted(self, times_min: Array, labels: Indices, start: LabelLaw | None) -> LabelLaw:
        """The law refitted to peaks with labels (n,), robustly: peaks may have a wrong label."""
        law = self._first(times_min, labels) if start is None else start
        terms = self.terms[labels]
        peaks = np.full(terms.shape[1], PREFIX_PEAKS)
        peaks[:SHAPE_TERMS] = SHAPE_PEAKS
        prior = np.diag(peaks)
        off = self._off(times_min, labels, law.moves_min)
        near = _nearest(off)
        for _ in range(ROUNDS):
            weight = self._weights(off, labels, law)
            weighted = terms * weight[:, None]
            step = np.linalg.solve(terms.T @ weighted + prior, weighted.T @ near)
            moves = law.moves_min + step
            off = self._off(times_min, labels, moves)
            near = _nearest(off)
            before, law = law, self._law(moves, near, weight)
            if abs(law.scatter_min - before.scatter_min) <= SETTLED * before.scatter_min:
                break
        return law

    def log_likelihoods(self, times_min: Array, labels: Indices, law: LabelLaw) -> Array:
        """The log density of the time of each peak (n,), whose label may be wrong."""
        right = self._log_right(self._off(times_min, labels, law.moves_min), labels, law)
        return np.logaddexp(right, self._log_wrong(law))

    def fits(self, times_min: Array, labels: Indices, law: LabelLaw) -> Array:
        """The probability that each peak (n,) has the time of its label."""
        return self._weights(self._off(times_min, labels, law.moves_min), labels, law)

    def _first(self, times_min: Array, labels: Indices) -> LabelLaw:
        """All times moved alike, and as wide as half of the labels need."""
        moves = np.zeros(self.terms.shape[1])
        moves[0] = median(_nearest(self._off(times_min, labels, moves)))
        off = np.abs(_nearest(self._off(times_min, labels, moves)))
        scatter = max(SD_OF_MAD * float(median(off)), LEAST_SCATTER * self.span_min)
        return LabelLaw(moves, scatter, FIRST_SHARE)

    def _law(self, moves_min: Array, near: Array, weight: Array) -> LabelLaw:
        total = float(weight.sum())
        scatter = math.sqrt(float(weight @ near**2) / max(total, 1.0))
        share = min(max(total / len(weight), LEAST_SHARE), 1 - LEAST_SHARE)
        return LabelLaw(moves_min, max(scatter, LEAST_SCATTER * self.span_min), share)

    def _off(self, times_min: Array, labels: Indices, moves_min: Array) -> Array:
        """How far each peak is from each isomer of its label (n, isomers), in minutes."""
        expected = self.predicted_min + (self.terms @ moves_min)[:, None]
        off: Array = times_min[:, None] - expected[labels]
        return off

    def _weights(self, off: Array, labels: Indices, law: LabelLaw) -> Array:
        right = self._log_right(off, labels, law)
        weights: Array = np.exp(right - np.logaddexp(right, self._log_wrong(law)))
        return weights

    def _log_right(self, off: Array, labels: Indices, law: LabelLaw) -> Array:
        """The log density of right labels (n,), each isomer as likely as another."""
        # Along the short axis, logaddexp.reduce takes three times as long.
        of_isomers = reduce(np.logaddexp, log_normal(off, 0.0, law.scatter_min).T)
        found: Array = np.log(law.share) + of_isomers - self._log_isomers[labels]
        return found

    @cached_property
    def _log_isomers(self) -> Array:
        """The logarithm of the number of isomers of each species, (species,)."""
        isomers: Array = np.isfinite(self.predicted_min).sum(axis=1)
        return np.log(isomers)

    def _log_wrong(self, law: LabelLaw) -> float:
        return float(np.log((1 - law.share) / self.span_min))


def _terms(species: SpeciesTable) -> Array:
    """What a refit may move of each species (species, terms): its ceramide and its prefix."""
    carbons = species["carbons"].astype(np.float64) - REFERENCE_CARBONS
    bonds = species["double_bonds"].astype(np.float64)
    further = np.maximum(bonds - 1, 0)
    hydroxyls = species["hydroxyls"].astype(np.float64) - 2
    one = np.ones(len(carbons))
    shape = np.column_stack([one, carbons, carbons**2 / 10, bonds == 0, further, hydroxyls])
    _, prefix = np.unique(species["prefix_code"], return_inverse=True)
    return np.hstack([shape, np.eye(int(prefix.max()) + 1)[prefix]])


def _nearest(off: Array) -> Array:
    """How far each peak is from its nearest isomer, (n,)."""
    nearest: Array = off[np.arange(len(off)), np.abs(off).argmin(axis=1)]
    return nearest
