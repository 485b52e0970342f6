"""Rule 1: the retention model, and how each peak lies to it.

Anchors are fitted first. Then every peak is attributed (app/analysis/evidence/posterior.py), the
best peak of each name that is likely to be it joins the training, and model and attribution are
repeated.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.analysis.evidence.peak_arrays import Evidence, Places
from app.analysis.evidence.posterior import Attribution, Candidates, Mixture, attribute
from app.analysis.model.log_p_trend import log_p_warnings
from app.analysis.model.possible_parents import Ancestry
from app.analysis.model.regression import CONVERGED, ROUGHLY, Array, Mask
from app.analysis.model.retention_model import RetentionModel
from app.analysis.model.training import refit
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import Found, Study, first_that_holds
from app.analysis.state.data_warning import DataWarning

# Before the round that fits exactly; after one the training hardly changes.
ROUGH_ROUNDS = 1
# Fewer anchors than this cannot carry the law; the largest peaks of all names do then.
LEAST_ANCHORS = 4
EXPLANATIONS = ("p_true", "p_fragment", "p_virtual", "p_other")
VERDICTS = ("fits", "misses")


def apply(study: Study) -> Study:
    """Fit the law and attribute every usable row."""
    if study.model is None or study.fitted is None:
        raise AssertionError("The isomers, and with them a first law, come before this rule.")
    candidates = Candidates.of(study.names, study.slots)
    law, explained = _fit(study.fitted, candidates, study.model)
    if len(study.fitted.row) == len(study.evidence.row):
        found = _judged(study, law, explained)
    else:
        found = study.in_blocks(
            lambda block: _judged(block, law, law.explain_afresh(block.evidence))
        )
    _judge_trained(found, law.model, study.fitted_places, study.settings.outlier_threshold)
    words = {"group": candidates.groups, "isomer": candidates.isomers, "verdict_1": VERDICTS}
    judged = replace(study, model=law.model).with_found(found, **words)
    log_p = log_p_warnings(study.table, study.evidence, study.fitted_places)
    return judged.warn(*_anchor_warnings(study.evidence), *log_p)


@dataclass(frozen=True)
class _Law:
    """All that peaks are explained by: retention, the mixture, and what comes from what."""

    candidates: Candidates
    model: RetentionModel
    mixture: Mixture
    ancestry: Ancestry

    @cached_property
    def predicted(self) -> tuple[Array, Array]:
        """Time and SD of each candidate, in minutes."""
        # A law that no species could be fitted to still knows the groups of an earlier search.
        is_fitted = self.model.levels == self.candidates.levels
        design = self.candidates.design if is_fitted else self.model.design(self.candidates.table)
        return self.model.predict(design)

    @cached_property
    def beyond(self) -> tuple[NDArray[np.uint8], Mask]:
        """By how many carbons a candidate lies outside those its group was fitted on, if it was."""
        return _beyond(self.candidates, self.model)

    def explain(self, evidence: Evidence, p_other: Array, passes: int = 1) -> Attribution:
        """Explain peaks, of which ``p_other`` is what was thought of them so far."""
        virtual = np.zeros(len(evidence.row))
        orphans = np.flatnonzero(~evidence.has_parent)
        virtual[orphans] = self.ancestry.density(
            evidence.time_min[orphans], evidence.species[orphans], self.model.peak_sd_min
        )
        share = self.ancestry.fragment_share
        return attribute(
            evidence, self.candidates, self.predicted, self.mixture, p_other, share, virtual, passes
        )

    def explain_afresh(self, evidence: Evidence) -> Attribution:
        """Explain peaks that the law was not fitted to."""
        return self.explain(evidence, np.full(len(evidence.row), 0.5), passes=2)

    def refitted(self, evidence: Evidence, found: Attribution, tolerance: float) -> "_Law":
        """The law that these explanations show."""
        model = refit(evidence, self.candidates, found, self.model, tolerance)
        ancestry = self.ancestry
        if (ancestry.groups, ancestry.levels) != (model.groups, model.levels):
            ancestry = Ancestry.of(evidence.names, model)
        places = {group: place for place, group in enumerate(model.groups)}
        place = np.array([places.get(group, -1) for group in self.candidates.groups])
        of_peak = place[self.candidates.group[found.candidate]]
        counted = ancestry.seen(model).counted(evidence, of_peak, found.p_fragment)
        return _Law(self.candidates, model, self.mixture.updated(evidence, found), counted)


def _fit(
    evidence: Evidence, candidates: Candidates, model: RetentionModel
) -> tuple[_Law, Attribution]:
    """Attribute and fit in turn."""
    law = _Law(candidates, model, Mixture.of(evidence), Ancestry.of(evidence.names, model))
    found = law.explain(evidence, np.full(len(evidence.row), 0.5))
    for tolerance in (ROUGHLY,) * ROUGH_ROUNDS + (CONVERGED,):
        law = law.refitted(evidence, found, tolerance)
        found = law.explain(evidence, found.p_other)
    return law, found


def _judged(study: Study, law: _Law, found: Attribution) -> Found:
    """Prediction and residual of each peak."""
    residual = study.evidence.time_min - found.predicted_min
    t = residual / found.sd_min
    fits = np.abs(t) <= study.settings.outlier_threshold
    candidates = law.candidates
    outside, extrapolated = law.beyond
    return {
        "group": candidates.group[found.candidate],
        "isomer": candidates.isomer[found.candidate],
        "fitting_isomers": found.fitting,
        **{name: getattr(found, name) for name in EXPLANATIONS},
        "residual_min": residual,
        "studentised_residual": t,
        "sd_min": found.sd_min,
        "has_high_leverage": np.zeros(len(t), dtype=np.bool_),
        "carbons_outside": outside[found.candidate],
        "extrapolated": extrapolated[found.candidate],
        "fits": fits,
        "verdict_1": first_that_holds(fits),
    }


def _judge_trained(found: Found, model: RetentionModel, places: Places, threshold: float) -> None:
    """Judge each peak that the law was fitted to by a fit without it."""
    alone = model.training["rows"].to_numpy() == 1
    place = places[model.training["training_place"].to_numpy()[alone]]
    residual, sd = model.fit.left_out()[alone], model.fit.left_out_sd()[alone]
    fits = np.abs(residual / sd) <= threshold
    trained = {
        "residual_min": residual,
        "sd_min": sd,
        "studentised_residual": residual / sd,
        "has_high_leverage": (model.fit.leverage > 3 * model.fit.leverage.mean())[alone],
        "fits": fits,
        "verdict_1": first_that_holds(fits),
    }
    for name, values in trained.items():
        found[name][place] = values


def _beyond(candidates: Candidates, model: RetentionModel) -> tuple[NDArray[np.uint8], Mask]:
    """By how many carbons a candidate lies outside those its group was fitted on, if it was."""
    trained = model.training.group_by("group").agg(
        least=pl.col("carbons").min(), most=pl.col("carbons").max()
    )
    table = candidates.table.join(trained, on="group", how="left", maintain_order="left")
    outside = pl.max_horizontal(
        pl.col("least") - pl.col("carbons"), pl.col("carbons") - pl.col("most"), 0
    )
    found = table.select(outside=outside.fill_null(0), unmet=pl.col("least").is_null())
    return found["outside"].cast(pl.UInt8).to_numpy(), found["unmet"].to_numpy()


def _anchor_warnings(evidence: Evidence) -> list[DataWarning]:
    anchors = int(evidence.anchor.sum())
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
    needs=("has_parent", "verdict_3"),
    gives=(
        *("group", "isomer", "fitting_isomers", "residual_min", "studentised_residual", "sd_min"),
        *("fits", "verdict_1", *EXPLANATIONS),
    ),
    apply=apply,
    sentence=pl.format(
        "It elutes at {} min, {} min {} than the {} min predicted ({} standard deviations).{}{}{}",
        pl.col("rt_min").round(3),
        pl.col("residual_min").abs().round(3),
        pl.when(pl.col("residual_min") > 0).then(pl.lit("later")).otherwise(pl.lit("earlier")),
        (pl.col("rt_min") - pl.col("residual_min")).round(3),
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
