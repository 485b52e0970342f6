"""The retention law of a finished run, as a library keeps it.

It has all that later runs need: the coefficients of the equation, what each group (prefix and
isomer) has of its own with the covariance of the groups, and how far peaks lie about the law. All
times are in minutes of the run that it comes from.
"""

from functools import cached_property

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.model.law.design import Levels, design
from app.analysis.model.law.retention_law import FIRST_GROUP
from app.analysis.names.species_table import SpeciesColumns


class GroupLaw(msgspec.Struct, frozen=True, kw_only=True):
    """What a group has of its own.

    ``at_reference_min`` is its retention time at the ceramide 38:1;O2 and ``standard_error_min``
    its error; ``deviation_min`` and ``slope_deviation`` (minutes per carbon) are its coefficients.
    It was fitted to ``species`` species from ``least_carbons`` to ``most_carbons`` carbons, with
    ``anchors`` anchors among their peaks.
    """

    group: str
    prefix: str
    isomer: str | None
    late: int
    at_reference_min: float
    standard_error_min: float
    deviation_min: float
    slope_deviation: float
    least_carbons: int
    most_carbons: int
    species: int
    anchors: int


class CoreLaw(msgspec.Struct, frozen=True, kw_only=True):
    """What a core and isomer have of their own: minutes, and minutes per squared carbon."""

    core: str
    deviation_min: float
    curvature: float


class CeramideLaw(msgspec.Struct, frozen=True, kw_only=True):
    """How many minutes a ceramide deviates; ``number`` is that of ``ceramide_numbers``."""

    number: int
    deviation_min: float


class RetentionLaw(msgspec.Struct, frozen=True, eq=False, kw_only=True, dict=True):
    """The retention law of a run.

    ``fixed`` are the constant, ``SHAPE`` and ``GLYCAN`` and ``fixed_errors`` their standard errors;
    ``covariance`` (groups, groups) is that of ``at_reference_min``, in squared minutes. Peaks lie
    about their species within ``own_sd_min``, species about the law within ``noise_sd_min``; the
    spreads of the pools are ``pool_sd_min``. ``time_scale`` is that of the run, and the law counts
    times from ``centre_min`` on.
    """

    fixed: tuple[float, ...]
    fixed_errors: tuple[float, ...]
    groups: tuple[GroupLaw, ...]
    cores: tuple[CoreLaw, ...]
    ceramides: tuple[CeramideLaw, ...]
    covariance: tuple[tuple[float, ...], ...]
    noise_sd_min: float
    own_sd_min: float
    pool_sd_min: tuple[float, ...]
    centre_min: float
    time_scale: float

    @property
    def anchors(self) -> int:
        """The number of anchors that the law was fitted to."""
        return sum(each.anchors for each in self.groups)

    @property
    def peak_sd_min(self) -> float:
        """The standard deviation of single peaks about the law, in minutes."""
        return float(np.hypot(self.noise_sd_min, self.own_sd_min))

    @cached_property
    def by_group(self) -> dict[str, GroupLaw]:
        """What each group has of its own."""
        return {each.group: each for each in self.groups}

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """The prefixes that the law knows."""
        return frozenset(each.prefix for each in self.groups)

    def coefficients(self, levels: Levels) -> Array:
        """The coefficients (p,) for the levels of another model; what it does not know is 0."""
        cores = {each.core: each for each in self.cores}
        ceramides = {each.number: each.deviation_min for each in self.ceramides}
        groups = [self.by_group.get(group) for group in levels.groups]
        known_cores = [cores.get(core) for core in levels.cores]
        return np.array(
            [
                *self.fixed,
                *[0.0 if each is None else each.deviation_min for each in groups],
                *[0.0 if each is None else each.slope_deviation for each in groups],
                *[0.0 if each is None else each.deviation_min for each in known_cores],
                *[ceramides.get(number, 0.0) for number in levels.ceramides],
                *[0.0 if each is None else each.curvature for each in known_cores],
            ]
        )

    def predict(self, species: SpeciesColumns, levels: Levels) -> Array:
        """The retention time of each species in the run of the law, in minutes."""
        times: Array = design(species, levels) @ self.coefficients(levels) + self.centre_min
        return times

    def known(self, levels: Levels) -> Array:
        """Which coefficients (p,) for other levels the law knows, as a mask."""
        cores = {each.core for each in self.cores}
        ceramides = {each.number for each in self.ceramides}
        groups = [group in self.by_group for group in levels.groups]
        of_cores = [core in cores for core in levels.cores]
        of_ceramides = [number in ceramides for number in levels.ceramides]
        fixed = [True] * FIRST_GROUP
        return np.array([*fixed, *groups, *groups, *of_cores, *of_ceramides, *of_cores])
