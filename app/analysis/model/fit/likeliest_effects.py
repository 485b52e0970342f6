"""Start the retention model from the effects of double bonds and hydroxyls that most peaks support.

Few ceramides may have a third hydroxyl group. Where the largest peaks of their names contradict
each other, a robust fit keeps the effect that it began with or ends between them, and the search
for isomers then takes what is left over for an isomer. So the first model takes the likeliest
effect of all peaks: several that agree count for more than one that is large.
"""

import math

import numpy as np
from msgspec.structs import replace

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.densities import log_normal
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.fit.effect_peaks import EffectPeaks
from app.analysis.model.fit.fit_retention import usual_priors
from app.analysis.model.intercepts.prefix_search import LEAST_ODDS
from app.analysis.model.law.retention_law import SHAPE
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.least_squares.regression import fit

# The columns of the design with the shape of the law, and those that only some ceramides have.
COLUMNS = {name: 1 + place for place, name in enumerate(SHAPE)}
OF_SOME_CERAMIDES = ("no double bond", "further double bonds", "further hydroxyls")
# The most values of an effect that are compared.
MOST_PLACES = 300


def with_likeliest_effects(
    model: RetentionModel, arrays: PeakArrays, gain: Array, constant_sd_min: float
) -> RetentionModel:
    """The first model, fitted again if the peaks support another effect than it has.

    Args:
        model: the first model, which has one intercept a prefix.
        arrays: all peaks (n,).
        gain: the log density (n,) of each peak as the species of its label over that of all other
            explanations, but for its time.
        constant_sd_min: the prior standard deviation of the constant of the equation.
    """
    is_usual, scale = model.has_usual_sugars, arrays.time_scale
    priors = usual_priors(model.levels, scale, constant_sd_min, has_usual_sugars=is_usual)
    mean, sd = priors.mean.copy(), priors.sd.copy()
    names = arrays.species_table
    x = model.design(names.with_columns(group=names["prefix"], late=0))
    for column in (COLUMNS[name] for name in OF_SOME_CERAMIDES):
        peaks = _peaks_of(model, arrays, gain, x, column)
        prior = float(priors.mean[column]), float(priors.sd[column])
        found = _likeliest(peaks, float(model.fit.coefficients[column]), prior)
        if found is not None:
            mean[column], sd[column] = found, peaks.width_min
    if np.array_equal(mean, priors.mean):
        return model
    y, trust = model.training["rt_min"] - model.centre_min, model.training["trust"]
    moved = replace(priors, mean=mean, sd=sd)
    return replace(model, fit=fit(model.design(model.training), y, trust, moved, start=model.fit))


def _peaks_of(
    model: RetentionModel, arrays: PeakArrays, gain: Array, x: Array, column: int
) -> EffectPeaks:
    """The peaks that show the effect in a column of the design ``x`` of the species."""
    rows = np.flatnonzero(x[arrays.species, column])
    species = arrays.species[rows]
    without = model.mean(x) - model.fit.coefficients[column] * x[:, column]
    return EffectPeaks(
        term=x[species, column],
        off_min=arrays.time_min[rows] - without[species],
        width_min=model.peak_sd_min,
        gain=gain[rows],
        count=arrays.count[rows],
    )


def _likeliest(peaks: EffectPeaks, value: float, prior: tuple[float, float]) -> float | None:
    """The likeliest value of the effect by all peaks; None if the fitted ``value`` is about it.

    Another one must be ``LEAST_ODDS`` times as likely.
    """
    if not len(peaks.gain):
        return None
    values = np.append(value, peaks.places(MOST_PLACES))
    total = np.logaddexp(0.0, peaks.log_ratios(values)) @ peaks.count + log_normal(values, *prior)
    best, is_near = int(np.argmax(total)), ~peaks.is_apart(values, value)
    is_likelier = total[best] > total[is_near].max() + math.log(LEAST_ODDS)
    return float(values[best]) if is_likelier else None
