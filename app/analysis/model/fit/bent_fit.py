"""Fit the bend of the gradient, where the peaks show one."""

import numpy as np
from msgspec.structs import replace

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.fit.fit_retention import fit_retention
from app.analysis.model.fit.training import constant_of
from app.analysis.model.law.bend import BEND_MIN, Bend
from app.analysis.model.law.candidates import Candidates
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.least_squares.regression import (
    CONVERGED,
    ROUGHLY,
    T4_SCALE_OF_NORMAL,
    T_DEGREES,
)

# Fewer species do not show how a gradient bends.
LEAST_SPECIES = 24
# A bend predicts left-out species better than the straight law by so many standard errors, and
# leaves at most this share of their scatter.
SHOWN_BY, MOST_LEFT = 3.0, 0.8
# A rough fit with a bend that leaves more of the scatter than this is not fitted exactly.
ROUGHLY_LEFT = 0.95


def bent_model(
    model: RetentionModel, candidates: Candidates, arrays: PeakArrays
) -> RetentionModel | None:
    """The model with the bend of the gradient; None where the peaks do not show one.

    The two are compared by the density of each species by a fit without it (Vuong 1989,
    Econometrica 57:307). A bend that takes little of the scatter stays out: intervals are right
    without it, and a few rows could turn it. The prior of a library has the bend already.
    """
    is_fitted = model.levels == candidates.levels and model.prior is None
    if not is_fitted or model.training.height < LEAST_SPECIES:
        return None
    rough = _with_bend(model, candidates, arrays, ROUGHLY)
    if rough.fit.noise_sd > ROUGHLY_LEFT * model.fit.noise_sd:
        return None
    bent = _with_bend(model, candidates, arrays, CONVERGED)
    if bent.bend is None or not bent.bend.rises(bent.bends):
        return None
    gain = log_density(bent) - log_density(model)
    is_better = gain.sum() >= SHOWN_BY * gain.std() * np.sqrt(len(gain))
    return bent if is_better and bent.fit.noise_sd <= MOST_LEFT * model.fit.noise_sd else None


def _with_bend(
    model: RetentionModel, candidates: Candidates, arrays: PeakArrays, tolerance: float
) -> RetentionModel:
    """The model fitted to the same species again, with a bend."""
    scale, constant = arrays.time_scale, constant_of(arrays)
    x = candidates.design[model.training["candidate"]]
    bend = Bend.of(x, model.fit.coefficients, model.centre_min, scale)
    pools = np.append(model.fit.pool_sd, BEND_MIN * scale)
    start = replace(model, bend=bend, fit=replace(model.fit, pool_sd=pools))
    terms = x, model.levels, start, tolerance
    return fit_retention(model.training, *terms, time_scale=scale, constant=constant)


def log_density(model: RetentionModel) -> Array:
    """The log density of each species by a fit without it, but for a constant, (species,)."""
    sd = model.fit.left_out_sd() * T4_SCALE_OF_NORMAL
    squares = (model.fit.left_out() / sd) ** 2
    density: Array = -(T_DEGREES + 1) / 2 * np.log1p(squares / T_DEGREES) - np.log(sd)
    return density
