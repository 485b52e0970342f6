"""How likely each explanation of a peak is: what its label says, a fragment, or neither.

Every peak of a name is the species itself (its retention time is the predicted one), a fragment of
a peak that elutes with it, a fragment of a species that is predicted there but was not picked, or
something else (any time of the run is as likely). Peak areas weigh in: species are larger than
noise, fragments smaller than their parents. Of the peaks of one name and isomer at most one is it.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.evidence.peak_arrays import Evidence, Places
from app.analysis.model.regression import Array
from app.analysis.model.retention_model import SPECIES_COLUMNS, Levels, design
from app.analysis.names.sugar_losses import LOSABLE

# Measured on porcine brain: about 50 % of rows are what they say, 21 % fragments (of which a
# quarter miss their parent), 29 % neither. What the table shows outweighs it after some rows.
SHARES = {"true": 0.50, "fragment": 0.16, "virtual": 0.05, "other": 0.29}
# Measured likewise, in log10 of the peak area: species 5.46 +- 0.83, noise 4.83 +- 0.55; here
# relative to the median, for an instrument's units are its own.
TRUE_AREA, OTHER_AREA = (0.20, 0.83), (-0.40, 0.55)
# log10 of fragment over parent: quantiles 10/25/50/75/90 % of .003/.011/.025/.20/.38.
RATIO_MEAN, RATIO_SD = -1.40, 0.85
# Peaks that elute together are picked apart now and then: a t distribution's tails.
COELUTION_DEGREES = 4.0
PRIOR_ROWS = 40.0
# An anchor is right unless much speaks against it: 47 of 49 were on porcine brain.
ANCHOR_IS_RIGHT = 0.95
# The least trust in a parent: it may be an ion that no explanation here covers.
LEAST_CREDIBILITY = 0.02
# Both isomers are possible where a peak lies within the 95 % interval of each.
UNRESOLVED_SDS = 1.96
# What of a name stands with each group it can belong to.
NAMED = tuple(
    dict.fromkeys(("species", "prefix", "letter", *SPECIES_COLUMNS[1:-1], *LOSABLE)),
)
MOST_LOG_ODDS = 60.0
LEAST_LOG_DENSITY = -600.0
LOG_ROOT_2_PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class Mixture:
    """The shares of the explanations, and mean and spread of log10 area of species and others."""

    shares: dict[str, float]
    true_area: tuple[float, float]
    other_area: tuple[float, float]
    window_min: float

    @classmethod
    def of(cls, evidence: Evidence) -> "Mixture":
        """What is expected of a table before it is looked at closely."""
        median = float(np.median(evidence.log_area))
        low, high = np.quantile(evidence.time_min, [0.02, 0.98])
        return cls(
            shares=SHARES,
            true_area=(median + TRUE_AREA[0], TRUE_AREA[1]),
            other_area=(median + OTHER_AREA[0], OTHER_AREA[1]),
            window_min=max(float(high - low), 1.0),
        )

    def updated(self, evidence: Evidence, found: "Attribution") -> "Mixture":
        """The mixture that the attributed peaks show, this one counting for ``PRIOR_ROWS``."""
        total = len(found.p_true) + PRIOR_ROWS
        sums = {name: float(getattr(found, f"p_{name}").sum()) for name in SHARES}
        return replace(
            self,
            shares={n: (sums[n] + PRIOR_ROWS * SHARES[n]) / total for n in SHARES},
            true_area=_moments(evidence.log_area, found.p_true, self.true_area),
            other_area=_moments(evidence.log_area, found.p_other, self.other_area),
        )

    def log_other(self, evidence: Evidence) -> Array:
        """The log density of peaks that nothing explains."""
        log_density = log_normal(evidence.log_area, *self.other_area)
        log_density += math.log(self.shares["other"] / self.window_min)
        return np.maximum(log_density, LEAST_LOG_DENSITY)

    def orphans(self, evidence: Evidence, by_time: Array) -> Array:
        """The density of fragments whose parent was not picked, from that of their times."""
        missing = self.shares["virtual"] / self.shares["fragment"]
        area: Array = np.exp(log_normal(evidence.log_area, *self.other_area))
        return missing * by_time * area * ~evidence.has_parent

    def log_true(self, evidence: Evidence) -> Array:
        """The log density of species by their share and area alone; anchors are better trusted."""
        trust = math.log(ANCHOR_IS_RIGHT / (1 - ANCHOR_IS_RIGHT))
        log_density = log_normal(evidence.log_area, *self.true_area) + trust * evidence.anchor
        found: Array = log_density + math.log(self.shares["true"])
        return found


@dataclass(frozen=True)
class Candidates:
    """The groups that each species can belong to.

    ``table`` has one row for each such pair, sorted by group and species, ``number`` that of the
    species; ``place`` (species, most groups) points into it, -1 where a species has fewer.
    """

    table: pl.DataFrame
    number: Places
    place: Places

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups that species can belong to, sorted."""
        return tuple(self.table["group"].unique().sort())

    @cached_property
    def group(self) -> NDArray[np.uint16]:
        """The group of each candidate, a number into ``groups``."""
        return _numbers(self.table["group"], self.groups)

    @cached_property
    def isomers(self) -> tuple[str | None, ...]:
        """None, and the isomers that species can be of or are named as, sorted."""
        told = pl.concat([self.table["isomer"], self.table["letter"]])
        return None, *told.drop_nulls().unique().sort()

    @cached_property
    def isomer(self) -> NDArray[np.uint16]:
        """The isomer of each candidate, a number into ``isomers``."""
        return _numbers(self.table["isomer"], self.isomers)

    @cached_property
    def levels(self) -> Levels:
        """The groups, cores and ceramides of a law for these species."""
        return Levels.of(self.table)

    @cached_property
    def design(self) -> Array:
        """The terms of that law for each candidate."""
        return design(self.table, self.levels)

    def terms(self, training: pl.DataFrame) -> tuple[Array, Levels]:
        """The design of a training table, and the levels it has."""
        return self.design[training["candidate"].to_numpy()], self.levels

    @classmethod
    def of(cls, names: pl.DataFrame, slots: pl.DataFrame) -> "Candidates":
        """By the slots of each prefix; a letter in the name decides."""
        slots = slots.sort("group")
        species: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
        for place, label in enumerate(names.select("prefix", "letter").iter_rows()):
            species[label].append(place)
        fits = [
            sorted(species[prefix, None] + (species[prefix, isomer] if isomer else []))
            for prefix, isomer in slots.select("prefix", "isomer").iter_rows()
        ]
        number = np.array([one for fitting in fits for one in fitting], dtype=np.int64)
        slot = np.repeat(np.arange(len(fits)), [len(fitting) for fitting in fits])
        described = names.select(NAMED)[number]
        table = described.hstack(slots[slot].drop("prefix"))
        return cls(table, number, _places(number, names.height))


def _places(number: Places, species: int) -> Places:
    """The places of the candidates of each species, a row each, filled up with -1."""
    order = np.argsort(number, kind="stable")
    count = np.bincount(number, minlength=species)
    column = np.arange(len(number)) - np.repeat(np.cumsum(count) - count, count)
    places = np.full((species, int(count.max())), -1, dtype=np.int64)
    places[number[order], column] = order
    return places


@dataclass(frozen=True)
class Attribution:
    """For each peak (n,): the candidate it fits best, its prediction, and the explanations.

    ``fitting`` is the number of isomers whose interval it lies in; ``p_true`` takes the other peaks
    of the same name and isomer into account.
    """

    candidate: Places
    predicted_min: Array
    sd_min: Array
    fitting: NDArray[np.uint8]
    p_true: Array
    p_fragment: Array
    p_virtual: Array
    p_other: Array


def attribute(
    evidence: Evidence,
    candidates: Candidates,
    predicted: tuple[Array, Array],
    mixture: Mixture,
    p_other: Array,
    fragment_share: Array,
    virtual: Array,
    passes: int = 1,
) -> Attribution:
    """Explain every peak.

    ``predicted`` are time and SD of each candidate. ``p_other`` (n,) is what was thought of the
    peaks so far, as parents; with more ``passes`` it is what the pass before found.
    ``fragment_share`` (prefixes,) is the part of their peaks that are fragments; ``virtual`` (n,)
    the density of fragments whose parent was not picked, by time.
    """
    mean, sd = predicted
    candidate, fitting = _nearest(evidence, candidates, mean, sd)
    own_mean, own_sd = mean[candidate], sd[candidate]
    log_true = mixture.log_true(evidence) + log_normal(evidence.time_min, own_mean, own_sd)
    orphan, other = mixture.orphans(evidence, virtual), np.exp(mixture.log_other(evidence))
    # A number for each sample, name and isomer: of its peaks at most one is true.
    rivals = evidence.cell(candidate, len(mean))
    for _ in range(passes):
        fragment = pair_density(evidence, p_other, fragment_share)
        rest = fragment + orphan + other
        odds = np.exp(np.clip(log_true - np.log(rest), -MOST_LOG_ODDS, MOST_LOG_ODDS))
        p_true = odds / (1 + np.bincount(rivals, weights=odds)[rivals])
        part = (1 - p_true) / rest
        p_other = part * other
    return Attribution(
        candidate, own_mean, own_sd, fitting, p_true, part * fragment, part * orphan, p_other
    )


def pair_density(evidence: Evidence, p_other: Array, share: Array) -> Array:
    """For each peak: the density of being a fragment of a peak that elutes with it.

    A parent counts as far as it is likely to be an ion of the sample at all; ``share`` (prefixes,)
    is the part of their peaks that are fragments.
    """
    pairs = evidence.pairs
    weight = (
        log_t(pairs.difference_min / evidence.coelution_sd_min, COELUTION_DEGREES)
        - math.log(evidence.coelution_sd_min)
        + log_normal(pairs.log_ratio, RATIO_MEAN, RATIO_SD)
        + np.log(np.clip(1 - p_other[pairs.parent], LEAST_CREDIBILITY, 1.0))
    )
    density = np.bincount(pairs.child, weights=np.exp(weight), minlength=len(evidence.row))
    found: Array = (share[evidence.prefix] * density).astype(np.float64)
    return found


def log_normal(value: Array, mean: Array | float, sd: Array | float) -> Array:
    """The log density of a normal distribution."""
    density: Array = -0.5 * ((value - mean) / sd) ** 2 - np.log(sd) - LOG_ROOT_2_PI
    return density


def log_t(value: Array, degrees: float) -> Array:
    """The log density of Student's t distribution."""
    constant = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)
    constant -= 0.5 * math.log(degrees * math.pi)
    density: Array = constant - (degrees + 1) / 2 * np.log1p(value**2 / degrees)
    return density


def _nearest(
    evidence: Evidence, candidates: Candidates, mean: Array, sd: Array
) -> tuple[Places, NDArray[np.uint8]]:
    """Each peak's candidate with the least miss, and how many it could be."""
    nearest = candidates.place[evidence.species, 0]
    fitting = np.ones(len(nearest), dtype=np.uint8)
    if candidates.place.shape[1] == 1:
        return nearest, fitting
    several = np.flatnonzero(candidates.place[evidence.species, 1] >= 0)
    place = candidates.place[evidence.species[several]]
    miss = np.abs(evidence.time_min[several, None] - mean[place]) / sd[place]
    miss[place < 0] = np.inf
    nearest[several] = place[np.arange(len(place)), miss.argmin(axis=1)]
    fitting[several] = (miss <= UNRESOLVED_SDS).sum(axis=1)
    return nearest, fitting


def _numbers(values: pl.Series, words: tuple[str | None, ...]) -> NDArray[np.uint16]:
    number = {word: place for place, word in enumerate(words)}
    return np.array([number[value] for value in values], dtype=np.uint16)


def _moments(area: Array, p: Array, prior: tuple[float, float]) -> tuple[float, float]:
    count = p.sum() + PRIOR_ROWS
    mean = (np.sum(p * area) + PRIOR_ROWS * prior[0]) / count
    square = np.sum(p * (area - mean) ** 2) + PRIOR_ROWS * (prior[1] ** 2 + (prior[0] - mean) ** 2)
    return float(mean), float(np.sqrt(square / count))
