"""The law of a library as the prior of the law of a run, in the times of the run."""

import numpy as np
from msgspec.structs import replace

from app.analysis.evidence.array_types import Array
from app.analysis.library.law import RetentionLaw
from app.analysis.library.time_map import TimeMap
from app.analysis.model.fit.fit_retention import usual_priors
from app.analysis.model.law.candidates import Candidates
from app.analysis.model.law.retention_law import FIRST_GROUP, SHAPE
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.straight_law import LawPrior
from app.analysis.model.least_squares.regression import Fit, Priors

# From run to run on one column: how far the intercept of a group, its slope (per carbon), its core,
# a ceramide and a core's curvature (per squared carbon) move, in minutes of porcine brain.
GROUP_MIN, SLOPE_MIN, CORE_MIN, CERAMIDE_MIN, CURVATURE_MIN = 0.03, 0.006, 0.01, 0.01, 0.0006
# What remains of the usual prior's standard deviation of a coefficient of all groups.
REMAINING = 0.05
CONSTANT_MIN = 0.03
# The misfit of the law to a bent map that is not resolved, in minutes of porcine brain.
MISFIT_MIN = 0.005
# A bend moves groups by up to so many times what they usually have of their own.
BENT_SPREADS = 3.0


def prior_model(
    law: RetentionLaw, found: TimeMap, candidates: Candidates, time_scale: float
) -> RetentionModel:
    """The model of a run before any of its peaks is fitted: the library, mapped on to its times."""
    levels, ratio = candidates.levels, found.scale
    centre = float(found(np.array([law.centre_min]))[0])
    mean = law.coefficients(levels) * ratio
    known = law.known(levels)
    mean += _bent(law, found, candidates, mean, centre, time_scale)
    usual = usual_priors(levels, time_scale, time_scale)
    sd = np.where(known, _sds(law, candidates, ratio, time_scale, usual), usual.sd)
    priors = replace(
        usual,
        mean=mean,
        sd=sd,
        pool=np.where(known, -1, usual.pool),
        pool_sd=np.array(law.pool_sd_min) * ratio,
        noise_sd=max(law.noise_sd_min * ratio, 1e-6),
    )
    none = np.zeros(0)
    own = priors.sd_with(priors.pool_sd)
    spreads = priors.noise_sd, priors.pool_sd
    fit = Fit(mean, lambda: np.diag(own**2), none, none, none, none, *spreads)
    training = candidates.table.rows(np.zeros(0, dtype=np.int64))
    own_sd = law.own_sd_min * ratio
    return RetentionModel(training, levels, fit, centre, own_sd, LawPrior(priors, centre))


def _sds(
    law: RetentionLaw, candidates: Candidates, ratio: float, time_scale: float, usual: Priors
) -> Array:
    """The standard deviations of the coefficients (p,) that the library knows."""
    levels, per_scale = candidates.levels, ratio / time_scale
    errors = {each.group: each.standard_error_min * per_scale for each in law.groups}
    of_groups = [np.hypot(GROUP_MIN, errors.get(group, 0.0)) for group in levels.groups]
    groups, cores = len(levels.groups), len(levels.cores)
    own = [
        *of_groups,
        *[SLOPE_MIN] * groups,
        *[CORE_MIN] * cores,
        *[CERAMIDE_MIN] * len(levels.ceramides),
        *[CURVATURE_MIN] * cores,
    ]
    fixed = REMAINING * usual.sd[:FIRST_GROUP]
    fixed[0] = CONSTANT_MIN * time_scale
    # The errors of the shape come with it; those of the glycan are in the errors of the groups.
    shape = slice(1, 1 + len(SHAPE))
    fixed[shape] = np.hypot(fixed[shape], np.array(law.fixed_errors)[shape] * ratio)
    return np.append(fixed, np.array(own) * time_scale)


def _bent(
    law: RetentionLaw,
    found: TimeMap,
    candidates: Candidates,
    mean: Array,
    centre: float,
    time_scale: float,
) -> Array:
    """What the bend of the map adds to the coefficients: the law nearest to the mapped times."""
    known = np.array([group in law.by_group for group in candidates.table["group"]], dtype=bool)
    x = candidates.design[known]
    mapped = found(law.predict(candidates.table.rows(known), candidates.levels))
    left = mapped - centre - x @ mean
    usual = usual_priors(candidates.levels, time_scale, time_scale)
    scale = usual.sd_with(usual.pool_sd * BENT_SPREADS)
    a = x * scale
    normal = a.T @ a + np.eye(a.shape[1]) * (MISFIT_MIN * time_scale) ** 2
    added: Array = scale * np.linalg.solve(normal, a.T @ left)
    return added
