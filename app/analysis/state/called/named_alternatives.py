"""Name the species that outliers are instead of their labels, where the evidence decides."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.explaining.measured_masses import MeasuredMasses
from app.analysis.model.better_names.alternatives import Alternatives, TakenSpecies
from app.analysis.model.law.design import CERAMIDE_COLUMNS
from app.analysis.names.isomers import BY_ORDER
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.called.called_ions import NO_ION
from app.analysis.state.calls import AMBIGUOUS, OUTLIER, TRUE

# A species is named if it is three times as likely as everything else together.
NAMED_FROM = 0.75
# Others are listed beside it from this on.
LISTED_FROM = 0.05
ORDERS = frozenset(order for orders in BY_ORDER.values() for order in orders)
AS, SEPARATOR = " as ", "; "
SENTENCE = " The mass and the time fit {} (probability {:.2f})."


class Named(NamedTuple):
    """A species that a peak can be, and its adduct where the m/z contradicts the label."""

    species: str
    adduct: str | None
    probability: float

    def __str__(self) -> str:
        return f"{self.species}{AS + self.adduct if self.adduct else ''} {self.probability:.2f}"

    @property
    def sentence(self) -> str:
        """The sentence in the reason of a row."""
        return SENTENCE.format(str(self).rpartition(" ")[0], self.probability)


def parse_alternatives(text: str) -> list[Named]:
    """The species of the column ``alternative_species``, the likeliest first."""
    found = []
    for one in text.split(SEPARATOR):
        name, _, probability = one.rpartition(" ")
        species, _, adduct = name.partition(AS)
        found.append(Named(species, adduct or None, float(probability)))
    return found


def with_alternatives(state: AnalysisState) -> AnalysisState:
    """The state whose outliers have ``alternative_species``, as a text and as a sentence.

    The text lists species with their probability, the likeliest first, as in
    ``GM2(38:1;O2) 0.82; GM1(36:1;O2) 0.06``.
    """
    number = np.zeros(len(state.arrays.row), dtype=np.uint32)
    texts: list[str | None] = [None]
    sentences: list[str | None] = [None]
    for peak, named in _found(state).items():
        number[peak] = len(texts)
        texts.append(SEPARATOR.join(map(str, named)))
        sentences.append(named[0].sentence)
    return state.with_peak_columns(
        {"alternative_species": number, "alternative_sentence": number},
        alternative_species=tuple(texts),
        alternative_sentence=tuple(sentences),
    )


def _found(state: AnalysisState) -> dict[int, list[Named]]:
    """The species that each peak can be, for those with a likely one."""
    is_open = (state["call"] == OUTLIER) & (state["ion"] == NO_ION) & ~state["is_near_blank"]
    if state.model is None or state.mixture is None or not is_open.any():
        return {}
    masses = MeasuredMasses.of(state.arrays, np.flatnonzero(is_open), *_mz_and_adducts(state))
    is_species = (state["call"] == TRUE) | (state["call"] == AMBIGUOUS)
    taken = TakenSpecies(is_species, state.gate_min)
    ppm = state.settings.mz_tolerance_ppm
    found = Alternatives.of(state.arrays, masses, taken, state.model, state.mixture, ppm)
    likely = np.flatnonzero(found.probability >= LISTED_FROM)
    if not len(likely):
        return {}
    of_peaks: defaultdict[int, dict[tuple[str, str | None], float]]
    of_peaks = defaultdict(lambda: defaultdict(float))
    species = found.table.rows(found.species[likely])
    rows = species.iter_rows("group", *CERAMIDE_COLUMNS)
    for pair, row in zip(likely.tolist(), rows, strict=True):
        adduct = masses.adducts[found.adduct[pair]] if found.adduct[pair] >= 0 else None
        of_peaks[int(found.peak[pair])][_written(row), adduct] += float(found.probability[pair])
    return {
        peak: _ordered(names)
        for peak, names in of_peaks.items()
        if max(names.values()) >= NAMED_FROM
    }


def _mz_and_adducts(state: AnalysisState) -> tuple[Array, pl.Series]:
    """The m/z and the adduct of each peak, as the table says."""
    mz, adduct = (state.table[name] for name in ("mz", "adduct"))
    if mz.null_count() == adduct.null_count() == len(mz):
        nothing = np.broadcast_to(np.nan, len(state.arrays.row))
        return nothing, adduct.head(len(state.arrays.row))
    places = pl.Series(state.arrays.row.astype(np.int64) - 1)
    return mz[places].fill_null(np.nan).to_numpy(), adduct[places]


def _written(species: tuple[str, int, int, int]) -> str:
    """The name of a species such as ``GD1b+OAc(36:1;O2)``."""
    group, carbons, bonds, hydroxyls = species
    prefix, _, isomer = group.partition("/")
    core, plus, modifications = prefix.partition("+")
    letter = "" if isomer in ORDERS else isomer
    return f"{core}{letter}{plus}{modifications}({carbons}:{bonds};O{hydroxyls})"


def _ordered(names: Mapping[tuple[str, str | None], float]) -> list[Named]:
    named = [Named(*name, probability) for name, probability in names.items()]
    return sorted(named, key=lambda one: (-one.probability, one.species, one.adduct or ""))
