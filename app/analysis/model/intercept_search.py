"""At which intercepts the peaks of each prefix gather: one for each isomer.

With the ceramide's part taken out of their retention times, the peaks of one isomer lie together,
whatever the ceramide; fragments lie where their parents do, and chance peaks anywhere. Prefixes are
searched from the heaviest, since the light ones are their fragments.
"""

import math
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from app.analysis.evidence.peak_arrays import Evidence, Places
from app.analysis.evidence.posterior import Mixture, log_normal, pair_density
from app.analysis.model.possible_parents import USUAL_COUNT, USUAL_SHARE
from app.analysis.model.regression import Array, Mask
from app.analysis.model.retention_model import CORE_POOL, RetentionModel
from app.analysis.names.isomers import LETTERS, OTHER_LETTERS
from app.analysis.names.sugar_losses import losses

LEAST_ANCHORED_NAMES = 2
# Isomers lie this far apart: nearer they cannot be told, farther they were never seen.
LEAST_GAP_MIN, MOST_GAP_MIN = 0.08, 1.2
# They are searched at least so many widths apart, for what is nearer belongs to the first.
LEAST_GAP_WIDTHS = 4 / 3
# The first intercept of a prefix lies about what its glycan predicts, within these bounds of how
# far intercepts lie from it.
LEAST_INTERCEPT_SD_MIN, MOST_INTERCEPT_SD_MIN = 0.10, 0.30
# That of a modified form lies about that of its core.
MODIFIED_SD_MIN = 0.08
# A species hardly ever elutes with one that it is a fragment of, for sugars lower retention.
COINCIDENCE = 0.1
# A modified form has the gap of its core, within this.
GAP_SD_MIN = 0.06
# Odds before the search that a core has a further isomer, a modified form that of its core, or a
# modified form one that its core has not.
ODDS_OF_CORE, ODDS_OF_MODIFIED, ODDS_OF_ITS_OWN = 0.3, 0.7, 0.01
# A further isomer is taken to be there where it is this much likelier than not.
LEAST_ODDS = 3.0
# Where one isomer of a name is picked so is the other, in this part of names.
BOTH_PICKED = 0.35
# Of a prefix the largest peaks are searched, so many at most.
SEARCHED_PEAKS = 600
# Peaks lie this far about their intercept while the law is still rough.
LEAST_WIDTH_MIN, MOST_WIDTH_MIN = 0.03, 0.12
GRID_MIN = 0.01
ROOT_2_PI = math.sqrt(2 * math.pi)
NEAR_SDS = 2.5

SLOTS = {
    "prefix": pl.String,
    "group": pl.String,
    "isomer": pl.String,
    "late": pl.Int32,
    "intercept_min": pl.Float64,
}


@dataclass
class Search:
    """The search through one table: what each peak's time is but for ceramide and known glycan.

    ``law`` gives the ceramide's part; ``letters`` are those that names of a prefix are written
    with, ``known`` the intercepts of an earlier search by prefix. ``found`` collects those of this
    one, ``slot`` (n,) the number of each peak's in ``places``.
    """

    evidence: Evidence
    law: RetentionModel
    mixture: Mixture
    letters: dict[str, list[str]]
    known: dict[str, list[float]]
    found: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the ceramide's part out of the times."""
        names = self.evidence.names
        own = names["prefix_code"].to_numpy()
        self.prefixes = names[np.unique(own, return_index=True)[1]]
        self.titles = self.prefixes["prefix"].to_list()
        self.cores = self.prefixes["core"].to_list()
        self.base_min = base_times(self.law, names, self.prefixes)
        self.offset_min = np.median(self.base_min, axis=0)
        self.prefix = self.evidence.prefix
        self.own_base_min = self.base_min[np.arange(names.height), own]
        self.adjusted_min = self.evidence.time_min - self.own_base_min[self.evidence.species]
        self.width_min = float(np.clip(self.law.peak_sd_min, LEAST_WIDTH_MIN, MOST_WIDTH_MIN))
        self.least_gap_min = max(LEAST_GAP_MIN, LEAST_GAP_WIDTHS * self.width_min)
        spread = self.law.fit.pool_sd[CORE_POOL]
        self.intercept_sd_min = float(
            np.clip(spread, LEAST_INTERCEPT_SD_MIN, MOST_INTERCEPT_SD_MIN)
        )
        self.log_true = self.mixture.log_true(self.evidence)
        children = np.bincount(self.prefix[self.evidence.has_parent], minlength=names.height)
        peaks = np.bincount(self.prefix, minlength=names.height)
        share = (children + USUAL_SHARE * USUAL_COUNT) / (peaks + USUAL_COUNT)
        pairs = pair_density(self.evidence, np.full(len(self.prefix), 0.5), share)
        self.rest = np.exp(self.mixture.log_other(self.evidence)) + pairs
        self.virtual = np.zeros(len(self.prefix))
        self.orphans = self.mixture.orphans(self.evidence, np.ones(len(self.prefix)))
        self.slot = np.full(len(self.prefix), -1, dtype=np.int64)
        self.places: list[tuple[int, float]] = []

    def run(self) -> "Search":
        """Search all prefixes, the heaviest first."""
        self._can = _can_come_from(self.prefixes)
        order = np.argsort(-self.prefixes["sugars"].to_numpy(), kind="stable")
        for number in order:
            rows = self._largest(np.flatnonzero(self.prefix == number))
            self.virtual[rows] = self._virtual(int(number), rows)
            self.rest[rows] += self.orphans[rows] * self.virtual[rows]
            name = self.titles[number]
            if name in self.letters:
                self.found[name] = self._lettered(int(number), rows, self.letters[name])
            else:
                self.found[name] = self._intercepts(int(number), rows)
            self._settle(int(number), rows, self.found[name])
        return self

    def children(self, parent: str, fragments: tuple[str, ...]) -> list[int]:
        """How many peaks of the fragments' prefixes elute with each isomer of the parent."""
        number = self.titles.index(parent)
        slots = [n for n, (prefix, _) in enumerate(self.places) if prefix == number]
        is_fragment = self.prefixes["prefix"].is_in(fragments).to_numpy()
        pairs = self.evidence.pairs
        parents = self.slot[pairs.parent[is_fragment[self.prefix[pairs.child]]]]
        return [int(np.sum(parents == slot)) for slot in slots]

    def _largest(self, rows: Places) -> Places:
        if len(rows) <= SEARCHED_PEAKS:
            return rows
        area, time = self.evidence.log_area[rows], self.evidence.time_min[rows]
        return rows[np.lexsort((time, -area))[:SEARCHED_PEAKS]]

    def _virtual(self, number: int, rows: Places) -> Array:
        """The density of fragments of heavier species that were not picked."""
        slots = [n for n, (q, _) in enumerate(self.places) if self._can[number, q]]
        if not slots:
            return np.zeros(len(rows))
        parents = np.array([self.places[n][0] for n in slots])
        at = np.array([self.places[n][1] for n in slots])
        times = self.base_min[self.evidence.species[rows]][:, parents] + at
        share = self._shares(rows, slots)
        z = (self.evidence.time_min[rows][:, None] - times) / self.width_min
        density: Array = np.exp(-0.5 * z**2) @ share
        return density / (self.width_min * ROOT_2_PI)

    def _shares(self, rows: Places, slots: list[int]) -> Array:
        """The part of the peaks that come of each slot, as far as their parents were picked."""
        pairs = self.evidence.pairs
        own = np.isin(pairs.child, rows)
        counts = np.bincount(self.slot[pairs.parent[own]] + 1, minlength=len(self.places) + 1)[1:]
        pulled = counts[slots] + USUAL_SHARE * USUAL_COUNT / len(slots)
        share: Array = (pulled / (len(rows) + USUAL_COUNT)).astype(np.float64)
        return share

    def _lettered(self, number: int, rows: Places, letters: list[str]) -> list[float]:
        """The intercept of each letter, from the peaks whose name bears it."""
        borne = self.evidence.names["letter"].fill_null("").to_numpy()[self.evidence.species[rows]]
        found = []
        for letter in letters:
            own = rows[borne == letter]
            first = self._first(number, self._scores(own)) if len(own) else None
            found.append(0.0 if first is None else first)
        return found

    def _scores(self, rows: Places) -> "_Scores":
        gain = self.log_true[rows] - np.log(self.rest[rows])
        return _Scores(self.adjusted_min[rows], gain, self.width_min)

    def _intercepts(self, number: int, rows: Places) -> list[float]:
        """The intercepts of a prefix, from the earliest."""
        if not len(rows):
            return []
        scores = self._scores(rows)
        first = self._first(number, scores)
        if first is None:
            return []
        found = [first]
        letters = LETTERS.get(self.cores[number], OTHER_LETTERS)
        may_have_more = self.cores[number] in LETTERS or self._has_anchored_pairs(rows)
        while may_have_more and len(found) < len(letters):
            further = self._further(number, rows, scores, found)
            if further is None:
                break
            found.append(further)
        return sorted(found)

    def _first(self, number: int, scores: "_Scores") -> float | None:
        """The likeliest intercept; None where the peaks rather lie anywhere."""
        total = scores.total + self._first_prior(number, scores.grid)
        total += np.log(self.width_min * ROOT_2_PI)
        place = int(np.argmax(total))
        return scores.refined(place) if total[place] > 0 else None

    def _first_prior(self, number: int, grid: Array) -> Array:
        """The log density of the first intercept: near what glycan and core predict."""
        prior = log_normal(grid, 0.0, self.intercept_sd_min)
        core, prefix = self.cores[number], self.titles[number]
        known = self.known.get(core, []) if core != prefix else []
        if known:
            near = [log_normal(grid, at, MODIFIED_SD_MIN) - np.log(len(known)) for at in known]
            prior = np.logaddexp.reduce([prior + np.log(0.3), *(n + np.log(0.7) for n in near)])
        parents = [(q, at) for q, at in self.places if self._can[number, q]]
        later = [self.offset_min[q] - self.offset_min[number] + at for q, at in parents]
        distance = np.abs(grid[:, None] - np.array(later or [np.inf])).min(axis=1)
        prior[distance < 1.5 * self.width_min] += np.log(COINCIDENCE)
        return prior

    def _further(
        self, number: int, rows: Places, scores: "_Scores", found: list[float]
    ) -> float | None:
        """A further intercept, if it is likely enough."""
        scores = scores.without(found)
        gaps = np.abs(scores.grid[:, None] - np.array(found)).min(axis=1)
        possible = (gaps >= self.least_gap_min) & (gaps <= MOST_GAP_MIN)
        if not possible.any():
            return None
        prior = self._gap_prior(number, scores.grid, found)
        spots = self.evidence.spot[rows]
        absent = scores.absent(spots, found)
        total = scores.total + prior + absent * np.log(1 - BOTH_PICKED)
        total[~possible] = -np.inf
        place = int(np.argmax(total))
        if total[place] < np.log(LEAST_ODDS):
            return None
        at = scores.refined(place)
        if self.known and self._is_too_near(at, rows, found):
            return None
        if self.cores[number] in LETTERS or self._is_anchored(rows, [*found, at]):
            return at
        return None

    def _is_too_near(self, at: float, rows: Places, found: list[float]) -> bool:
        """Whether two intercepts are one, even if they strayed as intercepts of few peaks do.

        By the rough law of the first search isomers may seem nearer than they are.
        """
        stray = 2 * self.width_min * math.sqrt(2 / len(rows))
        nearest = min(abs(at - other) for other in found)
        return nearest + stray < max(LEAST_GAP_MIN, self.width_min)

    def _gap_prior(self, number: int, grid: Array, found: list[float]) -> Array:
        """The log odds of a further intercept at each place of the grid, less the choice of it."""
        core, prefix = self.cores[number], self.titles[number]
        chosen = np.log(self.width_min * ROOT_2_PI)
        odds = ODDS_OF_CORE if core == prefix else ODDS_OF_ITS_OWN
        even = np.full(len(grid), np.log(odds / (2 * (MOST_GAP_MIN - LEAST_GAP_MIN))))
        known = self.known.get(core, []) if core != prefix else []
        if len(known) > len(found):
            usual = np.diff(known)[0] if len(found) == 1 else np.diff(known)[-1]
            gap = np.abs(grid[:, None] - np.array(found)).min(axis=1)
            even = np.logaddexp(
                even, np.log(ODDS_OF_MODIFIED / 2) + log_normal(gap, float(usual), GAP_SD_MIN)
            )
        prior: Array = even + chosen
        return prior

    def _has_anchored_pairs(self, rows: Places) -> bool:
        """Whether two names have, each in one sample, several anchors."""
        spots = self.evidence.spot[rows[self.evidence.anchor[rows]]]
        anchors = np.unique(spots, return_counts=True)[1]
        return int(np.sum(anchors > 1)) >= LEAST_ANCHORED_NAMES

    def _is_anchored(self, rows: Places, at: list[float]) -> bool:
        """Whether two names have, each in one sample, an anchor of its own at every intercept."""
        anchors = rows[self.evidence.anchor[rows]]
        miss = np.abs(self.adjusted_min[anchors][:, None] - np.array(at))
        is_near = (miss < NEAR_SDS * self.width_min) & (miss == miss.min(axis=1, keepdims=True))
        spots = [set(self.evidence.spot[anchors[is_near[:, n]]].tolist()) for n in range(len(at))]
        return len(set.intersection(*spots)) >= LEAST_ANCHORED_NAMES

    def _settle(self, number: int, rows: Places, at: list[float]) -> None:
        """Note which peaks lie at the intercepts, as parents of lighter ones."""
        if not at:
            return
        first = len(self.places)
        self.places += [(number, one) for one in at]
        miss = np.abs(self.adjusted_min[rows][:, None] - np.array(at))
        best = miss.argmin(axis=1)
        near = miss[np.arange(len(rows)), best] <= NEAR_SDS * self.width_min
        self.slot[rows[near]] = first + best[near]


class _Scores:
    """How much likelier the peaks of a prefix become by an intercept at each place of a grid."""

    def __init__(self, times: Array, gain: Array, width_min: float) -> None:
        self.times, self.gain, self.width_min = times, gain, width_min
        self.grid = np.unique(np.round(times / GRID_MIN)) * GRID_MIN
        self._log_ratio = gain + log_normal(times, self.grid[:, None], width_min)
        self.total: Array = _log_one_plus_exp(self._log_ratio).sum(axis=1)

    def refined(self, place: int) -> float:
        """The mean time of the peaks that the intercept explains."""
        weight = 1 / (1 + np.exp(-np.clip(self._log_ratio[place], -500, 500)))
        if weight.sum() < 1e-6:
            return float(self.grid[place])
        return float(np.average(self.times, weights=weight))

    def without(self, found: list[float]) -> "_Scores":
        """The scores of what the intercepts found so far do not explain."""
        explained = [self.gain + log_normal(self.times, at, self.width_min) for at in found]
        return _Scores(
            self.times,
            self.gain - np.logaddexp.reduce([np.zeros(len(self.times)), *explained]),
            self.width_min,
        )

    def absent(self, spots: Places, found: list[float]) -> Array:
        """Names that have a peak at the first intercept and none at the place of the grid."""
        reach = NEAR_SDS * self.width_min
        order = np.argsort(spots, kind="stable")
        times = self.times[order]
        first = np.unique(spots[order], return_index=True)[1]
        near = np.logical_or.reduceat(np.abs(times - self.grid[:, None]) <= reach, first, axis=1)
        at_first = np.logical_or.reduceat(np.abs(times - found[0]) <= reach, first)
        missing: Array = (at_first & ~near).sum(axis=1)
        return missing


def _log_one_plus_exp(value: Array) -> Array:
    """As np.logaddexp(0, value) gives, several times as fast."""
    found: Array = np.maximum(value, 0.0) + np.log1p(np.exp(-np.abs(value)))
    return found


def base_times(law: RetentionModel, names: pl.DataFrame, prefixes: pl.DataFrame) -> Array:
    """Where each species would elute with each prefix's glycan, (species, prefixes), in minutes."""
    ceramides = names.with_columns(group=pl.lit(""), late=pl.lit(0))
    neutral = {"sialic": 2, "neutral_sugars": 3, "oacetyl": 0, "dhex": 0, "hexnac_added": 0}
    bare = law.design(ceramides.with_columns(**{n: pl.lit(v) for n, v in neutral.items()}))
    at_38 = {"carbons": 38, "double_bonds": 1, "hydroxyls": 2}
    glycans = prefixes.with_columns(group=pl.lit(""), late=pl.lit(0), is_typical=pl.lit(value=True))
    glycan = law.design(glycans.with_columns(**{n: pl.lit(v) for n, v in at_38.items()}))
    carbons = names["carbons"].to_numpy() - 38.0
    steepness = law.shape("carbons x sialic") * (prefixes["sialic"].to_numpy() - 2.0)
    times: Array = (
        law.mean(bare)[:, None]
        + law.mean(glycan)
        - law.mean(glycan * 0 + _constant(law))
        + carbons[:, None] * steepness
    )
    return times


def _constant(law: RetentionModel) -> Array:
    only = np.zeros(len(law.fit.coefficients))
    only[0] = 1.0
    return only


def _can_come_from(prefixes: pl.DataFrame) -> Mask:
    """Which prefix can be a fragment of which, (child, parent)."""
    acetyl = prefixes["oacetyl"].to_numpy()
    can: Mask = (losses(prefixes, prefixes) > 0) & (acetyl[:, None] == acetyl)
    return can
