"""Log probability densities of the normal and Student's t distribution."""

import math

import numpy as np

from app.analysis.evidence.array_types import Array

LOG_ROOT_2_PI = 0.5 * math.log(2 * math.pi)


def log_normal(value: Array, mean: Array | float, sd: Array | float) -> Array:
    """The log density of a normal distribution."""
    density: Array = (value - mean) / sd
    density = density * density
    density *= -0.5
    density -= np.log(sd)
    density -= LOG_ROOT_2_PI
    return density


def of_known(values: Array, weights: Array) -> tuple[Array, Array]:
    """The values that are known, not NaN, and their weights."""
    known = ~np.isnan(values)
    return (values, weights) if known.all() else (values[known], weights[known])


def log_normal_if_known(value: Array, mean: Array | float, sd: Array | float) -> Array:
    """The same, and 0 for what is not known (NaN), as in every other explanation."""
    density = log_normal(value, mean, sd)
    unknown = np.isnan(density)
    if unknown.any():
        density[unknown] = 0.0
    return density


def log_t(value: Array, degrees: float) -> Array:
    """The log density of Student's t distribution with scale 1."""
    constant = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)
    constant -= 0.5 * math.log(degrees * math.pi)
    density: Array = constant - (degrees + 1) / 2 * np.log1p(value**2 / degrees)
    return density


def share_above(value: float, mean: float, sd: float) -> float:
    """The share of a normal distribution that is above a value."""
    return math.erfc((value - mean) / (sd * math.sqrt(2))) / 2
