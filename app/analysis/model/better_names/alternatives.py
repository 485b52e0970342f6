"""Which species an outlier is instead of its label: one of its mass that is expected at its time.

Gangliosides have isomers that no mass tells apart: an O-acetyl group has the composition of two
carbons, a double bond and a hydroxyl group, and NeuGc that of NeuAc with a hydroxyl group. With
m/z a label of another mass can be corrected as well.
"""

from typing import NamedTuple

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.densities import log_normal, log_normal_if_known, log_t
from app.analysis.evidence.explaining.measured_masses import MeasuredMasses
from app.analysis.evidence.explaining.mixture import Mixture
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.better_names.near_pairs import NearPairs, species_codes
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.names.species_table import SpeciesTable

# The prior share of outliers that are another species of their mass, and the number of outliers it
# counts for. It is a guess and weak: most outliers of a table are nothing that can be named.
USUAL_SHARE, USUAL_COUNT = 0.05, 10.0
ROUNDS = 20
# A species elutes within this many standard deviations of its prediction.
FITTING_SDS = 2.5
# Errors of masses have the tails of this t distribution, as in app/analysis/evidence/masses/.
MASS_DEGREES = 4.0


class Alternatives(msgspec.Struct, frozen=True, eq=False):
    """Pairs of an outlier and a species that it can be instead, as arrays (m,).

    ``peak`` is a position among the peaks, ``species`` one in ``table``, ``adduct`` one in the
    adducts of the measured masses or -1. The ``probability`` of all pairs of a peak and that of
    nothing at all add up to 1.
    """

    table: SpeciesTable
    peak: Indices
    species: Indices
    adduct: Indices
    probability: Array

    @classmethod
    def none(cls) -> "Alternatives":
        """No pairs at all."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(SpeciesTable({}), nothing, nothing, nothing, np.zeros(0))

    @classmethod
    def of(
        cls,
        arrays: PeakArrays,
        masses: MeasuredMasses,
        taken: "TakenSpecies",
        model: RetentionModel,
        mixture: Mixture,
        ppm: float,
    ) -> "Alternatives":
        """Find the pairs by mass, within ``ppm``, and judge them by time and area."""
        pairs = NearPairs.of(arrays, masses, model, ppm)
        if not len(pairs.mass):
            return cls.none()
        peak, species, off_min = masses.peak[pairs.mass], pairs.species, pairs.off_min
        sd = _sd_min(model, pairs.design, species)
        at = np.flatnonzero(np.abs(off_min) <= FITTING_SDS * sd)
        of_peaks, reach_min = (pairs.table, species[at]), FITTING_SDS * sd[at]
        at = at[~taken.by_another(arrays, peak[at], of_peaks, off_min[at], reach_min)]
        ratio = np.zeros(len(peak))
        ratio[at] = _mass_ratio(arrays, masses, pairs, at)
        ratio[at] *= np.exp(log_normal(off_min[at], 0.0, sd[at]))
        ratio[at] *= mixture.window_min
        ratio[at] *= _area_ratio(arrays.log_area[peak[at]], mixture)
        adduct = masses.adduct[pairs.mass]
        return cls(pairs.table, peak, species, adduct, _probabilities(peak, ratio))


def _met(species: Indices) -> tuple[Indices, Indices]:
    """The different ones of some numbers, sorted, and the place of each among them."""
    is_met = np.bincount(species) > 0
    return np.flatnonzero(is_met), (np.cumsum(is_met) - 1)[species]


def _sd_min(model: RetentionModel, design: Array, species: Indices) -> Array:
    """The standard deviation (m,) of a new peak of some species, rows of a design, in minutes."""
    met, place = _met(species)
    return model.predict(design[met])[1][place] if len(met) else np.zeros(0)


class TakenSpecies(NamedTuple):
    """The peaks (n,) that are what their label says, so that no other is that species.

    A peak within ``gate_min`` of one is the same peak under another label.
    """

    is_species: Mask
    gate_min: float

    def by_another(
        self,
        arrays: PeakArrays,
        peak: Indices,
        species: tuple[SpeciesTable, Indices],
        off_min: Array,
        reach_min: Array,
    ) -> Mask:
        """Whether another peak is the species that is predicted ``off_min`` before a peak.

        ``species`` is a table and the row (m,) in it of the species of each peak.
        """
        of_names, of_table = species_codes(arrays.species_table, species[0])
        codes = int(max(of_names.max(), of_table.max())) + 1
        asked, at = arrays.sample[peak] * codes + of_table[species[1]], arrays.rt_min[peak]
        place, cell = self._in_cells(arrays, of_names, codes, asked)
        # A key for each sample, code and time, whose cells are farther apart than any two times.
        start_min = float(arrays.rt_min.min())
        span_min = 4 * float(np.ptp(arrays.rt_min)) + 1.0
        keys = np.sort(cell * span_min + (arrays.rt_min[place] - start_min))

        def count(middle_min: Array, reach_min: Array) -> Indices:
            middle = asked * span_min + middle_min - start_min
            reach = np.minimum(reach_min, 0.2 * span_min)
            high = np.searchsorted(keys, middle + reach, side="right")
            return high - np.searchsorted(keys, middle - reach)

        gate_min = np.full(len(peak), self.gate_min)
        is_taken: Mask = count(at - off_min, reach_min) > count(at, gate_min)
        return is_taken

    def _in_cells(
        self, arrays: PeakArrays, of_names: Indices, codes: int, asked: Indices
    ) -> tuple[Indices, Indices]:
        """The species among the peaks that are in one of the ``asked`` cells, and their cells.

        A cell is a number for a sample and one of ``codes`` species. Few cells are asked for.
        """
        is_asked = np.zeros(arrays.samples * codes, dtype=np.bool_)
        is_asked[asked] = True
        cell = arrays.cell(of_names[arrays.species], codes)
        place = np.flatnonzero(self.is_species & is_asked[cell])
        return place, cell[place]


def _mass_ratio(arrays: PeakArrays, masses: MeasuredMasses, pairs: NearPairs, at: Indices) -> Array:
    """How much likelier the masses of the pairs ``at`` some places are as those of their species.

    That is against any mass at all. A label without m/z was as likely read from the mass of any
    species of that mass. A measured mass of nothing that is known lies anywhere.
    """
    mass = pairs.mass[at]
    of_label: Array = 1 / pairs.of_peak[masses.peak[mass]]
    if not masses.is_measured.any():
        return of_label
    off_ppm = 1e6 * (masses.mass_da[mass] / pairs.mass_da[pairs.species[at]] - 1)
    sd_da = 1e-6 * arrays.mass_sd_ppm * masses.mass_da[mass]
    measured = np.exp(log_t(off_ppm / arrays.mass_sd_ppm, MASS_DEGREES)) / sd_da
    measured *= masses.weight[mass] * pairs.range_da / pairs.possible
    ratio: Array = np.where(masses.is_measured[mass], measured, of_label)
    return ratio


def _area_ratio(log_area: Array, mixture: Mixture) -> Array:
    """How much likelier each area is as that of a species than as that of nothing that is known."""
    of_species, of_other = mixture.true_area, mixture.other_area
    ratio: Array = np.exp(
        log_normal_if_known(log_area, *of_species) - log_normal_if_known(log_area, *of_other)
    )
    return ratio


def _probabilities(peak: Indices, ratio: Array) -> Array:
    """The probability of each pair, given how much likelier it is than nothing at all.

    The share of outliers that are another species is learnt from all that can be one.
    """
    outliers, place = _met(peak)
    total, share = np.bincount(place, ratio), USUAL_SHARE
    for _ in range(ROUNDS):
        found = share * total / (share * total + 1 - share)
        share = float(found.sum() + USUAL_COUNT * USUAL_SHARE) / (len(outliers) + USUAL_COUNT)
    probability: Array = share * ratio / (share * total + 1 - share)[place]
    return probability
