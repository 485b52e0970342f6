"""Rule 3: how many isomers a prefix has, found from the table.

GD1 is a or b, GT1 is a, b or c. Peaks of one isomer gather at one
intercept (app/analysis/model/intercepts/intercept_search.py), so a prefix has as many isomers as
there are intercepts (app/analysis/model/fit/isomer_groups.py).
"""

from collections import Counter

import numpy as np
import polars as pl
from msgspec.structs import replace

from app.analysis.evidence.array_types import Mask
from app.analysis.model.fit.curve_search import shown_curve
from app.analysis.model.fit.isomer_groups import find_isomers
from app.analysis.model.fit.training import FITTED_PEAKS
from app.analysis.model.intercepts.intercept_search import InterceptSearch
from app.analysis.model.intercepts.rival_predictions import RivalsOfPrefixes
from app.analysis.names.isomers import DECIDED_BY_FRAGMENTS, DISIALO, LETTERS
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState, first_true_case
from app.analysis.state.curve_warnings import curve_warnings
from app.analysis.state.data_warning import DataWarning

VERDICTS = ("several isomers", "one isomer")
# The standard deviations by which disialo fragments must contradict the usual order of GD1a and
# GD1b before that is reported.
CONTRADICTED_SDS = 2.0


def apply(state: AnalysisState) -> AnalysisState:
    """Find the isomers of every prefix in the samples that the model is fitted to."""
    indices = state.arrays.indices_of_first_samples(FITTED_PEAKS)
    arrays = state.arrays.only(indices)
    search, isomer_groups, model = find_isomers(arrays, state.names)
    curve = shown_curve(model, arrays, state.names) if state.library is None else None
    if curve is not None:
        state = replace(state, arrays=state.arrays.straightened(curve))
        arrays = state.arrays.only(indices)
        search, isomer_groups, model = find_isomers(arrays, state.names)
    rivals: RivalsOfPrefixes = search.rivals
    use = None
    if state.library is not None:
        from app.analysis.library.use import with_library  # few runs have a library

        found = with_library(search, isomer_groups, model, state.library)
        isomer_groups, model, rivals, use = found
    with_model = replace(
        state,
        training_arrays=arrays,
        training_indices=indices,
        isomer_groups=isomer_groups,
        model=model,
        rivals=rivals,
        library_use=use,
    )
    verdict = first_true_case(_has_several(state.names, isomer_groups))[state.arrays.species]
    judged = with_model.with_peak_columns({"verdict_3": verdict}, verdict_3=VERDICTS)
    of_library = [] if use is None else [DataWarning("retention_library", use.sentence())]
    return judged.warn(*_warnings(search), *of_library, *curve_warnings(curve))


def _has_several(names: pl.DataFrame, isomer_groups: pl.DataFrame) -> Mask:
    """Whether the prefix of each species has several isomers."""
    isomers = Counter(isomer_groups["prefix"])
    return np.array([isomers[prefix] > 1 for prefix in names["prefix"]], dtype=np.bool_)


def _warnings(search: InterceptSearch) -> list[DataWarning]:
    """Warn where disialo fragments, which GD1b gives, co-elute with what is taken for GD1a."""
    core = DECIDED_BY_FRAGMENTS
    if len(search.found.get(core, [])) != len(LETTERS[core]):
        return []
    early, late = search.children(core, DISIALO)
    if early - late < CONTRADICTED_SDS * np.sqrt(early + late) or early + late == 0:
        return []
    text = (
        f"The earlier GD1 is usually GD1a, but {early} disialo fragments (GD3, GD2) elute with it "
        f"and {late} with the later one. The two are called early and late."
    )
    return [DataWarning("isomer_order", text)]


def _isomer_in_words() -> pl.Expr:
    """The isomer of a group such as ``GD1/b`` or ``GT1/early``, as it stands in a sentence."""
    isomer = pl.col("group").str.extract("/(.+)$").fill_null("one")
    is_place = isomer.is_in(["early", "middle", "late"])
    return (
        pl.when(is_place)
        .then(pl.format("the {} one", isomer))
        .otherwise(pl.format("isomer {}", isomer))
    )


RULE = Rule(
    number=3,
    title="Isomers",
    needs=("has_parent",),
    gives=("verdict_3",),
    apply=apply,
    sentence=pl.when(pl.col("verdict_3") == "several isomers")
    .then(
        pl.format(
            "{} has several isomers in this table; this peak is nearest to {}.{}",
            "prefix",
            _isomer_in_words(),
            pl.when(pl.col("group").str.contains("/(?:early|middle|late)$"))
            .then(pl.lit(" The order of elution alone does not decide its letter."))
            .otherwise(pl.lit("")),
        )
    )
    .otherwise(pl.format("The peaks of {} are taken for one isomer.", "prefix")),
)
