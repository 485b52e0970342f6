"""Rule 10: the call, its parent and its confidence.

The confidence is the probability that the annotation is true, given the residual, the co-eluting
parents, the other peaks of its name and its area (app/analysis/evidence/explaining/explanation.py).
"""

from collections import Counter

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState, PeakColumns, Verdicts, first_true_case
from app.analysis.state.called.called_ions import ION_WORDS, IONS, NO_ION, find_ions, ion_words
from app.analysis.state.called.called_isomers import UNRESOLVED, called_isomers
from app.analysis.state.called.named_alternatives import with_alternatives
from app.analysis.state.called.root_parents import (
    consolidated,
    likeliest_parents,
    named_parents,
    parent_columns,
    roots,
)
from app.analysis.state.called.unpicked_parents import find_unpicked_parents, with_unpicked_parents
from app.analysis.state.calls import AMBIGUOUS, CALLS, FRAGMENT, OUTLIER, TRUE
from app.analysis.state.doubts.class_sentences import likelihoods

MORE_LIKELY = 0.5
# A call is ambiguous if two explanations have at least this probability each.
BOTH_HOLD = 1 / 3
# The most confidence in a species that is larger in a blank: it is there, but does not come from
# the sample.
BELOW_BLANK = 0.1
# The rule that decides each call of CALLS: the retention model, fragments, or this one.
DECIDED_BY = np.array([1, 5, 1, 10], dtype=np.uint8)
# An outlier whose time fits lost against another peak of its name; rule 3 decides it.
DECIDED_BY_ISOMERS = 3
# Another ion than the label's elutes with its parent, as a fragment does.
DECIDED_BY_FRAGMENTS = 5


def apply(state: AnalysisState) -> AnalysisState:
    """Call every row and name its parent."""
    isomers = _several_isomers(state.isomer_groups)
    unpicked = state.possible_ions.parent_names(isomers) if state.possible_ions else ()
    labels = {"call": CALLS, "ion": IONS, "ion_words": ION_WORDS, "unpicked": (*unpicked, None)}
    called = state.with_peak_columns(state.in_blocks(_call_block), **labels)
    called = with_unpicked_parents(with_alternatives(called), isomers)
    called = called.with_peak_columns({"verdict_10": called["call"]}, verdict_10=CALLS)
    words = (*called.labels["isomer"], *UNRESOLVED.values())
    return called.with_peak_columns({"isomer": called_isomers(called, words)}, isomer=words)


def calls(state: AnalysisState) -> Verdicts:
    """The call of each peak, a number into ``CALLS``; it needs the fitted model alone.

    ``apply`` gives the same calls, with the parent and the confidence of each peak.
    """
    call = _call(state)
    return _judged_by_times(state, _beside_blanks(call, *_compare_with_blanks(state, call)))


def _call_block(state: AnalysisState) -> PeakColumns:
    by_model = _call(state)
    ions = find_ions(state, by_model)
    near, below = _compare_with_blanks(state, by_model)
    call = _judged_by_times(state, _beside_blanks(by_model, near, below))
    is_ion = ions["ion"] != NO_ION
    is_part = (call == FRAGMENT) | is_ion
    direct = np.where(is_ion, ions["ion_parent"], likeliest_parents(state))
    root = roots(is_part, is_part | (call == AMBIGUOUS), direct)
    parent = np.where(near, -1, named_parents(root, is_part, call == OUTLIER))
    is_of_unpicked = (parent < 0) & ((call == FRAGMENT) | ((call == AMBIGUOUS) & state["fits"]))
    top = np.where((root >= 0) & (call[root] == FRAGMENT), root, -1)
    return {
        "unpicked_parent": find_unpicked_parents(state, is_of_unpicked, top),
        **{name: ions[name] for name in ("ion", "ion_ppm", "unpicked")},
        "ion_words": ion_words(ions["ion"], ions["has_lost"] | (parent != direct)),
        "call": call,
        "rule": _deciding_rule(call, state["fits"], is_ion, near),
        "confidence": _confidence(state, near, below),
        "consolidated_volume": consolidated(state.arrays, is_part, parent),
        **parent_columns(state.arrays, parent),
        "mass_error_ppm": state.arrays.ppm,
        "is_alone": _is_alone(state.arrays, call),
        "is_near_blank": near,
        "is_torn": (call == AMBIGUOUS) & _is_torn(state),
    }


def _confidence(state: AnalysisState, is_near_blank: Mask, is_below_blank: Mask) -> Array:
    """The probability of each label; at most one half beyond the user's threshold.

    And where no time confirms a label, or a blank has the species too.
    """
    likely = state["p_true"] * state.p_class
    is_confirmed = state["fits"] & ~state.is_doubted & ~is_near_blank
    confidence = np.where(is_confirmed, likely, np.minimum(likely, MORE_LIKELY))
    confidence[is_below_blank] = np.minimum(confidence[is_below_blank], BELOW_BLANK)
    return confidence


def _deciding_rule(
    call: Verdicts, fits: Mask, is_ion: Mask, is_near_blank: Mask
) -> NDArray[np.uint8]:
    """The number of the rule that decides each call."""
    rule = np.where((call == OUTLIER) & fits, np.uint8(DECIDED_BY_ISOMERS), DECIDED_BY[call])
    rule = np.where(is_ion, np.uint8(DECIDED_BY_FRAGMENTS), rule)
    rule[is_near_blank] = DECIDED_BY[AMBIGUOUS]
    return rule


def _call(state: AnalysisState) -> Verdicts:
    p_true, p_fragment, fits = state["p_true"], state["p_fragment"], state["fits"]
    is_likely = p_true >= MORE_LIKELY
    both = fits & (np.minimum(p_true, p_fragment) >= BOTH_HOLD)
    # The user marked it as an anchor, but it is beyond the user's threshold.
    both |= state.arrays.anchor & is_likely & ~fits
    both |= _is_torn(state)
    others = state["p_other"] + state["p_ion"] + state["p_unpicked_ion"]
    is_fragment = p_fragment + state["p_virtual"] > others
    chosen = first_true_case(both, is_likely & fits, is_fragment)
    called: Verdicts = np.array([AMBIGUOUS, TRUE, FRAGMENT, OUTLIER], dtype=np.uint8)[chosen]
    return called


def _is_torn(state: AnalysisState) -> Mask:
    """Whether the label is right with one position of the line of its prefix, not with another.

    Both positions hold with at least the probability that two explanations need.
    """
    p_true = state["p_true"]
    torn: Mask = np.minimum(p_true, 1 - p_true) >= BOTH_HOLD
    return torn & (state["line_contrast"] >= MORE_LIKELY)


def _compare_with_blanks(state: AnalysisState, call: Verdicts) -> tuple[Mask, Mask]:
    """Which species are not above their blank by the factor, and which not above it at all.

    One without an area cannot be told to be above its blank.
    """
    arrays = state.arrays
    if arrays.blank_area is None:
        return np.zeros(len(call), dtype=np.bool_), np.zeros(len(call), dtype=np.bool_)
    is_species = (call == TRUE) | (call == AMBIGUOUS)
    is_above = arrays.area >= state.settings.blank_factor * arrays.blank_area
    is_near: Mask = is_species & ~is_above & (arrays.blank_area > 0)
    is_below: Mask = is_near & (arrays.area <= arrays.blank_area)
    return is_near, is_below


def _beside_blanks(call: Verdicts, is_near_blank: Mask, is_below_blank: Mask) -> Verdicts:
    beside = call.copy()
    beside[is_near_blank] = AMBIGUOUS
    beside[is_below_blank] = OUTLIER
    return beside


def _judged_by_times(state: AnalysisState, call: Verdicts) -> Verdicts:
    """The calls; where times follow no law, species and fragments are no more than possible."""
    is_open = ((call == TRUE) | (call == FRAGMENT)) & state.is_doubted
    return np.where(is_open, np.uint8(AMBIGUOUS), call)


def _is_alone(arrays: PeakArrays, call: Verdicts) -> Mask:
    """Whether no other peak of the sample is a species of the same name."""
    species = arrays.sample_species[(call == TRUE) | (call == AMBIGUOUS)]
    alone: Mask = (
        np.bincount(species, minlength=arrays.sample_species_count)[arrays.sample_species] == 1
    )
    return alone


def _several_isomers(isomer_groups: pl.DataFrame) -> dict[str, str]:
    """The isomer of each group whose prefix has several."""
    if isomer_groups.is_empty():
        return {}
    prefixes, groups, isomers = (
        isomer_groups[name].to_list() for name in ("prefix", "group", "isomer")
    )
    count = Counter(prefixes)
    return {
        group: isomer
        for prefix, group, isomer in zip(prefixes, groups, isomers, strict=True)
        if count[prefix] > 1 and isomer is not None
    }


RULE = Rule(
    number=10,
    title="Confidence",
    needs=("p_true", "p_fragment", "p_virtual", "p_other", "fits", "isomer", "residual_min"),
    gives=(
        *("call", "rule", "parent_row", "difference_min", "confidence", "consolidated_volume"),
        *("is_near_blank", "is_torn", "verdict_10", "ion", "alternative_species"),
    ),
    apply=apply,
    is_heavy=True,
    sentence=pl.coalesce(
        "problem",
        pl.format(
            "The probability is {} that it is what its label says, {} that it is a fragment, "
            "{} that it is another ion and {} that it is none of these.",
            likelihoods(pl.col("p_true")),
            likelihoods(pl.col("p_fragment") + pl.col("p_virtual")),
            likelihoods(pl.col("p_ion") + pl.col("p_unpicked_ion")),
            likelihoods(pl.col("p_other")),
        ),
    ),
    unusable="invalid",
)
