"""Why a peak is called as it is, in a sentence."""

from collections.abc import Callable
from string import Formatter
from typing import TypeAlias

import numpy as np
import polars as pl

from app.analysis.calls import AMBIGUOUS, FRAGMENT, OUTLIER, TRUE
from app.analysis.evidence import Mask, Places
from app.analysis.numerals import decimals
from app.analysis.parallel import in_threads
from app.analysis.study import Study

Part: TypeAlias = Callable[[Study, Places], pl.Series]
# What the braces of a sentence stand for, for some peaks.
PARTS: dict[str, Part] = {
    "it": lambda study, at: _either(study.evidence.anchor[at], "Marked as an anchor, but it", "It"),
    "rt": lambda study, at: decimals(study.evidence.rt_min[at], 3),
    "predicted": lambda study, at: decimals(
        study.evidence.rt_min[at] - study["residual_min"][at], 3
    ),
    "off": lambda study, at: decimals(study["residual_min"][at], 3),
    "side": lambda study, at: _either(study["residual_min"][at] > 0, "later", "earlier"),
    "sds": lambda study, at: decimals(study["studentised_residual"][at], 1),
    "apart": lambda study, at: decimals(study["difference_min"][at], 3),
    "parent": lambda study, at: pl.Series(_parent(study, at)).cast(pl.String),
    "parent_name": lambda study, at: study.table["name"].gather(_parent(study, at) - 1),
}
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
    "Marked as an anchor, and nothing explains it better, but it elutes {off} min {side} than the "
    "{predicted} min predicted ({sds} standard deviations), beyond the threshold."
)
FROM_PARENT = (
    "{it} elutes within {apart} min of row {parent} ({parent_name}), which loses sugars to it, and "
    "{off} min {side} than predicted."
)
FROM_UNPICKED = (
    "{it} elutes {off} min {side} than predicted, where a heavier ganglioside of its ceramide is "
    "expected that was not picked."
)
SURPASSED = "Its retention time fits, but another peak of the name is more likely it."
MISSES = (
    "{it} elutes at {rt} min, {off} min {side} than the {predicted} min predicted ({sds} standard "
    "deviations), and "
)
OUT_OF_PLACE = MISSES + "no parent elutes with it."
OUT_OF_PLACE_WITH_PARENT = MISSES + "nothing that elutes with it is likely to be its parent."


def reasons(study: Study) -> pl.Series:
    """A sentence for each peak of the evidence; each part is written where it is needed alone."""
    cases = [(np.flatnonzero(which), sentence) for which, sentence in _cases(study)]
    told = in_threads(lambda case: _told(study, *case), [case for case in cases if len(case[0])])
    places = np.concatenate([places for places, _ in cases])
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
    written: list[pl.Expr | pl.Series] = []
    for text, part, _, _ in Formatter().parse(sentence):
        written.append(pl.lit(text))
        if part:
            written.append(PARTS[part](study, at))
    told = pl.select(pl.concat_str(written)).to_series()
    return told if len(told) == len(at) else told.new_from_index(0, len(at))


def _parent(study: Study, at: Places) -> Places:
    row: Places = study["parent_row"][at].astype(np.int64)
    return row


def _either(which: Mask, yes: str, no: str) -> pl.Series:
    return pl.Series([no, yes]).gather(pl.Series(which.astype(np.uint8)))
