"""The posterior probability of each explanation of a peak."""

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Indices


class Posterior(msgspec.Struct, frozen=True, eq=False):
    """For each peak (n,): its best candidate, the prediction for it, and the probabilities.

    ``candidate`` is a row of the table of candidates (species and isomer), ``predicted_min`` and
    ``sd_min`` are its predicted retention time and standard deviation in minutes, and ``fitting``
    is the number of isomers whose interval the peak lies in. The probabilities add up to 1:
    ``p_true`` that the label is right, where at most one peak of a name, isomer and sample is;
    ``p_fragment`` that it is a fragment of a co-eluting peak; ``p_virtual`` that it is a fragment
    of a species that was not picked; ``p_ion`` that it is another ion of a co-eluting peak,
    ``p_unpicked_ion`` one of a species that was not picked; ``p_other`` that it is something else.
    ``log_odds_untimed`` are the log odds of the label against all else, but for the density of its
    time. ``seen`` is the part of all else that these explanations are; the rest are fragments of
    groups that are not in the table, which count for all of them alike. ``line_contrast`` is how
    far ``p_true`` depends on where the line of the prefix lies, and ``rival_min`` the time that the
    other position predicts, NaN without one.
    """

    candidate: Indices
    predicted_min: Array
    sd_min: Array
    fitting: NDArray[np.uint8]
    p_true: Array
    p_fragment: Array
    p_virtual: Array
    p_ion: Array
    p_unpicked_ion: Array
    p_other: Array
    log_odds_untimed: Array
    seen: Array
    line_contrast: Array
    rival_min: Array

    @property
    def p_stray(self) -> Array:
        """The probability that no explanation by a label holds, so that it weakens a parent."""
        return self.p_ion + self.p_unpicked_ion + self.p_other

    def with_p_true(self, p_true: Array, line_contrast: Array, rival_min: Array) -> "Posterior":
        """The same with other probabilities of the labels; what else explains a peak follows."""
        factor = (1 - p_true) / (1 - self.p_true)
        others = ("p_fragment", "p_virtual", "p_ion", "p_unpicked_ion", "p_other")
        changed = {name: factor * getattr(self, name) for name in others}
        return replace(
            self, p_true=p_true, line_contrast=line_contrast, rival_min=rival_min, **changed
        )
