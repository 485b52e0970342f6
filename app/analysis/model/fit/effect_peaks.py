"""The peaks that show an effect of the retention law, and how likely they make each value of it."""

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.evidence.densities import LOG_ROOT_2_PI, log_normal

# Two normal peaks of one height that are nearer than this are one: Eisenberger 1964, Technometrics
# 6:357.
APART_SDS = 2.0


class EffectPeaks(msgspec.Struct, frozen=True, eq=False):
    """The peaks (n,) of the ceramides that have an effect.

    ``term`` (n,) is how often the ceramide of each has it, and ``off_min`` (n,) how much later the
    peak elutes than the law says without the effect, in minutes. Peaks lie about the law with the
    standard deviation ``width_min``. ``gain`` (n,) is the log density of each as the species of its
    label over that of all other explanations, but for its time, and ``count`` (n,) for how many
    observations it counts.
    """

    term: Array
    off_min: Array
    width_min: float
    gain: Array
    count: Array

    def places(self, most: int) -> Array:
        """The values that single peaks show, in minutes, of the best ``most`` peaks."""
        likely = np.flatnonzero(self.gain > np.log(self.width_min) + LOG_ROOT_2_PI)
        likely = likely[np.argsort(-self.gain[likely], kind="stable")][:most]
        found: Array = self.off_min[likely] / self.term[likely]
        return found

    def is_apart(self, values: Array, other: float) -> Mask:
        """Whether the peaks can tell each of some values (values,) from another one."""
        apart_min = np.abs(values - other) * np.abs(self.term).max()
        is_apart: Mask = apart_min > APART_SDS * self.width_min
        return is_apart

    def log_ratios(self, values: Array) -> Array:
        """The log odds (values, n) that each label is right, for each value of the effect."""
        ratios: Array = self.gain + log_normal(
            self.off_min, values[:, None] * self.term, self.width_min
        )
        return ratios
