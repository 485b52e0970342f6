"""Predict the species of a prefix where its line may lie as well."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.explaining.rival_lines import RivalLines
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.intercepts.rival_intercepts import RivalIntercepts
from app.analysis.model.law.candidates import Candidates
from app.analysis.model.law.ceramide_adjustment import base_times
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.names.species_table import SpeciesTable

RivalsOfPrefixes = Mapping[str, Sequence[RivalIntercepts]]


def rival_lines(
    arrays: PeakArrays,
    candidates: Candidates,
    model: RetentionModel,
    rivals: RivalsOfPrefixes,
) -> list[RivalLines]:
    """The first rival of each prefix that has one, then the second, and so on.

    Args:
        arrays: the peaks that the search for intercepts has seen.
        candidates: the candidates of each species by the best intercepts.
        model: the fitted model, which gives the effect of the ceramide.
        rivals: the other intercepts of each prefix.
    """
    if not any(rivals.values()):
        return []
    names = arrays.species_table
    own = names["prefix_code"]
    first = np.unique(own, return_index=True)[1]
    number_of = {prefix: number for number, prefix in enumerate(names["prefix"][first])}
    base_min = _base_times(
        model, names, first, [number_of[p] for p, some in rivals.items() if some]
    )
    lines = []
    for rank in range(max(len(some) for some in rivals.values())):
        line = _Lines(arrays, candidates, model, base_min, len(first))
        for prefix, some in rivals.items():
            if rank < len(some):
                line.add(number_of[prefix], np.flatnonzero(own == number_of[prefix]), some[rank])
        lines.append(line.result())
    return lines


def _base_times(
    model: RetentionModel, names: SpeciesTable, first: Indices, prefixes: list[int]
) -> Array:
    """The times of the species of some prefixes without deviations, in minutes; NaN for others.

    ``first`` (prefixes,) is a species of each prefix.
    """
    own = names["prefix_code"]
    rows = np.flatnonzero(np.isin(own, prefixes))
    place = np.searchsorted(np.sort(prefixes), own[rows])
    times = base_times(model, names.rows(rows), names.rows(first[np.sort(prefixes)]))
    base_min = np.full(names.height, np.nan)
    base_min[rows] = times[np.arange(len(rows)), place]
    return base_min


class _Lines:
    """Collects one rival of each prefix."""

    def __init__(
        self,
        arrays: PeakArrays,
        candidates: Candidates,
        model: RetentionModel,
        base_min: Array,
        prefixes: int,
    ) -> None:
        self._arrays, self._candidates, self._base_min = arrays, candidates, base_min
        self._model = model
        self._log_odds = np.full(prefixes, np.inf)
        columns = [candidates.place, np.full((len(base_min), 1), -1)]
        self._places: Indices = np.hstack(columns)
        self._added = [np.zeros((2, 0))]
        self._intercept_min = candidates.table["intercept_min"]

    def add(self, prefix: int, species: Indices, rival: RivalIntercepts) -> None:
        """Replace the candidates of the ``species`` of a prefix by those of a rival."""
        self._log_odds[prefix] = rival.log_odds
        kept = self._kept(species, rival.at)
        self._places[species] = -1
        for column, (at, share) in enumerate(zip(rival.at, rival.shares, strict=True)):
            own = kept[at] if at in kept else self._new(species, rival, share)
            self._places[species, column] = own

    def result(self) -> RivalLines:
        """The candidates by the rivals."""
        return RivalLines(self._log_odds, self._places, *np.hstack(self._added))

    def _kept(self, species: Indices, at: list[float]) -> dict[float, Indices]:
        """The candidates of the species at intercepts that the rival shares with the best."""
        kept = {}
        for column in range(self._candidates.place.shape[1]):
            place = self._candidates.place[species, column]
            found = self._intercept_min[place[0]]
            if place[0] >= 0 and found in at:
                kept[float(found)] = place
        return kept

    def _new(self, species: Indices, rival: RivalIntercepts, share: Array) -> Indices:
        """New candidates of the species of a prefix, each predicted by the peaks of the others.

        ``share`` is how far each peak of the rival belongs to the line. The intercept is the mean
        of the posterior of a normal whose prior is at the prediction of the glycan.
        """
        arrays, of_peaks = self._arrays, self._arrays.species[rival.rows]
        weight = arrays.count[rival.rows] * share / rival.width_min**2
        times_min = self._model.straight_times(arrays.time_min[rival.rows])
        off = times_min - self._base_min[of_peaks]
        species_count = len(self._base_min)
        own = np.array([np.bincount(of_peaks, w, species_count) for w in (weight, weight * off)])
        precision, moment = (own.sum(axis=1, keepdims=True) - own)[:, species]
        precision = precision + rival.prior_sd_min**-2
        mean = self._model.bent_times(self._base_min[species] + moment / precision)
        first = len(self._candidates.number) + sum(one.shape[1] for one in self._added)
        self._added.append(np.array([mean, np.sqrt(rival.width_min**2 + 1 / precision)]))
        return np.arange(first, first + len(species))
