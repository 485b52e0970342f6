"""Rule 1: the retention model, and how far each peak is from its prediction.

The model and the explanations of the peaks are fitted in turn
(app/analysis/model/fit/joint_fit.py), beginning with the anchors.
"""

import numpy as np
import polars as pl
from msgspec.structs import replace

from app.analysis.counted import counted
from app.analysis.evidence.array_types import Indices, Mask
from app.analysis.evidence.explaining.posterior import Posterior
from app.analysis.evidence.explaining.rival_lines import LineMixture
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.fit.joint_fit import JointModel, fit_jointly
from app.analysis.model.intercepts.rival_predictions import rival_lines
from app.analysis.model.law.candidates import Candidates
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.least_squares.log_p_trend import MOST_OFF_TREND, rows_off_log_p_trend
from app.analysis.names.species_table import SpeciesTable
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState, PeakColumns, first_true_case
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning
from app.analysis.state.doubts.doubted_classes import with_doubted_classes

# With fewer anchors than this, the model is fitted to the largest peak of each name.
LEAST_ANCHORS = 4
EXPLANATIONS = ("p_true", "p_fragment", "p_virtual", "p_ion", "p_unpicked_ion", "p_other")
VERDICTS = ("fits", "misses")


def apply(state: AnalysisState) -> AnalysisState:
    """Fit the model and explain every usable row."""
    peaks = state.training_arrays
    if state.model is None or peaks is None:
        raise AssertionError("The rule of isomers, which fits a first model, runs before this one.")
    candidates = Candidates.of(state.arrays.species_table, SpeciesTable.of(state.isomer_groups))
    joint, posterior = fit_jointly(peaks, candidates, state.model, state.settings.mz_tolerance_ppm)
    options = rival_lines(peaks, candidates, joint.model, state.rivals)
    lines = LineMixture.of(peaks, posterior, joint.predicted, joint.mixture, options)
    has_high = _high_leverage(len(state.arrays.row), joint.model, state.training_indices)
    found = {**_explained(state, joint, posterior, lines), "has_high_leverage": has_high}
    labels = {"group": candidates.groups, "isomer": candidates.isomers, "verdict_1": VERDICTS}
    decoys = joint.accepted_decoys(peaks, posterior, state.settings.outlier_threshold)
    fitted = replace(_with_fit(state, joint), lines=lines, accepted_decoys=decoys)
    warned = with_doubted_classes(fitted.with_peak_columns(found, **labels))
    return warned.warn(*_anchor_warnings(state.arrays), *_log_p_warnings(state))


def _explained(
    state: AnalysisState, joint: JointModel, posterior: Posterior, lines: LineMixture
) -> PeakColumns:
    """What explains each peak; those that the fit has not seen are judged in blocks."""
    if len(posterior.p_true) == len(state.arrays.row):
        return _judged(state, joint, lines.applied(state.arrays, posterior))
    return state.in_blocks(
        lambda block: _judged(
            block, joint, lines.applied(block.arrays, joint.explain_new(block.arrays))
        )
    )


def _with_fit(state: AnalysisState, joint: JointModel) -> AnalysisState:
    """The state with the law of a table and with what was learnt of its peaks."""
    return replace(
        state,
        model=joint.model,
        mixture=joint.mixture,
        ions=joint.ions,
        possible_ions=joint.possible_ions,
        possible_parents=joint.parents,
        joint=joint,
    )


def judged_again(state: AnalysisState) -> AnalysisState:
    """Explain the peaks of a state by the law that it has, which is not fitted to them."""
    joint, lines = state.joint, state.lines
    if joint is None or lines is None:
        raise AssertionError("The rule of the retention model runs before.")

    def judge(block: AnalysisState) -> PeakColumns:
        return _judged(block, joint, lines.applied(block.arrays, joint.explain_new(block.arrays)))

    return state.with_peak_columns(state.in_blocks(judge))


def _judged(state: AnalysisState, joint: JointModel, posterior: Posterior) -> PeakColumns:
    """Compare each peak with the prediction for its best candidate."""
    residual = state.arrays.time_min - posterior.predicted_min
    t = residual / posterior.sd_min
    fits = np.abs(t) <= state.settings.outlier_threshold
    candidates = joint.candidates
    outside, extrapolated = joint.extrapolation
    return {
        "group": candidates.group[posterior.candidate],
        "isomer": candidates.isomer[posterior.candidate],
        "fitting_isomers": posterior.fitting,
        **{name: getattr(posterior, name) for name in EXPLANATIONS},
        "residual_min": residual,
        "studentised_residual": t,
        "sd_min": posterior.sd_min,
        "line_contrast": posterior.line_contrast,
        "rival_min": posterior.rival_min,
        "carbons_outside": outside[posterior.candidate],
        "extrapolated": extrapolated[posterior.candidate],
        "fits": fits,
        "verdict_1": first_true_case(fits),
    }


def _high_leverage(peaks: int, model: RetentionModel, indices: Indices) -> Mask:
    """Which peaks (n,) are the only fitted peak of their species, with high leverage."""
    has_high = np.zeros(peaks, dtype=np.bool_)
    alone = model.training["rows"] == 1
    at = indices[model.training["training_place"][alone]]
    leverage = model.fit.leverage
    if len(leverage):
        has_high[at] = (leverage > 3 * leverage.mean())[alone]
    return has_high


def _log_p_warnings(state: AnalysisState) -> list[DataWarning]:
    rows = rows_off_log_p_trend(state.table["log_p"], state.arrays, state.training_indices)
    if not rows:
        return []
    message = (
        f"The Log P of {counted(len(rows), 'row')} is more than {MOST_OFF_TREND} off what the "
        "composition of their species predicts. It does not change any assignment, but may be of "
        "another structure."
    )
    return [DataWarning("log_p_off_trend", message, tuple(rows[:SHOWN_ROWS]))]


def _anchor_warnings(arrays: PeakArrays) -> list[DataWarning]:
    anchors = int(arrays.anchor.sum())
    if anchors >= LEAST_ANCHORS:
        return []
    usable = counted(anchors, "usable anchor") if anchors else "no usable anchors"
    return [
        DataWarning(
            "few_anchors",
            f"The table has {usable}. The retention model was fitted to "
            "the largest peak of each name instead, so the assignments are less certain. Mark "
            "peaks that you are sure of with T in the column Anchor.",
        )
    ]


RULE = Rule(
    number=1,
    title="Retention model",
    needs=("has_parent", "verdict_3"),
    gives=(
        *("group", "isomer", "fitting_isomers", "residual_min", "studentised_residual", "sd_min"),
        *("line_contrast", "rival_min", "fits", "verdict_1", *EXPLANATIONS),
    ),
    apply=apply,
    is_heavy=True,
    sentence=pl.format(
        "It elutes at {} min, {} min {} than the {} min predicted ({} standard deviations).{}{}{}",
        pl.col("rt_min").round(3),
        pl.col("residual_min").abs().round(3),
        pl.when(pl.col("residual_min") > 0).then(pl.lit("later")).otherwise(pl.lit("earlier")),
        (pl.col("rt_min") - pl.col("residual_min")).round(3),
        pl.col("studentised_residual").abs().round(1),
        pl.when("extrapolated")
        .then(
            pl.lit(
                " The model was fitted without a peak of its class; its glycan alone gives the "
                "prediction."
            )
        )
        .otherwise(pl.lit("")),
        pl.when(pl.col("carbons_outside") > 2)
        .then(
            pl.lit(
                " Its ceramide has at least three carbons more or fewer than those that the model "
                "of its class was fitted to."
            )
        )
        .otherwise(pl.lit("")),
        pl.when("has_high_leverage")
        .then(
            pl.lit(
                " It is the only peak of its species and pulls the model strongly towards itself."
            )
        )
        .otherwise(pl.lit("")),
    ),
)
