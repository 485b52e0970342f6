"""The reason of each call, in a sentence."""

from collections.abc import Callable, Iterator
from string import Formatter
from typing import TypeAlias

import numpy as np
import polars as pl

from app.analysis.computing.parallel import in_threads
from app.analysis.evidence.array_types import Indices, Mask
from app.analysis.reporting.decimal_text import decimal_text
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.called_ions import ION_WORDS, NO_ION
from app.analysis.state.calls import AMBIGUOUS, FRAGMENT, OUTLIER, TRUE

Part: TypeAlias = pl.Expr | pl.Series
# From this on a percentage has no decimals.
PLAIN = 10.0
# No larger mass error is written.
MOST_PPM = 1e6
EARLIER_LATER = (" min earlier", " min later")
AS_PREDICTED = "It elutes within {off} min of the {predicted} min predicted."
BOTH = (
    "It fits its own prediction ({off} min off), but also elutes within {apart} min of row "
    "{parent} ({parent_name}), which can lose sugars to it."
)
BOTH_UNPICKED = (
    "It fits its own prediction ({off} min off), but may as well be a fragment of a heavier "
    "ganglioside of its ceramide that was not picked."
)
TORN = (
    "Two positions of the line of {prefix} explain its peaks nearly equally well: with one of them "
    "this peak elutes {off} min from where its label is expected, with the other {rival_off} min."
)
OFF_ANCHOR = (
    "Marked as an anchor, and nothing explains it better, but it elutes {later} than the "
    "{predicted} min predicted ({sds} standard deviations), beyond the threshold."
)
FROM_PARENT = (
    "{it} elutes within {apart} min of row {parent} ({parent_name}), which loses sugars to it, and "
    "{later} than predicted."
)
FROM_UNPICKED = (
    "{it} elutes {later} than predicted, where a heavier ganglioside of its ceramide is "
    "expected that was not picked."
)
OF_PARENT = (
    "It elutes within {apart} min of row {parent}, {parent_name}; {ion} has the mass of this label "
    "within {ppm} ppm, and this peak has {percent} % of its area."
)
OF_UNPICKED = (
    "It elutes at {rt} min, where {unpicked} is expected that was not picked; {ion} has the mass "
    "of this label within {ppm} ppm."
)
OF_ANOTHER_MASS = (
    "{it} has an m/z that is {mass_error} ppm from that of its label and adduct, beyond the "
    "tolerance."
)
SURPASSED = "Its retention time fits, but another peak of the name is more likely to be it."
UNCONVINCING = (
    "Its retention time fits, but this table shows too little to tell its species from a peak that "
    "elutes there by chance."
)
MISSES = (
    "{it} elutes at {rt} min, {later} than the {predicted} min predicted ({sds} standard "
    "deviations), and "
)
NEAR_BLANK = (
    "It elutes within {off} min of the {predicted} min predicted, but has only {times} times the "
    "area of the same peak in a blank, less than the factor of {factor}: it may be background."
)
OUT_OF_PLACE = MISSES + "no parent elutes with it."
OUT_OF_PLACE_WITH_PARENT = MISSES + "nothing that elutes with it is likely to be its parent."


def reasons(state: AnalysisState) -> pl.Series:
    """One sentence for each usable peak; each part is formatted only where it is needed."""
    cases = [(at, sentence) for at, sentence in _with_alternatives(state) if len(at)]
    sentences = in_threads(
        lambda case: _sentence(state, *case), cases, few=len(state.arrays.blocks) == 1
    )
    places = np.concatenate([at for at, _ in cases])
    order = np.empty(len(places), dtype=np.int64)
    order[places] = np.arange(len(places))
    return pl.concat(sentences, rechunk=True).gather(pl.Series(order)).alias("reason")


def _with_alternatives(state: AnalysisState) -> Iterator[tuple[Indices, str]]:
    """The positions that get each sentence; those with an alternative get a longer one."""
    is_other = state["alternative_sentence"] > 0
    for which, sentence in _cases(state):
        yield np.flatnonzero(which & ~is_other), sentence
        if (with_other := which & is_other).any():
            yield np.flatnonzero(with_other), sentence + "{alternative}"


def _alternative(state: AnalysisState, at: Indices) -> Part:
    """The sentence on the species that each peak is instead."""
    sentences = pl.Series(state.labels["alternative_sentence"], dtype=pl.String)
    return sentences.gather(pl.Series(state["alternative_sentence"][at]))


def _cases(state: AnalysisState) -> list[tuple[Mask, str]]:
    """The sentences, each with the mask of the peaks that get it."""
    is_true, is_fragment, is_outlier, is_ambiguous = (
        state["call"] == call for call in (TRUE, FRAGMENT, OUTLIER, AMBIGUOUS)
    )
    fits, has_parent = state["fits"], ~np.isnan(state["parent_row"])
    elutes_alone, is_near_blank = ~state["has_parent"], state["is_near_blank"]
    is_ion = state["ion"] != NO_ION
    is_outlier &= ~is_ion
    is_other = is_outlier & state.arrays.has_other_mass
    is_outlier &= ~is_other
    has_rival = _has_rival(state)
    is_torn = state["is_torn"]
    is_ambiguous &= ~is_torn
    cases = [
        (is_torn, TORN),
        (is_true, AS_PREDICTED),
        (is_ambiguous & fits & has_parent, BOTH),
        (is_ambiguous & fits & ~has_parent, BOTH_UNPICKED),
        (is_ambiguous & ~fits, OFF_ANCHOR),
        (is_fragment & has_parent, FROM_PARENT),
        (is_fragment & ~has_parent, FROM_UNPICKED),
        (is_ion & has_parent, OF_PARENT),
        (is_ion & ~has_parent, OF_UNPICKED),
        (is_other, OF_ANOTHER_MASS),
        (is_outlier & fits & has_rival, SURPASSED),
        (is_outlier & fits & ~has_rival, UNCONVINCING),
        (is_outlier & ~fits & elutes_alone, OUT_OF_PLACE),
        (is_outlier & ~fits & ~elutes_alone, OUT_OF_PLACE_WITH_PARENT),
    ]
    others = [(which & ~is_near_blank, sentence) for which, sentence in cases]
    return [(is_near_blank, NEAR_BLANK), *others]


def _has_rival(state: AnalysisState) -> Mask:
    """Whether another peak of the sample has the same species."""
    cells = state.arrays.sample_species
    rivals: Mask = np.bincount(cells, minlength=state.arrays.sample_species_count)[cells] > 1
    return rivals


def _sentence(state: AnalysisState, at: Indices, sentence: str) -> pl.Series:
    """The sentence of each peak at some positions."""
    text = pl.select(pl.concat_str(list(_parts(state, at, sentence)))).to_series()
    return text if len(text) == len(at) else text.new_from_index(0, len(at))


def _parts(state: AnalysisState, at: Indices, sentence: str) -> Iterator[Part]:
    for text, part, _, _ in Formatter().parse(sentence):
        if part in NUMBERS:
            yield NUMBERS[part](state, at, text)
        else:
            yield pl.lit(text)
            if part:
                yield WORDS[part](state, at)


def _it(state: AnalysisState, at: Indices) -> Part:
    is_anchor = state.arrays.anchor[at].astype(np.uint8)
    return pl.Series(["It", "Marked as an anchor, but it"]).gather(pl.Series(is_anchor))


def _prefix(state: AnalysisState, at: Indices) -> Part:
    return state.names["prefix"].gather(pl.Series(state.arrays.species[at]))


def _parent_row(state: AnalysisState, at: Indices) -> Part:
    return pl.Series(state["parent_row"][at]).cast(pl.UInt32).cast(pl.String)


def _parent_name(state: AnalysisState, at: Indices) -> Part:
    return state.table["name"].gather(pl.Series(state["parent_row"][at]).cast(pl.UInt32) - 1)


def _ion(state: AnalysisState, at: Indices) -> Part:
    return pl.Series(ION_WORDS, dtype=pl.String).gather(pl.Series(state["ion_words"][at]))


def _unpicked(state: AnalysisState, at: Indices) -> Part:
    names = pl.Series(state.labels["unpicked"], dtype=pl.String).fill_null("a species")
    return names.gather(pl.Series(state["unpicked"][at]))


def _ppm(state: AnalysisState, at: Indices, before: str) -> Part:
    return decimal_text(state["ion_ppm"][at], 1, before)


def _mass_error(state: AnalysisState, at: Indices, before: str) -> Part:
    return decimal_text(np.clip(state.arrays.ppm[at], -MOST_PPM, MOST_PPM), 1, before)


def _percent(state: AnalysisState, at: Indices, before: str) -> Part:
    areas = state.table["peak_area"].to_numpy()
    parents = areas[state["parent_row"][at].astype(np.int64) - 1]
    percent = (100 * state.arrays.area[at] / parents).tolist()
    return pl.Series([f"{before}{p:.0f}" if p >= PLAIN else f"{before}{p:.2g}" for p in percent])


def _rt(state: AnalysisState, at: Indices, before: str) -> Part:
    return decimal_text(state.arrays.rt_min[at], 3, before)


def _predicted(state: AnalysisState, at: Indices, before: str) -> Part:
    return decimal_text(state.arrays.rt_min[at] - state["residual_min"][at], 3, before)


def _off(state: AnalysisState, at: Indices, before: str) -> Part:
    return decimal_text(state["residual_min"][at], 3, before)


def _rival_off(state: AnalysisState, at: Indices, before: str) -> Part:
    off_min = state.arrays.time_min[at] - state["rival_min"][at]
    return decimal_text(off_min, 3, before)


def _later(state: AnalysisState, at: Indices, before: str) -> Part:
    return decimal_text(state["residual_min"][at], 3, before, EARLIER_LATER)


def _sds(state: AnalysisState, at: Indices, before: str) -> Part:
    return decimal_text(state["studentised_residual"][at], 1, before)


def _apart(state: AnalysisState, at: Indices, before: str) -> Part:
    return decimal_text(state["difference_min"][at], 3, before)


def _factor(state: AnalysisState, _at: Indices) -> Part:
    return pl.lit(f"{state.settings.blank_factor:g}")


def _times(state: AnalysisState, at: Indices, before: str) -> Part:
    blank_area = state.arrays.blank_area
    if blank_area is None:
        raise AssertionError("A peak is near a blank only where there is one.")
    return decimal_text(state.arrays.area[at] / blank_area[at], 2, before)


# What the braces of a sentence stand for. Numbers are formatted with the text before them.
WORDS: dict[str, Callable[[AnalysisState, Indices], Part]] = {
    "it": _it,
    "prefix": _prefix,
    "parent": _parent_row,
    "parent_name": _parent_name,
    "ion": _ion,
    "unpicked": _unpicked,
    "factor": _factor,
    "alternative": _alternative,
}
NUMBERS: dict[str | None, Callable[[AnalysisState, Indices, str], Part]] = {
    "rt": _rt,
    "predicted": _predicted,
    "off": _off,
    "rival_off": _rival_off,
    "later": _later,
    "sds": _sds,
    "apart": _apart,
    "ppm": _ppm,
    "mass_error": _mass_error,
    "percent": _percent,
    "times": _times,
}
