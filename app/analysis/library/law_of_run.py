"""The retention law that a library keeps of a fitted model."""

import numpy as np

from app.analysis.library.law import CeramideLaw, CoreLaw, GroupLaw, RetentionLaw
from app.analysis.model.law.retention_law import FIRST_GROUP, POOLS
from app.analysis.model.law.retention_model import RetentionModel

# Significant digits of the numbers that are kept: many more than a time is measured with.
DIGITS = 9


def law_of(model: RetentionModel, time_scale: float) -> RetentionLaw:
    """The law of a model; ``time_scale`` is that of its run."""
    fit = model.fit
    return RetentionLaw(
        fixed=_kept(model.coefficients[:FIRST_GROUP]),
        fixed_errors=_kept(np.sqrt(np.diag(model.covariance))[:FIRST_GROUP]),
        groups=_groups(model),
        cores=_cores(model),
        ceramides=_ceramides(model),
        covariance=tuple(map(_kept, model.reference_times[1])),
        noise_sd_min=_one(fit.noise_sd),
        own_sd_min=_one(model.own_sd_min),
        pool_sd_min=_kept(fit.pool_sd[:POOLS]),
        centre_min=_one(model.centre_min),
        time_scale=_one(time_scale),
    )


def _cores(model: RetentionModel) -> tuple[CoreLaw, ...]:
    levels, coefficients = model.levels, model.coefficients
    first = _first_core(model)
    cores, ceramides = len(levels.cores), len(levels.ceramides)
    deviations, curvatures = coefficients[first:][:cores], coefficients[first + cores + ceramides :]
    return tuple(
        CoreLaw(core=core, deviation_min=_one(deviation), curvature=_one(curvature))
        for core, deviation, curvature in zip(levels.cores, deviations, curvatures, strict=True)
    )


def _ceramides(model: RetentionModel) -> tuple[CeramideLaw, ...]:
    levels = model.levels
    deviations = model.coefficients[_first_core(model) + len(levels.cores) :]
    return tuple(
        CeramideLaw(number=number, deviation_min=_one(deviation))
        for number, deviation in zip(levels.ceramides, deviations, strict=False)
    )


def _first_core(model: RetentionModel) -> int:
    """The place of the coefficient of the first core: those of the groups stand before it."""
    return FIRST_GROUP + 2 * len(model.levels.groups)


def _groups(model: RetentionModel) -> tuple[GroupLaw, ...]:
    coefficients, levels, training = model.coefficients, model.levels, model.training
    rows_of, found = training.slices("group"), []
    times, covariance = model.reference_times
    for place, group in enumerate(model.groups):
        rows = training.rows(rows_of[group])
        at = FIRST_GROUP + levels.groups.index(group)
        found.append(
            GroupLaw(
                group=group,
                prefix=str(rows["prefix"][0]),
                isomer=rows["isomer"][0],
                late=int(rows["late"][0]),
                at_reference_min=_one(times[place]),
                standard_error_min=_one(np.sqrt(covariance[place, place])),
                deviation_min=_one(coefficients[at]),
                slope_deviation=_one(coefficients[at + len(levels.groups)]),
                least_carbons=int(rows["carbons"].min()),
                most_carbons=int(rows["carbons"].max()),
                species=rows.height,
                anchors=int(rows["anchors"].sum()),
            )
        )
    return tuple(found)


def _kept(values: np.typing.NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(map(_one, values.tolist()))


def _one(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
