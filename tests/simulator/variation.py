"""How a simulated cohort differs from the porcine brain it is modelled on."""

from dataclasses import dataclass

from app.analysis.example import porcine_brain as brain


@dataclass(frozen=True, kw_only=True)
class Variation:
    """What to vary; the defaults are porcine brain itself, one sample of it.

    Times are in minutes, shares between 0 and 1. ``warp_min`` is the height of a sigmoid laid over
    the gradient at 10 min and ``warp_width_min`` its width, which makes a plateau if it is narrow.
    ``time_scale`` stretches all times. ``wrong_anchors`` is a number per sample, ``drift_min`` the
    standard deviation of the samples' offsets; they bend by ``drift_bend_min`` (the height of half
    a wave over the gradient). Outliers keep away from where their label elutes,
    or they would be true, unless they are ``outliers_anywhere``: then some are, and wrong.

    On another column the cores are shifted at random with the standard deviation
    ``class_shift_min`` (``column`` draws the shifts), each double bond, hydroxyl and sugar more
    shifts a species, or the classes elute in the reversed order.
    """

    seed: int = 0
    samples: int = 1
    drift_min: float = 0.05
    drift_bend_min: float = 0.0
    slope_min: float = brain.SLOPE_MIN
    gap_min: float = brain.ISOMER_GAP_MIN
    noise_min: float = brain.RT_SD_MIN
    warp_min: float = 0.0
    warp_width_min: float = 1.5
    time_scale: float = 1.0
    missing_parents: float = 0.0
    has_anchors: bool = True
    wrong_anchors: int = 0
    has_log_p: bool = True
    wrong_log_p: float = 0.0
    has_neugc: bool = False
    has_unseen_prefixes: bool = False
    unparsable: float = 0.0
    outliers_anywhere: bool = False
    class_shift_min: float = 0.0
    double_bond_min: float = 0.0
    hydroxyl_min: float = 0.0
    sugar_min: float = 0.0
    has_reversed_classes: bool = False
    column: int = 0


# Each sugar delays a ganglioside by more minutes than all its carbons hasten it.
HILIC = Variation(has_reversed_classes=True, slope_min=-0.05, sugar_min=1.0, gap_min=0.3)
