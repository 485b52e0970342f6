"""Use a library for a run, or refuse it with the reason."""

from typing import NamedTuple

import msgspec
import polars as pl

from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.library.agreement import Agreement, compare
from app.analysis.library.law import RetentionLaw
from app.analysis.library.law_prior import prior_model
from app.analysis.library.library_peaks import kinds_of, library_groups, pairs_of
from app.analysis.library.library_use import LibraryUse
from app.analysis.library.likely_fragments import likely_fragments
from app.analysis.library.refusal import NO_PEAK, refusal_of
from app.analysis.library.time_map import TimeMap, learn_map
from app.analysis.model.fit.isomer_groups import explain_at
from app.analysis.model.fit.training import LIKELY, refit_model
from app.analysis.model.intercepts.intercept_search import InterceptSearch
from app.analysis.model.intercepts.rival_predictions import RivalsOfPrefixes
from app.analysis.model.law.candidates import Candidates
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.names.species_table import SpeciesTable


class WithLibrary(NamedTuple):
    """The isomers, the first model and the rivals of a run, and how it used a library."""

    isomer_groups: pl.DataFrame
    model: RetentionModel
    rivals: RivalsOfPrefixes
    use: LibraryUse | None


def with_library(
    search: InterceptSearch,
    isomer_groups: pl.DataFrame,
    model: RetentionModel,
    law: RetentionLaw,
) -> WithLibrary:
    """What a search found and the first model, by the library if the column is the same."""
    without = WithLibrary(isomer_groups, model, search.rivals, None)
    mapped = map_library(search.arrays, law)
    found, refusal = mapped.map, mapped.refusal
    peaks = None if mapped.agreement is None else mapped.agreement.explained
    if refusal is not None or found is None:
        return without._replace(use=LibraryUse.of(found, peaks, refusal, law.centre_min))
    fitted = fit_with_library(search, isomer_groups, law, found)
    if fitted is None:
        return without._replace(use=LibraryUse.of(found, peaks, NO_PEAK, law.centre_min))
    # The library knows where its classes elute, so they have no rival intercepts.
    rivals = {name: each for name, each in search.rivals.items() if name not in law.prefixes}
    return WithLibrary(*fitted, rivals, LibraryUse.of(found, peaks, None, law.centre_min))


class Mapped(msgspec.Struct, frozen=True, eq=False):
    """A library mapped on to a run; ``refusal`` is why it is not used, None if it is.

    ``map`` and ``agreement`` are None if no peak can be compared.
    """

    map: TimeMap | None
    agreement: Agreement | None
    refusal: str | None


def map_library(arrays: PeakArrays, law: RetentionLaw) -> Mapped:
    """Map a library on to the peaks of a run, and judge whether the column is the same."""
    if not law.prefixes & set(arrays.species_table["prefix"]):
        return Mapped(None, None, refusal_of(None, None, arrays, law))
    pairs, candidates = pairs_of(arrays, law)
    if not len(pairs.peak):
        return Mapped(None, None, refusal_of(None, None, arrays, law))
    scale = arrays.time_scale
    found = learn_map(pairs, scale / law.time_scale, scale)
    is_judged = ~likely_fragments(arrays, law, candidates, found)
    kinds, allowed = kinds_of(arrays, law, is_judged)
    agreement = compare(pairs, found, kinds, allowed * found.scale, scale)
    return Mapped(found, agreement, refusal_of(found, agreement, arrays, law))


def fit_with_library(
    search: InterceptSearch, isomer_groups: pl.DataFrame, law: RetentionLaw, found: TimeMap
) -> tuple[pl.DataFrame, RetentionModel] | None:
    """The isomers and the first model of a run by a library; None if no peak lies where it says."""
    groups = _with_groups_of(law, search, isomer_groups)
    arrays = search.arrays
    candidates = Candidates.of(arrays.species_table, SpeciesTable.of(groups))
    start = prior_model(law, found, candidates, arrays.time_scale)
    posterior = explain_at(search, candidates, start.predict(candidates.design))
    if not (posterior.p_true >= LIKELY).any():
        return None
    return groups, refit_model(arrays, candidates, posterior, start)


def _with_groups_of(
    law: RetentionLaw, search: InterceptSearch, isomer_groups: pl.DataFrame
) -> pl.DataFrame:
    """The isomers of each prefix: those of the library, or those of the run where it has more."""
    known = library_groups(law, search.arrays.species_table)
    of_library = pl.DataFrame(
        known.lists(*known.columns),
        schema={name: isomer_groups.schema[name] for name in known.columns},
    ).with_columns(intercept_min=pl.lit(None, dtype=pl.Float64))
    kept = []
    for (prefix,), own in isomer_groups.group_by("prefix", maintain_order=True):
        theirs = of_library.filter(pl.col("prefix") == prefix)
        letters = set(search.letters.get(str(prefix), []))
        is_known = theirs.height >= own.height and letters <= set(theirs["isomer"])
        kept.append(theirs.select(own.columns) if is_known and theirs.height else own)
    return pl.concat(kept).sort("group")
