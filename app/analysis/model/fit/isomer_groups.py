"""Name the isomers of each prefix after the intercepts that a search found.

A letter in a name says which isomer it is. Of GD1, fragments with two sialic acids on the inner
galactose tell b from a. Else isomers are called early, middle and late, because order alone does
not tell their letters. A modified form is named as its core is; one with one isomer alone is named
after the nearer isomer of its core.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.explaining.explanation import explain_peaks
from app.analysis.evidence.explaining.ions import IonMixture
from app.analysis.evidence.explaining.mixture import SHARES, Mixture
from app.analysis.evidence.explaining.posterior import Posterior
from app.analysis.evidence.explaining.unpicked_parents import UnpickedParents
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.fit.likeliest_effects import with_likeliest_effects
from app.analysis.model.fit.training import constant_of, initial_model, refit_model
from app.analysis.model.intercepts.intercept_search import InterceptSearch
from app.analysis.model.law.candidates import Candidates
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.parents.first_explanations import other_densities
from app.analysis.names.isomers import BY_ORDER, DECIDED_BY_FRAGMENTS, DISIALO, LETTERS
from app.analysis.names.species_table import SpeciesTable

ISOMER_GROUP_SCHEMA = {
    "prefix": pl.String,
    "group": pl.String,
    "isomer": pl.String,
    "late": pl.Int32,
    "intercept_min": pl.Float64,
}
# The second search has a better model.
SEARCHES = 2
# A lone isomer of a modified form is that of its core if it lies within this (in minutes of porcine
# brain), and twice as near to it as to any other.
SAME_ISOMER_MIN = 0.2


def find_isomers(
    arrays: PeakArrays, names: pl.DataFrame
) -> tuple[InterceptSearch, pl.DataFrame, RetentionModel]:
    """Search the intercepts of every prefix and fit the model to the peaks at them.

    Returns:
        The last search, the isomers of each prefix (``ISOMER_GROUP_SCHEMA``), and the model.
    """
    mixture, letters = Mixture.of(arrays), _letters(names)
    others = other_densities(arrays, mixture)
    gain = mixture.log_true(arrays) - np.log(others)
    model = with_likeliest_effects(initial_model(arrays), arrays, gain, constant_of(arrays)[1])
    known: dict[str, list[float]] = {}
    for _ in range(SEARCHES):
        search = InterceptSearch(arrays, model, mixture, others, letters, known).run()
        isomer_groups, known = _isomer_groups(search), search.found
        model = _fit_at_intercepts(search, isomer_groups)
    return search, isomer_groups, model


def _letters(names: pl.DataFrame) -> dict[str, list[str]]:
    """The isomer letters that names of a prefix are written with."""
    found: dict[str, set[str]] = {}
    for prefix, letter in names[["prefix", "letter"]].iter_rows():
        if letter is not None:
            found.setdefault(prefix, set()).add(letter)
    return {prefix: sorted(letters) for prefix, letters in found.items()}


def _fit_at_intercepts(search: InterceptSearch, isomer_groups: pl.DataFrame) -> RetentionModel:
    """The model fitted to the peaks at the intercepts."""
    candidates = Candidates.of(search.arrays.species_table, SpeciesTable.of(isomer_groups))
    base = search.own_base_min[candidates.number]
    at = candidates.table["intercept_min"]
    is_unknown = np.isnan(at)
    sd = np.where(is_unknown, search.intercept_sd_min, search.width_min)
    posterior = explain_at(search, candidates, (base + np.where(is_unknown, 0.0, at), sd))
    return refit_model(search.arrays, candidates, posterior, search.model)


def explain_at(
    search: InterceptSearch, candidates: Candidates, predicted: tuple[Array, Array]
) -> Posterior:
    """Explain the peaks of a search where each candidate is predicted (minutes and their SD)."""
    arrays = search.arrays
    return explain_peaks(
        arrays,
        candidates.place,
        predicted,
        search.mixture,
        np.full(len(arrays.row), 0.5),
        np.full(search.prefixes.height, SHARES["fragment"]),
        UnpickedParents.by_time_alone(search.virtual),
        IonMixture.usual(arrays),
    )


def _isomer_groups(search: InterceptSearch) -> pl.DataFrame:
    rows = [row for prefix in search.found for row in _groups_of(prefix, search)]
    rows.sort(key=lambda row: str(row[1]))  # the group
    return pl.DataFrame(rows, schema=ISOMER_GROUP_SCHEMA, orient="row")


def _groups_of(prefix: str, search: InterceptSearch) -> list[tuple[object, ...]]:
    at, core = search.found[prefix], prefix.partition("+")[0]
    letters = _letters_of(prefix, len(at), search)
    if len(at) > 1 or prefix in search.letters:
        named = zip(letters, at, strict=False)
        return [(prefix, f"{prefix}/{x}", x, n, one) for n, (x, one) in enumerate(named)]
    if not at:
        return [(prefix, prefix, None, 0, None)]
    of_core = search.found.get(core, [])
    distance = [abs(one - at[0]) for one in of_core]
    order = sorted(range(len(of_core)), key=distance.__getitem__)
    same_min = SAME_ISOMER_MIN * search.arrays.time_scale
    if len(of_core) > 1 and distance[order[0]] <= min(same_min, distance[order[1]] / 2):
        letter = _letters_of(core, len(of_core), search)[order[0]]
        return [(prefix, f"{prefix}/{letter}", letter, order[0], at[0])]
    return [(prefix, prefix, None, 0, at[0])]


def _letters_of(prefix: str, isomers: int, search: InterceptSearch) -> Sequence[str]:
    """The letters of a number of isomers of a prefix, or their order where nothing decides."""
    if prefix in search.letters:
        return search.letters[prefix]
    core = prefix.partition("+")[0]
    if core == DECIDED_BY_FRAGMENTS and len(search.found.get(core, [])) == len(LETTERS[core]):
        early, late = search.children(core, DISIALO)
        if late > early:
            return LETTERS[core]
    return BY_ORDER[isomers]
