"""Find the intercepts at which the peaks of each prefix gather: one for each isomer.

Without the effect of the ceramide the retention times of one isomer lie together, whatever the
ceramide; fragments lie where their parents do, and chance peaks lie anywhere. Prefixes are searched
from the heaviest on, because the light ones are their fragments.
"""

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.explaining.mixture import Mixture
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.intercepts.found_intercepts import FoundIntercepts
from app.analysis.model.intercepts.intercept_priors import LEAST_GAP_MIN, InterceptPriors
from app.analysis.model.intercepts.intercept_scores import GRID_MIN, InterceptScores, grid_of
from app.analysis.model.intercepts.prefix_search import PrefixSearch
from app.analysis.model.intercepts.rival_intercepts import RivalIntercepts, rival_intercepts
from app.analysis.model.law.ceramide_adjustment import base_times
from app.analysis.model.law.retention_law import CORE_POOL
from app.analysis.model.law.retention_model import RetentionModel

# The least gap that is searched, in widths: a nearer intercept belongs to the first.
LEAST_GAP_WIDTHS = 4 / 3
# Bounds of the standard deviation of first intercepts about what the glycan predicts, in minutes of
# porcine brain as all here.
LEAST_INTERCEPT_SD_MIN, MOST_INTERCEPT_SD_MIN = 0.10, 0.30
# The number of the largest peaks of a prefix that are searched.
SEARCHED_PEAKS = 600
# Bounds of the standard deviation of peaks about their intercept while the model is still rough.
LEAST_WIDTH_MIN, MOST_WIDTH_MIN = 0.03, 0.12


class InterceptSearch(msgspec.Struct, eq=False, dict=True):
    """A search for the intercepts of all prefixes of a table.

    ``model`` gives the effect of the ceramide, and ``others`` (peaks,) are the densities of the
    explanations that need no model (``other_densities``). ``letters`` are the isomer letters that
    names of a prefix are written with, ``known`` the intercepts (minutes) of an earlier search by
    prefix. ``found`` collects those of this search, and ``rivals`` those that explain the peaks
    almost as well; a first search, whose model is rough, has none.
    """

    arrays: PeakArrays
    model: RetentionModel
    mixture: Mixture
    others: Array
    letters: dict[str, list[str]]
    known: dict[str, list[float]]
    found: dict[str, list[float]] = msgspec.field(default_factory=dict)
    rivals: dict[str, list[RivalIntercepts]] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the effect of the ceramide out of the times, and weigh the other explanations."""
        self._adjust_times()
        scale, spread = self.arrays.time_scale, self.model.fit.pool_sd[CORE_POOL]
        self.width_min = _within(self.model.peak_sd_min, LEAST_WIDTH_MIN, MOST_WIDTH_MIN, scale)
        self.least_gap_min = max(LEAST_GAP_MIN * scale, LEAST_GAP_WIDTHS * self.width_min)
        self.intercept_sd_min = _within(
            spread, LEAST_INTERCEPT_SD_MIN, MOST_INTERCEPT_SD_MIN, scale
        )
        self._weigh_other_explanations()
        self.intercepts = FoundIntercepts(
            self.arrays, self.prefixes, self.base_min, self.adjusted_min, self.width_min
        )

    def _adjust_times(self) -> None:
        names = self.arrays.species_table
        own = names["prefix_code"]
        self.prefixes = names.rows(np.unique(own, return_index=True)[1])
        self.titles = self.prefixes["prefix"].tolist()
        self.cores = self.prefixes["core"].tolist()
        self.base_min = base_times(self.model, names, self.prefixes)
        self.prefix = self.arrays.prefix
        self.own_base_min = self.base_min[np.arange(names.height), own]
        self.adjusted_min = self.arrays.time_min - self.own_base_min[self.arrays.species]

    def _weigh_other_explanations(self) -> None:
        self.log_true = self.mixture.log_true(self.arrays)
        self.rest = self.others.copy()
        self.virtual = np.zeros(len(self.prefix))
        self.orphans = self.mixture.orphans(
            self.arrays, (~self.arrays.has_plain_parent).astype(np.float64)
        )

    def run(self) -> "InterceptSearch":
        """Search all prefixes, the heaviest first."""
        order = np.argsort(-self.prefixes["sugars"], kind="stable")
        for number in order.tolist():
            rows = self._largest((self.prefix == number).nonzero()[0])
            self.virtual[rows] = self.intercepts.virtual(number, rows)
            self.rest[rows] += self.orphans[rows] * self.virtual[rows]
            name = self.titles[number]
            if name in self.letters:
                self.found[name] = self._lettered(number, rows, self.letters[name])
            else:
                self.found[name] = self._unlettered(number, rows)
            self.intercepts.assign_peaks(number, rows, self.found[name])
        return self

    def children(self, parent: str, fragments: tuple[str, ...]) -> list[int]:
        """Count the peaks of the fragments' prefixes that co-elute with each isomer of a parent."""
        is_fragment = np.array([title in fragments for title in self.titles])[self.prefix]
        return self.intercepts.children(self.titles.index(parent), is_fragment)

    def _largest(self, rows: Indices) -> Indices:
        if len(rows) <= SEARCHED_PEAKS:
            return rows
        area, time = self.arrays.log_area[rows], self.arrays.time_min[rows]
        return rows[np.lexsort((time, -area))[:SEARCHED_PEAKS]]

    def _lettered(self, number: int, rows: Indices, letters: list[str]) -> list[float]:
        """The intercept of each letter, from the peaks whose name has it."""
        letter_of = self.arrays.names["letter"].fill_null("").to_numpy()[self.arrays.species[rows]]
        found = []
        for letter in letters:
            own = rows[letter_of == letter]
            first = self._of_prefix(number, own).first() if len(own) else None
            found.append(0.0 if first is None else first)
        return found

    def _unlettered(self, number: int, rows: Indices) -> list[float]:
        """The intercepts of a prefix whose names have no letters, from the earliest on."""
        if not len(rows):
            return []
        search = self._of_prefix(number, rows)
        found, refused = search.find()
        if search.is_second and found:
            self.rivals[self.titles[number]] = rival_intercepts(search, found, refused)
        return sorted(found)

    def _of_prefix(self, number: int, rows: Indices) -> PrefixSearch:
        core, scale = self.cores[number], self.arrays.time_scale
        is_core = core == self.titles[number]
        known = [] if is_core else self.known.get(core, [])
        gain = self.log_true[rows] - np.log(self.rest[rows])
        times = self.adjusted_min[rows]
        grid = grid_of(times, GRID_MIN * scale)
        return PrefixSearch(
            arrays=self.arrays,
            rows=rows,
            adjusted_min=self.adjusted_min,
            scores=InterceptScores(times, gain, self.arrays.count[rows], self.width_min, grid),
            priors=InterceptPriors(is_core, known, self.intercept_sd_min, self.width_min, scale),
            parents_at=self.intercepts.parents_at(number),
            core=core,
            least_gap_min=self.least_gap_min,
            is_second=bool(self.known),
        )


def _within(value: float, low: float, high: float, scale: float) -> float:
    """A time within bounds that are given for porcine brain."""
    return float(np.clip(value, low * scale, high * scale))
