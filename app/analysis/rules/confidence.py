"""Rule 10: the call, its reason and its confidence.

The confidence is the probability that the annotation is true, given the residual, the parents that
elute with the peak, the other peaks of its name and its area (app/analysis/attribution.py).
"""

from dataclasses import replace

import numpy as np
import polars as pl

from app.analysis.isomers import LETTERS
from app.analysis.rule import Rule, Study

MORE_LIKELY = 0.5
# Two explanations hold where neither has twice the odds of the other.
BOTH_HOLD = 1 / 3
SHOWN = 3
UNRESOLVED = {core: f"{'/'.join(letters)} unresolved" for core, letters in LETTERS.items()}


def apply(study: Study) -> Study:
    """Call every row and name its parent."""
    study = study.with_rows(_parents(study))
    called = study.with_columns(call=_call())
    called = replace(called, peaks=called.peaks.drop("parent_row")).with_rows(_roots(called.peaks))
    called = called.with_columns(confidence=_confidence(), rule=_rule(), verdict_10=pl.col("call"))
    called = called.with_rows(_reasons(called.peaks))
    return called.with_columns(isomer=_isomer(), consolidated_volume=_consolidated(called))


def _call() -> pl.Expr:
    as_fragment = pl.col("p_fragment") + pl.col("p_virtual")
    is_likely = pl.col("p_true") >= MORE_LIKELY
    is_true = is_likely & pl.col("fits")
    both = pl.col("fits") & (pl.min_horizontal("p_true", "p_fragment") >= BOTH_HOLD)
    # The user's word stands against the user's threshold.
    both |= pl.col("anchor") & is_likely & ~pl.col("fits")
    return (
        pl.when(pl.col("problem").is_not_null())
        .then(pl.lit("invalid"))
        .when(both)
        .then(pl.lit("ambiguous"))
        .when(is_true)
        .then(pl.lit("true"))
        .when(as_fragment > pl.col("p_other"))
        .then(pl.lit("fragment"))
        .otherwise(pl.lit("outlier"))
    )


def _confidence() -> pl.Expr:
    """The probability of being true, which a peak beyond the user's threshold cannot claim."""
    return (
        pl.when(pl.col("call") == "invalid")
        .then(0.0)
        .when("fits")
        .then("p_true")
        .otherwise(pl.min_horizontal("p_true", pl.lit(MORE_LIKELY)))
    )


def _parents(study: Study) -> pl.DataFrame:
    """The best parent of each child: a species rather than a fragment, then the heaviest."""
    is_true = study.peaks["p_true"].fill_null(0.0) >= MORE_LIKELY
    parent = study.pairs["parent"].to_numpy() - 1
    ranked = study.pairs.with_columns(is_true=pl.Series(is_true.to_numpy()[parent])).sort(
        *("child", "is_true", "lost_sugars", "log_ratio", "parent"),
        descending=[False, True, True, False, False],
    )
    best = ranked.unique("child", keep="first", maintain_order=True)
    places = study.peaks.select("row").join(
        best, left_on="row", right_on="child", how="left", maintain_order="left"
    )
    return places.select("row", parent_row="parent")


def _roots(peaks: pl.DataFrame) -> pl.DataFrame:
    """Row, its parent, and how much later than that it elutes.

    A fragment's parent is no fragment itself; where all it could come from are fragments of a
    species that was not picked, it has none either.
    """
    has_parent = pl.col("call").is_in(["fragment", "ambiguous"])
    parent = peaks.select(pl.when(has_parent).then("parent_row"))["parent_row"]
    root = parent.fill_null(0).to_numpy().astype(np.int64) - 1
    is_fragment = (peaks["call"] == "fragment").to_numpy()
    is_passed_on = is_fragment & parent.is_not_null().to_numpy()
    # A parent has more sugars than its child, so the walk ends.
    while (further := (root >= 0) & is_passed_on[root]).any():
        root = np.where(further, root[root], root)
    root = np.where(is_fragment & is_fragment[root], -1, root)
    times = peaks["rt_min"].fill_null(np.nan).to_numpy()
    found = pl.DataFrame({"parent_row": root + 1, "apart": times - times[root]})
    is_child = pl.col("parent_row") > 0
    return found.select(
        row=peaks["row"],
        parent_row=pl.when(is_child).then("parent_row").cast(pl.UInt32),
        difference_min=pl.when(is_child).then("apart"),
    )


def _rule() -> pl.Expr:
    rules = {"invalid": 0, "true": 1, "fragment": 5, "outlier": 1, "ambiguous": 10}
    lost = (pl.col("call") == "outlier") & pl.col("fits")
    decided = pl.col("call").replace_strict(rules, return_dtype=pl.UInt8)
    return pl.when(lost).then(pl.lit(3, dtype=pl.UInt8)).otherwise(decided)


def _reasons(peaks: pl.DataFrame) -> pl.DataFrame:
    """Row and reason, in the order of the peaks: each sentence is made where it is needed only."""
    is_fragment, has_parent = pl.col("call") == "fragment", pl.col("parent_row").is_not_null()
    is_outlier, fits = pl.col("call") == "outlier", pl.col("fits")
    is_ambiguous = pl.col("call") == "ambiguous"
    elutes_alone = ~pl.col("has_parent")
    cases = (
        (pl.col("call") == "invalid", pl.col("problem")),
        (pl.col("call") == "true", AS_PREDICTED),
        (is_ambiguous & fits, BOTH),
        (is_ambiguous & ~fits, OFF_ANCHOR),
        (is_fragment & has_parent, FROM_PARENT),
        (is_fragment & ~has_parent, FROM_UNPICKED),
        (is_outlier & fits, SURPASSED),
        (is_outlier & ~fits & elutes_alone, OUT_OF_PLACE),
        (is_outlier & ~fits & ~elutes_alone, OUT_OF_PLACE_WITH_PARENT),
    )
    columns = ("row", "anchor", "rt_min", "predicted_rt_min", "residual_min", "call", "fits")
    shown = peaks.select(
        *columns,
        *("studentised_residual", "has_parent", "parent_row", "difference_min", "problem"),
        parent_name=pl.col("name").gather(pl.col("parent_row") - 1),
    )
    told = [shown.filter(which).select("row", reason=sentence) for which, sentence in cases]
    return pl.concat(told).sort("row")


def _isomer() -> pl.Expr:
    """The isomer of a species: unresolved where it could be several and no other peak tells."""
    is_species = pl.col("call").is_in(["true", "ambiguous"])
    is_alone = is_species.sum().over("sample_code", "species_code") == 1
    core = pl.col("prefix").str.extract(r"^([^+]*)")
    letters = core.replace_strict(UNRESOLVED, default=None, return_dtype=pl.String)
    is_open = pl.col("isomer").is_null() | ((pl.col("fitting_isomers") > 1) & is_alone)
    return (
        pl.when(~is_species | pl.col("letter").is_not_null())
        .then(pl.col("letter"))
        .when(is_open)
        .then(letters)
        .otherwise("isomer")
    )


def _consolidated(study: Study) -> pl.Expr:
    """The area of a peak and of all fragments it is the root of; null on the fragments."""
    fragments = study.peaks.filter(pl.col("call") == "fragment", pl.col("parent_row").is_not_null())
    added = np.bincount(
        fragments["parent_row"].to_numpy() - 1,
        weights=fragments["peak_area"].to_numpy(),
        minlength=study.peaks.height,
    )
    is_own = pl.col("call").is_in(["true", "outlier", "ambiguous"])
    return pl.when(is_own).then(pl.col("peak_area") + pl.lit(pl.Series(added)))


_PREDICTED = pl.col("predicted_rt_min").round(SHOWN)
_OFF = pl.col("residual_min").abs().round(SHOWN)
_SIDE = pl.when(pl.col("residual_min") > 0).then(pl.lit("later")).otherwise(pl.lit("earlier"))
_APART = pl.col("difference_min").abs().round(SHOWN)
_IT = pl.when("anchor").then(pl.lit("Marked as an anchor, but it")).otherwise(pl.lit("It"))
_PARENT = (pl.col("parent_row"), pl.col("parent_name"))
AS_PREDICTED = pl.format("It elutes within {} min of the {} min predicted.", _OFF, _PREDICTED)
BOTH = pl.format(
    "It fits its own prediction ({} min off), but also elutes within {} min of row {} ({}), which "
    "can lose sugars to it.",
    *(_OFF, _APART, *_PARENT),
)
FROM_PARENT = pl.format(
    "{} elutes within {} min of row {} ({}), which loses sugars to it, and {} min {} than "
    "predicted.",
    *(_IT, _APART, *_PARENT, _OFF, _SIDE),
)
FROM_UNPICKED = pl.format(
    "{} elutes {} min {} than predicted, where a heavier ganglioside of its ceramide is expected "
    "that was not picked.",
    *(_IT, _OFF, _SIDE),
)
SURPASSED = pl.lit("Its retention time fits, but another peak of the name is more likely it.")
_MISSES = pl.format(
    "{} elutes at {} min, {} min {} than the {} min predicted ({} standard deviations)",
    *(_IT, pl.col("rt_min").round(SHOWN), _OFF, _SIDE, _PREDICTED),
    pl.col("studentised_residual").abs().round(1),
)
OFF_ANCHOR = pl.format(
    "Marked as an anchor, and nothing explains it better, but it elutes {} min {} than the {} min "
    "predicted ({} standard deviations), beyond the threshold.",
    *(_OFF, _SIDE, _PREDICTED, pl.col("studentised_residual").abs().round(1)),
)
OUT_OF_PLACE = pl.format("{}, and no parent elutes with it.", _MISSES)
OUT_OF_PLACE_WITH_PARENT = pl.format(
    "{}, and nothing that elutes with it is likely to be its parent.", _MISSES
)

RULE = Rule(
    number=10,
    title="Confidence",
    needs=("p_true", "p_fragment", "p_virtual", "p_other", "fits", "isomer", "residual_min"),
    gives=(
        *("call", "rule", "reason", "parent_row", "confidence", "consolidated_volume"),
        "verdict_10",
    ),
    apply=apply,
    sentence=pl.coalesce(
        pl.format(
            "{} % that it is what its label says, {} % a fragment, {} % neither.",
            (100 * pl.col("p_true")).round(1),
            (100 * (pl.col("p_fragment") + pl.col("p_virtual"))).round(1),
            (100 * pl.col("p_other")).round(1),
        ),
        "problem",
    ),
)
