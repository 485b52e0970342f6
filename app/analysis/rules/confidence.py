"""Rule 10: the call, its reason and its confidence.

The confidence is the probability that the annotation is true, given the residual, the parents that
elute with the peak, the other peaks of its name and its area (app/analysis/attribution.py).
"""

import polars as pl

from app.analysis.rule import Rule, Study

MORE_LIKELY = 0.5
# Two explanations hold where neither has twice the odds of the other.
BOTH_HOLD = 1 / 3
SHOWN = 3


def apply(study: Study) -> Study:
    """Call every row and name its parent."""
    study = study.with_rows(_parents(study))
    called = study.with_columns(call=_call())
    called = called.with_columns(
        parent_row=pl.when(pl.col("call").is_in(["fragment", "ambiguous"])).then("parent_row"),
        confidence=_confidence(),
    )
    called = called.with_columns(rule=_rule(), reason=_reason(), verdict_10=pl.col("call"))
    return called.with_columns(isomer=_isomer(), consolidated_volume=_consolidated(called))


def _call() -> pl.Expr:
    as_fragment = pl.col("p_fragment") + pl.col("p_virtual")
    is_true = (pl.col("p_true") >= MORE_LIKELY) & pl.col("fits")
    both = pl.col("fits") & (pl.min_horizontal("p_true", "p_fragment") >= BOTH_HOLD)
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
    """The root parent of each child: a species rather than a fragment, then the heaviest."""
    standing = study.peaks.select(
        parent="row", parent_is_true=pl.col("p_true") >= MORE_LIKELY, parent_name="name"
    )
    ranked = study.pairs.join(standing, on="parent").sort(
        "child", "parent_is_true", "lost_sugars", "log_ratio", descending=[False, True, True, False]
    )
    return (
        ranked.group_by("child", maintain_order=True)
        .agg(
            pl.col("parent").first().alias("parent_row"),
            pl.col("parent_name").first(),
            pl.col("difference_min").first(),
        )
        .rename({"child": "row"})
    )


def _rule() -> pl.Expr:
    rules = {"invalid": 0, "true": 1, "fragment": 5, "outlier": 1, "ambiguous": 10}
    lost = (pl.col("call") == "outlier") & pl.col("fits")
    decided = pl.col("call").replace_strict(rules, return_dtype=pl.UInt8)
    return pl.when(lost).then(pl.lit(3, dtype=pl.UInt8)).otherwise(decided)


def _reason() -> pl.Expr:
    rt, predicted = pl.col("rt_min").round(SHOWN), pl.col("predicted_rt_min").round(SHOWN)
    off = pl.col("residual_min").abs().round(SHOWN)
    t = pl.col("studentised_residual").abs().round(1)
    side = pl.when(pl.col("residual_min") > 0).then(pl.lit("later")).otherwise(pl.lit("earlier"))
    parent = pl.format("row {} ({})", "parent_row", "parent_name")
    apart = pl.col("difference_min").abs().round(SHOWN)
    anchor = pl.when("anchor").then(pl.lit("Marked as an anchor, but it")).otherwise(pl.lit("It"))
    has_parent = pl.col("parent_row").is_not_null()
    return (
        pl.when(pl.col("call") == "invalid")
        .then("problem")
        .when(pl.col("call") == "true")
        .then(pl.format("It elutes within {} min of the {} min predicted.", off, predicted))
        .when(pl.col("call") == "ambiguous")
        .then(
            pl.format(
                "It fits its own prediction ({} min off), but also elutes within {} min of {}, "
                "which can lose sugars to it.",
                *(off, apart, parent),
            )
        )
        .when((pl.col("call") == "fragment") & has_parent)
        .then(
            pl.format(
                "{} elutes within {} min of {}, which loses sugars to it, and {} min {} than "
                "predicted.",
                *(anchor, apart, parent, off, side),
            )
        )
        .when(pl.col("call") == "fragment")
        .then(
            pl.format(
                "{} elutes {} min {} than predicted, where a heavier ganglioside of its ceramide "
                "is expected that was not picked.",
                *(anchor, off, side),
            )
        )
        .when("fits")
        .then(pl.lit("Its retention time fits, but another peak of the name is more likely it."))
        .otherwise(
            pl.format(
                "{} elutes at {} min, {} min {} than the {} min predicted ({} standard "
                "deviations), and no parent elutes with it.",
                *(anchor, rt, off, side, predicted, t),
            )
        )
    )


def _isomer() -> pl.Expr:
    is_open = (pl.col("fitting_isomers") > 1) & pl.col("letter").is_null()
    return (
        pl.when(~pl.col("call").is_in(["true", "ambiguous"]))
        .then(pl.col("letter"))
        .when(is_open)
        .then(pl.lit("a/b unresolved"))
        .otherwise("isomer")
    )


def _consolidated(study: Study) -> pl.Expr:
    """The area of a peak and of all fragments it is the root of; null on the fragments."""
    fragments = study.peaks.filter(pl.col("call") == "fragment", pl.col("parent_row").is_not_null())
    sums = fragments.group_by("parent_row").agg(pl.col("peak_area").sum())
    joined = study.peaks.select("row").join(
        sums, left_on="row", right_on="parent_row", how="left", maintain_order="left"
    )
    added = joined["peak_area"].fill_null(0.0)
    is_own = pl.col("call").is_in(["true", "outlier", "ambiguous"])
    return pl.when(is_own).then(pl.col("peak_area") + added)


RULE = Rule(
    number=10,
    title="Confidence",
    needs=("p_true", "p_fragment", "p_virtual", "p_other", "fits", "isomer", "residual_min"),
    gives=(
        *("call", "rule", "reason", "parent_row", "confidence", "consolidated_volume"),
        "verdict_10",
    ),
    apply=apply,
    sentence=pl.format(
        "{} % that it is what its label says, {} % a fragment, {} % neither.",
        (100 * pl.col("p_true")).round(1),
        (100 * (pl.col("p_fragment") + pl.col("p_virtual"))).round(1),
        (100 * pl.col("p_other")).round(1),
    ),
)
