"""Why a peak is called as it is, in a sentence."""

from collections.abc import Callable, Iterator
from string import Formatter
from typing import TypeAlias

import numpy as np
import polars as pl

from app.analysis.evidence.peak_arrays import Places
from app.analysis.model.regression import Mask
from app.analysis.parallel import in_threads
from app.analysis.reporting.decimal_text import decimals
from app.analysis.state.analysis_state import Study
from app.analysis.state.calls import AMBIGUOUS, FRAGMENT, OUTLIER, TRUE

Part: TypeAlias = pl.Expr | pl.Series
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
SURPASSED = "Its retention time fits, but another peak of the name is more likely to be it."
MISSES = (
    "{it} elutes at {rt} min, {later} than the {predicted} min predicted ({sds} standard "
    "deviations), and "
)
OUT_OF_PLACE = MISSES + "no parent elutes with it."
OUT_OF_PLACE_WITH_PARENT = MISSES + "nothing that elutes with it is likely to be its parent."


def reasons(study: Study) -> pl.Series:
    """A sentence for each peak of the evidence; each part is written where it is needed alone."""
    cases = [(np.flatnonzero(which), sentence) for which, sentence in _cases(study)]
    cases = [(at, sentence) for at, sentence in cases if len(at)]
    told = in_threads(lambda case: _told(study, *case), cases, few=len(study.evidence.blocks) == 1)
    places = np.concatenate([at for at, _ in cases])
    order = np.empty(len(places), dtype=np.int64)
    order[places] = np.arange(len(places))
    return pl.concat(told).gather(pl.Series(order)).alias("reason")


def _cases(study: Study) -> list[tuple[Mask, str]]:
    """The sentences, and which peaks each is told of."""
    is_true, is_fragment, is_outlier, is_ambiguous = (
        study["call"] == call for call in (TRUE, FRAGMENT, OUTLIER, AMBIGUOUS)
    )
    fits, has_parent = study["fits"], ~np.isnan(study["parent_row"])
    elutes_alone = ~study["has_parent"]
    return [
        (is_true, AS_PREDICTED),
        (is_ambiguous & fits & has_parent, BOTH),
        (is_ambiguous & fits & ~has_parent, BOTH_UNPICKED),
        (is_ambiguous & ~fits, OFF_ANCHOR),
        (is_fragment & has_parent, FROM_PARENT),
        (is_fragment & ~has_parent, FROM_UNPICKED),
        (is_outlier & fits, SURPASSED),
        (is_outlier & ~fits & elutes_alone, OUT_OF_PLACE),
        (is_outlier & ~fits & ~elutes_alone, OUT_OF_PLACE_WITH_PARENT),
    ]


def _told(study: Study, at: Places, sentence: str) -> pl.Series:
    """A sentence on each of some peaks."""
    told = pl.select(pl.concat_str(list(_parts(study, at, sentence)))).to_series()
    return told if len(told) == len(at) else told.new_from_index(0, len(at))


def _parts(study: Study, at: Places, sentence: str) -> Iterator[Part]:
    for text, part, _, _ in Formatter().parse(sentence):
        if part in NUMBERS:
            yield NUMBERS[part](study, at, text)
        else:
            yield pl.lit(text)
            if part:
                yield WORDS[part](study, at)


def _it(study: Study, at: Places) -> Part:
    is_anchor = study.evidence.anchor[at].astype(np.uint8)
    return pl.Series(["It", "Marked as an anchor, but it"]).gather(pl.Series(is_anchor))


def _parent_row(study: Study, at: Places) -> Part:
    return pl.Series(study["parent_row"][at]).cast(pl.UInt32).cast(pl.String)


def _parent_name(study: Study, at: Places) -> Part:
    return study.table["name"].gather(pl.Series(study["parent_row"][at]).cast(pl.UInt32) - 1)


def _rt(study: Study, at: Places, before: str) -> Part:
    return decimals(study.evidence.rt_min[at], 3, before)


def _predicted(study: Study, at: Places, before: str) -> Part:
    return decimals(study.evidence.rt_min[at] - study["residual_min"][at], 3, before)


def _off(study: Study, at: Places, before: str) -> Part:
    return decimals(study["residual_min"][at], 3, before)


def _later(study: Study, at: Places, before: str) -> Part:
    return decimals(study["residual_min"][at], 3, before, EARLIER_LATER)


def _sds(study: Study, at: Places, before: str) -> Part:
    return decimals(study["studentised_residual"][at], 1, before)


def _apart(study: Study, at: Places, before: str) -> Part:
    return decimals(study["difference_min"][at], 3, before)


# What the braces of a sentence stand for; numbers are written together with the text before them.
WORDS: dict[str, Callable[[Study, Places], Part]] = {
    "it": _it,
    "parent": _parent_row,
    "parent_name": _parent_name,
}
NUMBERS: dict[str | None, Callable[[Study, Places, str], Part]] = {
    "rt": _rt,
    "predicted": _predicted,
    "off": _off,
    "later": _later,
    "sds": _sds,
    "apart": _apart,
}
