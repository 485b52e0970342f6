"""Find the curve of a run, where its species show one."""

from functools import partial
from typing import NamedTuple

import numpy as np
import polars as pl
from msgspec.structs import replace

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.evidence.peaks.time_curve import TimeCurve
from app.analysis.model.fit.bent_fit import LEAST_SPECIES, SHOWN_BY, log_density
from app.analysis.model.fit.fit_retention import fit_retention
from app.analysis.model.fit.isomer_groups import find_isomers
from app.analysis.model.fit.training import constant_of
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.least_squares.regression import CONVERGED, ROUGHLY

# Rises are tried in steps of this size, as logarithms, up to where late peaks lie 150 times as far
# apart as early ones.
STEP, MOST = 0.5, 5.0
# Peaks that elute within fewer minutes of porcine brain show no curve.
LEAST_SPAN_MIN = 1.0


class _Likeliest(NamedTuple):
    """The likeliest curve of some species, None for none, and by how many standard errors."""

    curve: TimeCurve | None
    by: float


def shown_curve(model: RetentionModel, arrays: PeakArrays, names: pl.DataFrame) -> TimeCurve | None:
    """The curve that the peaks of a table show; None if times without one may be as likely.

    ``model`` is that of the first search for isomers. Where a curve is likelier by its species, the
    isomers are searched for again without it, because the first search takes a strong curve for
    isomers. The species of that search tell.
    """
    ends = TimeCurve.of(arrays.time_min, STEP)
    is_short = ends.high_min - ends.low_min < LEAST_SPAN_MIN * arrays.time_scale
    if model.training.height < LEAST_SPECIES or is_short:
        return None
    first = _likeliest(model, model.training["rt_min"], arrays, ends, is_rough=True).curve
    if first is None:
        return None
    again = find_isomers(arrays.straightened(first), names)[2]
    measured_min = first.measured(again.training["rt_min"])
    found = _likeliest(again, measured_min, arrays, ends, is_rough=False)
    return found.curve if found.by > SHOWN_BY else None


def _likeliest(
    model: RetentionModel,
    measured_min: Array,
    arrays: PeakArrays,
    ends: TimeCurve,
    *,
    is_rough: bool,
) -> _Likeliest:
    """The likeliest curve of the species of a model, which elute at these times (species,).

    Each is predicted by a fit without it, and two curves are compared as with a bend (Vuong 1989,
    Econometrica 57:307). All have the same ``ends``. A rough search begins each fit with the
    spreads of the model.
    """
    x = model.design(model.training)
    densities = partial(_densities, model, x, measured_min, arrays, is_rough=is_rough)
    usual = best = densities(None)
    found = None
    for rise in np.arange(STEP, MOST, STEP).tolist():
        curve = replace(ends, log_rise=rise)
        density = densities(curve)
        if density.sum() > best.sum():
            best, found = density, curve
        elif rise > STEP:
            break
    gain = best - usual
    error = float(gain.std() * np.sqrt(len(gain)))
    return _Likeliest(found, float(gain.sum()) / max(error, 1e-9))


def _densities(
    model: RetentionModel,
    x: Array,
    measured_min: Array,
    arrays: PeakArrays,
    curve: TimeCurve | None,
    *,
    is_rough: bool,
) -> Array:
    """The log density of the measured time of each species of a model, (species,).

    It is that of the straight time times how much faster that runs. ``x`` is the design of the
    species.
    """
    if curve is not None:
        arrays = arrays.straightened(curve)
    training = model.training.with_columns(rt_min=arrays.straight(measured_min))
    start, tolerance = (model, ROUGHLY) if is_rough else (None, CONVERGED)
    fitted = fit_retention(
        training,
        x,
        model.levels,
        start,
        tolerance,
        time_scale=arrays.time_scale,
        constant=constant_of(arrays),
        has_usual_sugars=model.has_usual_sugars,
    )
    density = log_density(fitted)
    return density if curve is None else density + curve.log_slope(measured_min)
