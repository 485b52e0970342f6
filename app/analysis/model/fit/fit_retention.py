"""Fit the retention model to a training table of species with known retention times."""

import numpy as np
from msgspec.structs import replace

from app.analysis.evidence.array_types import Array
from app.analysis.model.law.design import Levels
from app.analysis.model.law.retention_law import (
    CERAMIDE_POOL,
    CERAMIDE_SPREAD_MIN,
    CORE_POOL,
    CORE_SPREAD_MIN,
    CURVATURE_POOL,
    CURVATURE_SPREAD_MIN,
    GLYCAN,
    GLYCAN_ON_OTHER_COLUMNS,
    INTERCEPT_POOL,
    INTERCEPT_SPREAD_MIN,
    NOISE_MIN,
    SHAPE,
    SLOPE_POOL,
    SLOPE_SPREAD_MIN,
)
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.least_squares.regression import ROUGHLY, Priors, fit
from app.analysis.names.species_table import SpeciesTable

# The variance of the median of normal values, times their number and over theirs: pi / 2.
MEDIAN_VARIANCE = np.pi / 2


def fit_retention(
    training: SpeciesTable,
    x: Array,
    levels: Levels,
    start: RetentionModel | None = None,
    tolerance: float = ROUGHLY,
    *,
    time_scale: float,
    constant: tuple[float, float],
    has_usual_sugars: bool = True,
) -> RetentionModel:
    """Fit the model to a training table with ``rt_min`` (minutes) and ``trust`` in (0, 1].

    ``x`` (rows, coefficients) is the design matrix of the table. The deviations of the groups are
    first held small, so that of two anchors that contradict each other the one counts that the
    glycan predicts. ``start`` is an earlier fit of almost the same table, ``tolerance`` that of
    ``fit``, and ``time_scale`` that of the table. ``constant`` are the mean and the standard
    deviation, in minutes, of the constant of the equation before any peak is looked at. A prior of
    ``start`` replaces the usual one. Without ``has_usual_sugars`` the sugars may have any effect;
    those of ``start`` are as it says.
    """
    y = training["rt_min"]
    centre, constant_sd = constant
    is_usual = has_usual_sugars if start is None else start.has_usual_sugars
    priors = usual_priors(levels, time_scale, constant_sd, has_usual_sugars=is_usual)
    trust, own_sd = training["trust"], _own_sd(training)
    if start is not None:
        known, bend = start.prior, start.bend
        if known is not None:
            priors, centre = known.priors, known.centre_min
        if bend is not None:
            bend = bend.along(start.fit.coefficients)
            x, priors = np.hstack([x, bend.columns(x)]), bend.priors(priors, time_scale)
        again = fit(x, y - centre, trust, priors, start=start.fit, tolerance=tolerance)
        law = RetentionModel(training, levels, again, centre, own_sd, known, bend)
        return replace(law, has_usual_sugars=is_usual)
    first = fit(x, y - centre, trust, priors, free_pools=False, tolerance=tolerance)
    settled = np.clip(first.weights, 1e-3, 1.0)
    second = fit(x, y - centre, settled, priors, tolerance=tolerance)
    law = RetentionModel(training, levels, second, centre, own_sd)
    return replace(law, has_usual_sugars=is_usual)


def _own_sd(training: SpeciesTable) -> float:
    """The standard deviation of a single peak beyond that of the median of its species."""
    is_several = training["rows"] > 1
    if not is_several.any():
        return 0.0
    several = training.rows(is_several)
    rows, weight = several["rows"].astype(np.float64), several["weight"]
    variance = float(several["squares"].sum() / np.sum(np.maximum(weight - 1, 0.1)))
    return float(np.sqrt(variance * np.mean(np.clip(1 - MEDIAN_VARIANCE / rows, 0, 1))))


def usual_priors(
    levels: Levels, time_scale: float, constant_sd_min: float, *, has_usual_sugars: bool = True
) -> Priors:
    """The prior of each coefficient, in the order of the design matrix and in minutes."""
    glycan = GLYCAN if has_usual_sugars else GLYCAN_ON_OTHER_COLUMNS
    fixed = [(0.0, constant_sd_min / time_scale), *SHAPE.values(), *glycan.values()]
    pool = [-1] * len(fixed)
    pool += [INTERCEPT_POOL] * len(levels.groups) + [SLOPE_POOL] * len(levels.groups)
    pool += [CORE_POOL] * len(levels.cores) + [CERAMIDE_POOL] * len(levels.ceramides)
    pool += [CURVATURE_POOL] * len(levels.cores)
    mean, sd = np.zeros(len(pool)), np.ones(len(pool))
    mean[: len(fixed)], sd[: len(fixed)] = np.array(fixed).T
    return Priors(
        mean=mean * time_scale,
        sd=sd * time_scale,
        pool=np.array(pool),
        pool_sd=np.array(
            [
                INTERCEPT_SPREAD_MIN,
                SLOPE_SPREAD_MIN,
                CORE_SPREAD_MIN,
                CERAMIDE_SPREAD_MIN,
                CURVATURE_SPREAD_MIN,
            ]
        )
        * time_scale,
        noise_sd=NOISE_MIN * time_scale,
        row_groups=len(fixed) + np.arange(2 * len(levels.groups)).reshape(2, -1).T,
    )
