"""Rule 10: the call, its parent and its confidence.

The confidence is the probability that the annotation is true, given the residual, the co-eluting
parents, the other peaks of its name and its area (app/analysis/evidence/explanation.py).
"""

from collections import Counter

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.fragments import credibility, pair_densities
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.names.isomers import LETTERS
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState, PeakColumns, Verdicts, first_true_case
from app.analysis.state.called_ions import (
    ION_WORDS,
    IONS,
    NO_ION,
    find_ions,
    ion_words,
)
from app.analysis.state.calls import AMBIGUOUS, CALLS, FRAGMENT, OUTLIER, TRUE
from app.analysis.state.named_alternatives import with_alternatives
from app.analysis.state.unpicked_parents import find_unpicked_parents, with_unpicked_parents

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
# Each further sugar or O-acetyl group is lost about half as often.
FURTHER_LOSS = 0.5
# The most steps from a peak to its root: each parent has more sugars or a label of another mass.
MOST_STEPS = 12
UNRESOLVED = {core: f"{'/'.join(letters)} unresolved" for core, letters in LETTERS.items()}


def apply(state: AnalysisState) -> AnalysisState:
    """Call every row and name its parent."""
    isomers = _several_isomers(state.isomer_groups)
    unpicked = state.possible_ions.parent_names(isomers) if state.possible_ions else ()
    labels = {"call": CALLS, "ion": IONS, "ion_words": ION_WORDS, "unpicked": (*unpicked, None)}
    called = state.with_peak_columns(state.in_blocks(_call_block), **labels)
    called = with_unpicked_parents(with_alternatives(called), isomers)
    called = called.with_peak_columns({"verdict_10": called["call"]}, verdict_10=CALLS)
    words = (*called.labels["isomer"], *UNRESOLVED.values())
    return called.with_peak_columns({"isomer": _isomers(called, words)}, isomer=words)


def calls(state: AnalysisState) -> Verdicts:
    """The call of each peak, a number into ``CALLS``; it needs the fitted model alone.

    ``apply`` gives the same calls, with the parent and the confidence of each peak.
    """
    call = _call(state)
    return _judged_by_times(state, _beside_blanks(call, *_compare_with_blanks(state, call)))


def _call_block(state: AnalysisState) -> PeakColumns:
    by_model = _call(state)
    ions = find_ions(state, by_model)
    is_near_blank, is_below_blank = _compare_with_blanks(state, by_model)
    call = _judged_by_times(state, _beside_blanks(by_model, is_near_blank, is_below_blank))
    fits, p_true = state["fits"], state["p_true"]
    # A peak beyond the user's threshold, or that no time confirms, is at most as likely as not.
    likely = p_true * state.p_class
    confidence = np.where(fits & ~state.is_doubted, likely, np.minimum(likely, MORE_LIKELY))
    confidence[is_near_blank] = np.minimum(confidence[is_near_blank], MORE_LIKELY)
    confidence[is_below_blank] = np.minimum(confidence[is_below_blank], BELOW_BLANK)
    rule = np.where((call == OUTLIER) & fits, np.uint8(DECIDED_BY_ISOMERS), DECIDED_BY[call])
    is_ion = ions["ion"] != NO_ION
    rule = np.where(is_ion, np.uint8(DECIDED_BY_FRAGMENTS), rule)
    is_part, direct = (
        (call == FRAGMENT) | is_ion,
        np.where(is_ion, ions["ion_parent"], _parents(state)),
    )
    root = _roots(is_part, is_part | (call == AMBIGUOUS), direct)
    # If all possible parents are parts of a species that was not picked, there is no parent.
    parent = np.where((root >= 0) & is_part[root], -1, root)
    parent[(parent >= 0) & (call[parent] == OUTLIER)] = -1
    rule[is_near_blank] = DECIDED_BY[AMBIGUOUS]
    parent = np.where(is_near_blank, -1, parent)
    is_of_unpicked = (parent < 0) & ((call == FRAGMENT) | ((call == AMBIGUOUS) & fits))
    top = np.where((root >= 0) & (call[root] == FRAGMENT), root, -1)
    return {
        "unpicked_parent": find_unpicked_parents(state, is_of_unpicked, top),
        **{name: ions[name] for name in ("ion", "ion_ppm", "unpicked")},
        "ion_words": ion_words(ions["ion"], ions["has_lost"] | (parent != direct)),
        "call": call,
        "rule": rule,
        "confidence": confidence,
        "consolidated_volume": _consolidated(state.arrays, is_part, parent),
        **_parent_columns(state.arrays, parent),
        "mass_error_ppm": state.arrays.ppm,
        "is_alone": _is_alone(state.arrays, call),
        "is_near_blank": is_near_blank,
        "is_torn": (call == AMBIGUOUS) & _is_torn(state),
    }


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
    """Which species are not above their blank by the factor, and which not above it at all."""
    arrays = state.arrays
    if arrays.blank_area is None:
        return np.zeros(len(call), dtype=np.bool_), np.zeros(len(call), dtype=np.bool_)
    is_species = (call == TRUE) | (call == AMBIGUOUS)
    is_near: Mask = is_species & (arrays.area < state.settings.blank_factor * arrays.blank_area)
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


def _parents(state: AnalysisState) -> Indices:
    """The likeliest parent of each peak, -1 without one or where one not picked is likelier."""
    arrays, pairs = state.arrays, state.arrays.pairs
    stray = state["p_other"] + state["p_ion"] + state["p_unpicked_ion"]
    acetyl = arrays.of_species("oacetyl")
    lost = pairs.lost + acetyl[pairs.parent] - acetyl[pairs.child]
    further = FURTHER_LOSS ** np.arange(int(lost.max(initial=0)) + 1)
    density = pair_densities(arrays) * credibility(arrays, stray) * further[lost]
    best = np.zeros(len(arrays.row))
    np.maximum.at(best, pairs.child, density)
    is_best = density >= best[pairs.child]
    # Of equally likely ones it is that of the first row. The rows of a sample are in their order.
    parent = np.full(len(arrays.row), len(arrays.row))
    np.minimum.at(parent, pairs.child[is_best], pairs.parent[is_best])
    parent[parent == len(parent)] = -1
    return np.where(state["p_virtual"] > state["p_fragment"], -1, parent)


def _roots(is_part: Mask, has_parent: Mask, parent: Indices) -> Indices:
    """The last of the parents of parents of each peak that has one, else -1.

    A fragment or other ion is part of its parent.
    """
    root = np.where(has_parent, parent, -1)
    is_passed_on = is_part & (root >= 0)
    for _ in range(MOST_STEPS):
        further = np.flatnonzero((root >= 0) & is_passed_on[root])
        if not len(further):
            break
        root[further] = root[root[further]]
    return root


def _parent_columns(arrays: PeakArrays, parent: Indices) -> PeakColumns:
    """The row of the parent of each peak, and how many minutes after it the peak elutes."""
    apart = arrays.rt_min - arrays.rt_min[parent]
    return {
        "parent_row": np.where(parent >= 0, arrays.row[parent], np.nan),
        "difference_min": np.where(parent >= 0, apart, np.nan),
    }


def _consolidated(arrays: PeakArrays, is_part: Mask, parent: Indices) -> Array:
    """The area of each peak and of all that comes from it; NaN for fragments and other ions."""
    parts = np.flatnonzero(is_part & (parent >= 0))
    added = np.bincount(parent[parts], arrays.area[parts], minlength=len(parent))
    return np.where(is_part, np.nan, arrays.area + added)


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


def _isomers(state: AnalysisState, words: tuple[str | None, ...]) -> NDArray[np.uint16]:
    """The isomer of each species; unresolved if it can be several and no other peak decides.

    Two peaks of a name can be one isomer by one position of its line and another by another one.
    Then the likelier one has the isomer, and that of the other is unresolved.
    """
    species, isomer = state.arrays.species, state["isomer"]
    names, place = state.arrays.species_table, {word: words.index(word) for word in words}
    letter, unresolved = (
        np.array([place[word] for word in column], dtype=np.uint16)[species]
        for column in (names["letter"], map(UNRESOLVED.get, names["core"]))
    )
    is_open = (isomer == 0) | ((state["fitting_isomers"] > 1) & state["is_alone"])
    is_species = (state["call"] == TRUE) | (state["call"] == AMBIGUOUS)
    is_known = ~is_species | (letter > 0)
    found = np.where(is_known, letter, np.where(is_open, unresolved, isomer))
    chosen = np.flatnonzero((state["call"] == TRUE) & (letter == 0) & ~is_open & (found > 0))
    cell = state.arrays.rivals(
        species[chosen] * len(words) + found[chosen], names.height * len(words), chosen
    )
    lesser = chosen[_is_lesser(cell, state["confidence"][chosen])]
    found[lesser] = unresolved[lesser]
    return found.astype(np.uint16)


def _is_lesser(cell: Indices, confidence: Array) -> Mask:
    """Which peaks are less likely than another of their cell; of two equal ones the later."""
    order = np.lexsort((-confidence, cell))
    lesser = np.zeros(len(cell), dtype=np.bool_)
    lesser[order[1:]] = cell[order[1:]] == cell[order[:-1]]
    return lesser


RULE = Rule(
    number=10,
    title="Confidence",
    needs=("p_true", "p_fragment", "p_virtual", "p_other", "fits", "isomer", "residual_min"),
    gives=(
        *("call", "rule", "parent_row", "difference_min", "confidence", "consolidated_volume"),
        *("is_near_blank", "is_torn", "verdict_10", "ion", "alternative_species"),
    ),
    apply=apply,
    sentence=pl.coalesce(
        "problem",
        pl.format(
            "The probability is {} % that it is what its label says, {} % that it is a fragment, "
            "{} % that it is another ion and {} % that it is none of these.",
            (100 * pl.col("p_true")).round(1),
            (100 * (pl.col("p_fragment") + pl.col("p_virtual"))).round(1),
            (100 * (pl.col("p_ion") + pl.col("p_unpicked_ion"))).round(1),
            (100 * pl.col("p_other")).round(1),
        ),
    ),
    unusable="invalid",
)
