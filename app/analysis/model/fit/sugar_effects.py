"""Whether sugars make classes elute earlier, as on a reversed phase, or have other effects.

On HILIC each sugar delays a ganglioside, and classes lie many carbons apart. The usual priors allow
no such effects: the fit then takes each class for one that deviates by itself, and expects a class
that few peaks show at the time of another one, where its fragments are.
"""

from collections.abc import Callable

import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.model.law.retention_law import CORE_POOL, GLYCAN
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.straight_law import PLACE_OF_TERM

# With the usual priors the classes deviate by no more than this (minutes of porcine brain), and the
# effect of a sugar is no more standard deviations of its prior from the mean. Porcine brain and 27
# simulated tables of nine tissues on a reversed phase have 0.14 to 0.22 min and at most 1.2; each
# of 39 tables on HILIC has more of one. If any effect is possible, that of a sialic acid or neutral
# sugar is farther off than ``FAR_SDS``: at most 1.4 and at least 3.5 in the same tables.
MOST_SPREAD_MIN = 0.3
USUAL_SDS, FAR_SDS = 1.5, 3.0
SUGARS = ("sialic", "neutral_sugars")


def with_sugars_as_shown(
    fitted: Callable[..., RetentionModel], time_scale: float
) -> RetentionModel:
    """The first model of a table, with any effects of sugars if its classes show others.

    ``fitted`` fits it, with ``has_usual_sugars`` or without.
    """
    usual = fitted()
    spread_min = usual.fit.pool_sd[CORE_POOL]
    is_spread = spread_min > MOST_SPREAD_MIN * time_scale
    if not is_spread and _sds_off(usual, time_scale).max() <= USUAL_SDS:
        return usual
    other = fitted(has_usual_sugars=False)
    is_closer = other.fit.pool_sd[CORE_POOL] < spread_min
    return other if is_closer and _sds_off(other, time_scale).max() > FAR_SDS else usual


def _sds_off(model: RetentionModel, time_scale: float) -> Array:
    """How far each effect of ``SUGARS`` is from the usual one, in standard deviations."""
    places = [PLACE_OF_TERM[name] for name in SUGARS]
    mean, sd = np.array([GLYCAN[name] for name in SUGARS]).T * time_scale
    error = np.sqrt(np.diag(model.covariance)[places])
    off: Array = np.abs(model.coefficients[places] - mean) / np.hypot(sd, error)
    return off
