"""A retention law as text (JSON), as results and libraries keep it."""

import math
from itertools import chain

import msgspec

from app.analysis.errors import AnalysisError
from app.analysis.library.law import RetentionLaw
from app.analysis.model.law.retention_law import CURVATURE_POOL, FIRST_GROUP

# The law of porcine brain has 20 kB and 27 groups.
MOST_BYTES, MOST_GROUPS = 1_000_000, 500
# No count of a group is larger.
MOST_OF_A_GROUP = 1_000_000


class LawError(AnalysisError):
    """A text is no retention law."""


def encode_law(law: RetentionLaw) -> bytes:
    """The text of a law."""
    return msgspec.json.encode(law)


def decode_law(text: bytes | str) -> RetentionLaw:
    """The law of a text.

    Raises:
        LawError: the text is no law that a model can use.
    """
    if len(text.encode() if isinstance(text, str) else text) > MOST_BYTES:
        raise LawError(f"The law of a retention library has at most {MOST_BYTES // 1_000_000} MB.")
    try:
        law = msgspec.json.decode(text, type=RetentionLaw)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise LawError(f"This is no retention library: {error}.") from None
    if len(law.groups) > MOST_GROUPS:
        raise LawError(f"The law of a retention library has at most {MOST_GROUPS} groups.")
    if not (_has_sizes(law) and _has_usable_counts(law) and _has_usable_numbers(law)):
        raise LawError("This is no retention library: its numbers cannot belong to a law.")
    return law


def _has_sizes(law: RetentionLaw) -> bool:
    groups = len(law.groups)
    return (
        groups > 0
        and len(law.fixed) == len(law.fixed_errors) == FIRST_GROUP
        and len(law.pool_sd_min) == CURVATURE_POOL + 1
        and len(law.covariance) == groups
        and all(len(row) == groups for row in law.covariance)
    )


def _has_usable_counts(law: RetentionLaw) -> bool:
    counts = chain.from_iterable(
        (each.late, each.least_carbons, each.most_carbons, each.species, each.anchors)
        for each in law.groups
    )
    return all(0 <= count <= MOST_OF_A_GROUP for count in counts)


def _has_usable_numbers(law: RetentionLaw) -> bool:
    """Whether all numbers are finite and all spreads positive."""
    own = chain.from_iterable(
        (each.at_reference_min, each.standard_error_min, each.deviation_min, each.slope_deviation)
        for each in law.groups
    )
    of_cores = chain.from_iterable((each.deviation_min, each.curvature) for each in law.cores)
    numbers = [
        *(*law.fixed, *law.fixed_errors, *chain.from_iterable(law.covariance), *own, *of_cores),
        *(each.deviation_min for each in law.ceramides),
        law.centre_min,
        law.own_sd_min,
    ]
    spreads = (law.noise_sd_min, law.time_scale, *law.pool_sd_min)
    return all(map(math.isfinite, (*numbers, *spreads))) and min(spreads) > 0
