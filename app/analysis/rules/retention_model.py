"""Rule 1: the retention model, and how each peak lies to it.

Anchors are fitted first. Then every peak is attributed (app/analysis/attribution.py), the best peak
of each name that is likely to be it joins the training, and model and attribution are repeated.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from app.analysis.ancestry import Ancestry
from app.analysis.attribution import Attribution, Candidates, Mixture, attribute
from app.analysis.data_warning import DataWarning
from app.analysis.evidence import Evidence, Mask, Places, gather
from app.analysis.log_p import log_p_warnings
from app.analysis.regression import CONVERGED, ROUGHLY, Array
from app.analysis.retention import RetentionModel, fit_retention
from app.analysis.rule import Rule, Study
from app.analysis.training import of_attribution

# Before the round that fits exactly; after two the training hardly changes.
ROUGH_ROUNDS = 2
# Fewer anchors than this cannot carry the law; the largest peaks of all names do then.
LEAST_ANCHORS = 4
INTERVAL_SDS = 1.96
EXPLANATIONS = ("p_true", "p_fragment", "p_virtual", "p_other")


def apply(study: Study) -> Study:
    """Fit the law and attribute every usable row."""
    if study.model is None or study.fitted is None:
        raise AssertionError("The isomers, and with them a first law, come before this rule.")
    evidence = study.fitted
    candidates = Candidates.of(evidence.names, study.slots)
    model, mixture, ancestry, found = _fit(evidence, candidates, study.model)
    usable = study.usable
    if len(evidence.row) < usable.height:
        evidence = gather(usable, study.pairs, evidence.pairs.spread_min, evidence.names)
        half = np.full(len(evidence.row), 0.5)
        found = _explained(evidence, candidates, model, mixture, ancestry, half, passes=2)
    judged = _judge(evidence, candidates, found, model, study.settings.outlier_threshold)
    groups = candidates.table.select("group", "isomer", candidate=pl.int_range(pl.len()))
    judged = judged.join(groups, on="candidate", how="left", maintain_order="left")
    fitted = replace(study, model=model).with_rows(judged.drop("candidate"))
    fitted = fitted.with_columns(
        predicted_rt_min=pl.col("rt_min") - pl.col("residual_min"),
    ).with_columns(
        interval_low_min=pl.col("predicted_rt_min") - INTERVAL_SDS * pl.col("sd_min"),
        interval_high_min=pl.col("predicted_rt_min") + INTERVAL_SDS * pl.col("sd_min"),
    )
    return fitted.with_columns(verdict_1=_verdict()).warn(
        *_anchor_warnings(usable), *log_p_warnings(usable, study.names)
    )


def _fit(
    evidence: Evidence, candidates: Candidates, model: RetentionModel
) -> tuple[RetentionModel, Mixture, Ancestry, Attribution]:
    """Attribute and fit in turn."""
    mixture, ancestry = Mixture.of(evidence), Ancestry.of(evidence.names, model)
    p_other = np.full(len(evidence.row), 0.5)
    found = _explained(evidence, candidates, model, mixture, ancestry, p_other)
    for tolerance in (ROUGHLY,) * ROUGH_ROUNDS + (CONVERGED,):
        training = of_attribution(evidence, candidates, found)
        if training.is_empty():
            break
        model = fit_retention(training, start=model, tolerance=tolerance)
        mixture = mixture.updated(evidence, found)
        ancestry = _counted(evidence, candidates, model, ancestry, found)
        found = _explained(evidence, candidates, model, mixture, ancestry, found.p_other)
    return model, mixture, ancestry, found


def _counted(
    evidence: Evidence,
    candidates: Candidates,
    model: RetentionModel,
    ancestry: Ancestry,
    found: Attribution,
) -> Ancestry:
    if ancestry.levels != model.levels:
        ancestry = Ancestry.of(evidence.names, model)
    place = {group: number for number, group in enumerate(model.groups)}
    groups = np.array([place.get(group, -1) for group in candidates.table["group"]])
    return ancestry.seen(model).counted(evidence, groups[found.candidate], found.p_fragment)


def _explained(
    evidence: Evidence,
    candidates: Candidates,
    model: RetentionModel,
    mixture: Mixture,
    ancestry: Ancestry,
    p_other: Array,
    passes: int = 1,
) -> Attribution:
    orphans = np.flatnonzero(~evidence.has_parent)
    virtual = np.zeros(len(evidence.row))
    virtual[orphans] = ancestry.density(
        evidence.time_min[orphans], evidence.species[orphans], model.fit.noise_sd
    )
    predicted = model.predict(model.design(candidates.table))
    return attribute(
        evidence, candidates, predicted, mixture, p_other, ancestry.fragment_share, virtual, passes
    )


def _judge(
    evidence: Evidence,
    candidates: Candidates,
    found: Attribution,
    model: RetentionModel,
    threshold: float,
) -> pl.DataFrame:
    """Prediction, interval and residual of each peak; of a training peak from a fit without it."""
    residual, sd = evidence.time_min - found.predicted_min, found.sd_min.copy()
    leverage = np.zeros(len(residual))
    alone = model.training["rows"].to_numpy() == 1
    place = np.searchsorted(evidence.row, model.training["training_row"].to_numpy()[alone])
    residual[place], sd[place] = model.fit.left_out()[alone], model.fit.left_out_sd()[alone]
    leverage[place] = model.fit.leverage[alone]
    limit = 3 * float(model.fit.leverage.mean())
    outside, extrapolated = _beyond(candidates, model)
    t = residual / sd
    return pl.DataFrame(
        {
            "row": evidence.row,
            "candidate": found.candidate,
            "fitting_isomers": found.fitting,
            **{name: getattr(found, name) for name in EXPLANATIONS},
            "residual_min": residual,
            "studentised_residual": t,
            "sd_min": sd,
            "has_high_leverage": leverage > limit,
            "carbons_outside": outside[found.candidate],
            "extrapolated": extrapolated[found.candidate],
            "fits": np.abs(t) <= threshold,
        }
    )


def _beyond(candidates: Candidates, model: RetentionModel) -> tuple[Places, Mask]:
    """By how many carbons a candidate lies outside those its group was fitted on, if it was."""
    trained = model.training.group_by("group").agg(
        least=pl.col("carbons").min(), most=pl.col("carbons").max()
    )
    table = candidates.table.join(trained, on="group", how="left", maintain_order="left")
    outside = pl.max_horizontal(
        pl.col("least") - pl.col("carbons"), pl.col("carbons") - pl.col("most"), 0
    )
    found = table.select(outside=outside.fill_null(0), unmet=pl.col("least").is_null())
    return found["outside"].cast(pl.Int64).to_numpy(), found["unmet"].to_numpy()


def _verdict() -> pl.Expr:
    return (
        pl.when(pl.col("fits").is_null())
        .then(None)
        .when("fits")
        .then(pl.lit("fits"))
        .otherwise(pl.lit("misses"))
    )


def _anchor_warnings(usable: pl.DataFrame) -> list[DataWarning]:
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
    needs=("has_parent", "aligned_rt_min", "anchor", "species_code", "sample_code", "verdict_3"),
    gives=(
        *("group", "isomer", "fitting_isomers", "predicted_rt_min", "residual_min", "fits"),
        *("studentised_residual", "interval_low_min", "interval_high_min", "verdict_1"),
        *("p_true", "p_fragment", "p_virtual", "p_other"),
    ),
    apply=apply,
    sentence=pl.format(
        "It elutes at {} min, {} min {} than the {} min predicted ({} standard deviations).{}{}{}",
        pl.col("rt_min").round(3),
        pl.col("residual_min").abs().round(3),
        pl.when(pl.col("residual_min") > 0).then(pl.lit("later")).otherwise(pl.lit("earlier")),
        pl.col("predicted_rt_min").round(3),
        pl.col("studentised_residual").abs().round(1),
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
