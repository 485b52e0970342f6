"""The posterior probability of each explanation of a peak."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Indices


@dataclass(frozen=True)
class Posterior:
    """For each peak (n,): its best candidate, the prediction for it, and the probabilities.

    ``candidate`` is a row of the table of candidates (species and isomer), ``predicted_min`` and
    ``sd_min`` are its predicted retention time and standard deviation in minutes, and ``fitting``
    is the number of isomers whose interval the peak lies in. The probabilities add up to 1:
    ``p_true`` that the label is right, where at most one peak of a name, isomer and sample is;
    ``p_fragment`` that it is a fragment of a co-eluting peak; ``p_virtual`` that it is a fragment
    of a species that was not picked; ``p_ion`` that it is another ion of a co-eluting peak,
    ``p_unpicked_ion`` one of a species that was not picked; ``p_other`` that it is something else.
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

    @property
    def p_stray(self) -> Array:
        """The probability that no explanation by a label holds, so that it weakens a parent."""
        return self.p_ion + self.p_unpicked_ion + self.p_other
