"""What a change of the glycan does to retention elsewhere in the table.

The effects of one change on several cores scatter about a middle, as effects of studies do in a
meta-analysis (DerSimonian and Laird 1986, Control Clin Trials 7:177). The prior of the change gives
the scatter, and counts as one more core, so that a change that one core alone has is tested too.
"""

import itertools
import math
import re
from collections.abc import Sequence

from app.analysis.model.law.retention_law import GLYCAN, SHAPE
from app.analysis.model.law.straight_law import Contrast

# The effect of each modification and its scatter over cores, in minutes of porcine brain: measured
# for OAc, dHex and HexNAc (docs/science.md), from the prior of a sugar for others.
USUAL_EFFECT = {
    "OAc": (0.058, GLYCAN["oacetyl"][1]),
    "dHex": (-0.07, GLYCAN["dhex"][1]),
    "HexNAc": (-0.09, GLYCAN["hexnac_added"][1]),
    "Hex": GLYCAN["neutral_sugars"],
    "NeuAc": GLYCAN["sialic"],
    "NeuGc": GLYCAN["sialic"],
}
# What is known of any other modification.
UNKNOWN_EFFECT = (0.0, 0.5)


def effect_elsewhere(modification: str, others: Sequence[Contrast], time_scale: float) -> Contrast:
    """The effect to expect of a modification (such as ``2OAc``) on a core, given those on others.

    Its standard error includes the scatter from core to core.
    """
    count, name = re.fullmatch(r"(\d*)(.+)", modification).groups()  # type: ignore[union-attr]
    usual, sd = USUAL_EFFECT.get(name, UNKNOWN_EFFECT)
    scale = int(count or 1) * time_scale
    return _expected(Contrast(usual * scale, 0.0), sd * scale, others)


def step_elsewhere(others: Sequence[Contrast], time_scale: float) -> Contrast:
    """The effect to expect of a further sialic acid in a series, given other such steps."""
    usual, sd = GLYCAN["sialic"]
    return _expected(Contrast(usual * time_scale, 0.0), sd * time_scale, others)


def slope_change_elsewhere(
    others: Sequence[Contrast], scatter_min: float, time_scale: float, *, is_sialic: bool
) -> Contrast:
    """The change of slope to expect of a step of the glycan, given the same step elsewhere.

    In minutes per carbon. ``scatter_min`` is that of such changes from core to core.
    """
    unknown = SHAPE["equivalent carbons x sialic"][1] * time_scale if is_sialic else 0.0
    return _expected(Contrast(0.0, unknown), scatter_min, others)


def _expected(usual: Contrast, scatter_min: float, others: Sequence[Contrast]) -> Contrast:
    effects = sorted([usual, *others])
    weights = [1 / (one.standard_error_min**2 + scatter_min**2) for one in effects]
    # The median, because one of the others may be the odd one.
    total = list(itertools.accumulate(weights))
    middle = next(n for n, summed in enumerate(total) if 2 * summed >= total[-1])
    error = math.hypot(scatter_min, math.sqrt(1 / total[-1]))
    return Contrast(effects[middle].difference_min, error)
