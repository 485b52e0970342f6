"""Rule 1: the retention model, and how each peak lies to it.

Anchors are fitted first. Then every peak is attributed (app/analysis/attribution.py), the best peak
of each name that is likely to be it joins the training, and model and attribution are repeated.
"""

from dataclasses import replace

import polars as pl

from app.analysis.attribution import Mixture, attribute
from app.analysis.losses import LOSABLE
from app.analysis.result import DataWarning
from app.analysis.retention import SPECIES_COLUMNS, RetentionModel, fit_retention
from app.analysis.rule import Rule, Study

ROUNDS = 4
# Fewer anchors than this cannot carry the law; the largest peaks of all names do then.
LEAST_ANCHORS = 4
# An anchor that elutes with a heavier ganglioside may be its fragment; it counts less at first.
TRUST_WITH_PARENT = 0.3
TRUST_WITHOUT_ANCHORS = 0.5
# The model is fitted to about this many rows of a cohort, whole samples in order of their names.
FITTED_ROWS = 20_000
INTERVAL_SDS = 1.96
TRAINING = (
    "species",
    "group",
    "isomer",
    *dict.fromkeys((*SPECIES_COLUMNS[1:], *LOSABLE)),
    "prefix",
)


def apply(study: Study) -> Study:
    """Fit the law and attribute every usable row."""
    part = replace(study, peaks=_first_samples(study.peaks))
    rows = set(part.peaks["row"])
    if len(rows) < study.peaks.height:
        part = replace(part, pairs=study.pairs.filter(pl.col("child").is_in(rows)))
    model, mixture, attributed = _fit(part)
    if len(rows) < study.peaks.height:
        attributed = attribute(study, model, mixture, _undecided(study.usable))
        attributed = attribute(study, model, mixture, attributed.select("row", "p_other"))
    judged = _judge(attributed, model, study.settings.outlier_threshold)
    fitted = replace(study, model=model).with_rows(judged)
    return fitted.with_columns(verdict_1=_verdict()).warn(*_warnings(study.usable))


def _fit(study: Study) -> tuple[RetentionModel, Mixture, pl.DataFrame]:
    model = fit_retention(_first_training(study))
    mixture = Mixture.of(study.usable)
    attributed = attribute(study, model, mixture, _undecided(study.usable))
    for _ in range(ROUNDS):
        training = _training(attributed)
        model = fit_retention(training) if training.height else model
        mixture = mixture.updated(attributed)
        attributed = attribute(study, model, mixture, attributed.select("row", "p_other"))
    return model, mixture, attributed


def _first_samples(peaks: pl.DataFrame) -> pl.DataFrame:
    if peaks.height <= FITTED_ROWS:
        return peaks
    sizes = peaks.group_by("sample").len("rows").sort("sample")
    before = pl.col("rows").cum_sum().shift(1, fill_value=0)
    chosen = sizes.filter(before < FITTED_ROWS)["sample"]
    return peaks.filter(pl.col("sample").is_in(chosen.implode()))


def _undecided(peaks: pl.DataFrame) -> pl.DataFrame:
    return peaks.select("row", p_other=pl.lit(0.5))


def _first_training(study: Study) -> pl.DataFrame:
    """The anchors; without enough of them the largest peak of each name that is no fragment."""
    anchors = study.usable.filter("anchor")
    if anchors.height >= LEAST_ANCHORS:
        trust = pl.when("has_parent").then(TRUST_WITH_PARENT).otherwise(1.0)
        return _aggregated(_ordered_isomers(anchors, study.slots).with_columns(trust=trust))
    peaks = study.usable.filter(~pl.col("has_parent"))
    peaks = peaks if peaks.height else study.usable
    isomers = study.slots.group_by("prefix").len("isomers")
    rank = pl.col("peak_area").rank("ordinal", descending=True).over("sample", "species")
    largest = peaks.sort("rt_min").join(isomers, on="prefix").filter(rank <= pl.col("isomers"))
    ordered = _ordered_isomers(largest.drop("isomers"), study.slots)
    return _aggregated(ordered.with_columns(trust=pl.lit(TRUST_WITHOUT_ANCHORS)))


def _ordered_isomers(peaks: pl.DataFrame, slots: pl.DataFrame) -> pl.DataFrame:
    """Peaks with their isomer where it is plain: by letter, or by order where all are there."""
    place = pl.col("aligned_rt_min").rank("ordinal").over("sample", "species") - 1
    found = peaks.with_columns(place=place, present=pl.len().over("sample", "species"))
    possible = found.join(slots, on="prefix", how="left", maintain_order="left").with_columns(
        isomers=pl.len().over("row")
    )
    by_letter = pl.col("letter").is_not_null() & (pl.col("letter") == pl.col("isomer"))
    in_order = (pl.col("present") == pl.col("isomers")) & (pl.col("place") == pl.col("late"))
    is_only = pl.col("isomer").is_null()
    plain = pl.when(pl.col("letter").is_not_null()).then(by_letter).otherwise(is_only | in_order)
    chosen = possible.filter(plain)
    return chosen if chosen.height else possible.unique("row", keep="first", maintain_order=True)


def _training(attributed: pl.DataFrame) -> pl.DataFrame:
    """The best peak of each name and isomer, where it is more likely than not."""
    best = pl.col("p_true") == pl.col("p_true").max().over("sample", "species", "group")
    chosen = attributed.filter(best, pl.col("p_true") >= 0.5)
    return _aggregated(chosen.with_columns(trust=pl.col("p_true")))


def _aggregated(peaks: pl.DataFrame) -> pl.DataFrame:
    """One row for each species and isomer, its median over samples, in an order of its own."""
    columns = [c for c in TRAINING if c not in ("species", "group")]
    return (
        peaks.group_by("species", "group")
        .agg(
            *(pl.col(column).first() for column in columns),
            rt_min=pl.col("aligned_rt_min").median(),
            trust=pl.col("trust").mean().clip(1e-3, 1.0),
            anchors=pl.col("anchor").sum(),
            rows=pl.len(),
            training_row=pl.col("row").first(),
        )
        .sort("group", "species")
    )


def _judge(attributed: pl.DataFrame, model: RetentionModel, threshold: float) -> pl.DataFrame:
    """Prediction, interval and residual of each peak; of a training peak from a fit without it."""
    left_out = model.training.select(
        row="training_row",
        own_residual=pl.Series(model.fit.left_out()),
        own_sd=pl.Series(model.fit.left_out_sd()),
        leverage=pl.Series(model.fit.leverage),
    ).filter(model.training["rows"] == 1)
    joined = attributed.join(left_out, on="row", how="left", maintain_order="left")
    plain = pl.col("aligned_rt_min") - pl.col("aligned_prediction_min")
    residual = pl.coalesce("own_residual", plain)
    sd = pl.coalesce("own_sd", "sd_min")
    predicted = pl.col("rt_min") - residual
    trained = model.training.group_by("group").agg(
        least=pl.col("carbons").min(), most=pl.col("carbons").max()
    )
    joined = joined.join(trained, on="group", how="left", maintain_order="left")
    outside = pl.max_horizontal(
        pl.col("least") - pl.col("carbons"), pl.col("carbons") - pl.col("most"), 0
    )
    limit = 3 * float(model.fit.leverage.mean()) if model.training.height else 1.0
    return joined.select(
        "row",
        "group",
        "isomer",
        "fitting_isomers",
        *("p_true", "p_fragment", "p_virtual", "p_other"),
        predicted_rt_min=predicted,
        residual_min=residual,
        studentised_residual=residual / sd,
        interval_low_min=predicted - INTERVAL_SDS * sd,
        interval_high_min=predicted + INTERVAL_SDS * sd,
        has_high_leverage=pl.col("leverage").fill_null(0.0) > limit,
        carbons_outside=outside.fill_null(0),
        extrapolated=pl.col("least").is_null(),
        fits=(residual / sd).abs() <= threshold,
    )


def _verdict() -> pl.Expr:
    return (
        pl.when(pl.col("fits").is_null())
        .then(None)
        .when("fits")
        .then(pl.lit("fits"))
        .otherwise(pl.lit("misses"))
    )


def _warnings(usable: pl.DataFrame) -> list[DataWarning]:
    anchors = int(usable["anchor"].sum())
    if anchors >= LEAST_ANCHORS:
        return []
    return [
        DataWarning(
            "few_anchors",
            f"The table has {anchors or 'no'} usable anchors. The retention model was fitted to "
            "the largest peak of each name instead, so the calls are less certain. Mark peaks that "
            "you are sure of with T in the column Anchor.",
        )
    ]


RULE = Rule(
    number=1,
    title="Retention model",
    needs=("has_parent", "aligned_rt_min", "anchor", "hexnac_added", "verdict_3"),
    gives=(
        *("group", "isomer", "fitting_isomers", "predicted_rt_min", "residual_min", "fits"),
        *("studentised_residual", "interval_low_min", "interval_high_min", "verdict_1"),
        *("p_true", "p_fragment", "p_virtual", "p_other"),
    ),
    apply=apply,
    sentence=pl.format(
        "It elutes at {} min, {} min from the {} min predicted ({} standard deviations).{}{}{}",
        pl.col("rt_min").round(3),
        pl.col("residual_min").round(3),
        pl.col("predicted_rt_min").round(3),
        pl.col("studentised_residual").round(1),
        pl.when("extrapolated")
        .then(pl.lit(" No peak of this prefix was fitted; its glycan alone predicts it."))
        .otherwise(pl.lit("")),
        pl.when(pl.col("carbons_outside") > 2)
        .then(pl.lit(" Its carbon number lies far from those the prefix was fitted on."))
        .otherwise(pl.lit("")),
        pl.when("has_high_leverage")
        .then(pl.lit(" It has a strong hold on the model itself."))
        .otherwise(pl.lit("")),
    ),
)
