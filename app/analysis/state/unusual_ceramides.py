"""Warn of tables whose ceramides are unusual: all of their names may be wrong in the same way.

A law holds as before where each species has the name of its neighbour. Fatty acids and sphingoid
bases are made of two carbons at a time, and the usual base has one double bond and two hydroxyl
groups (Merrill 2011, Chem Rev 111:6387). So most ceramides of vertebrates have an even number of
carbons, one double bond or two, and two hydroxyl groups.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

UNUSUAL = "unusual_ceramides"
# More than half of the species are unusual by so many standard deviations of chance, and this share
# of their area. Of porcine brain 20 % of species and 2 % of area are odd, and as many have several
# double bonds; of plasma of another laboratory 20 % and 6 % are odd, 45 % and 47 % have several
# double bonds; of the second law of the simulator, which knows no usual ceramides, up to 48 % and
# 56 % are odd.
MOST_SDS, MOST_AREA = 3.0, 0.8
# Where more than this share of the rows have the mass of their label, the names are right.
WITH_MASS = 0.5


class Unusual(NamedTuple):
    """What few ceramides of vertebrates have: how it is said, what they have, and what is wrong."""

    has: str
    usual: str
    error: str
    feature: str
    is_unusual: Callable[[Indices], Mask]


KINDS = (
    Unusual(
        "an odd number of carbons in the ceramide",
        "an even number",
        "be moved by one carbon",
        "carbons",
        lambda carbons: carbons % 2 == 1,
    ),
    Unusual(
        "two or more double bonds in the ceramide",
        "one",
        "have one double bond too many",
        "double_bonds",
        lambda bonds: bonds > 1,
    ),
    Unusual(
        "no double bond in the ceramide",
        "one",
        "have one double bond too few",
        "double_bonds",
        lambda bonds: bonds == 0,
    ),
    Unusual(
        "three or more hydroxyl groups in the ceramide",
        "two",
        "have one hydroxyl group too many",
        "hydroxyls",
        lambda hydroxyls: hydroxyls > 2,
    ),
    Unusual(
        "fewer than two hydroxyl groups in the ceramide",
        "two",
        "have one hydroxyl group too few",
        "hydroxyls",
        lambda hydroxyls: hydroxyls < 2,
    ),
)


def ceramide_warning(arrays: PeakArrays, p_true: Array) -> DataWarning | None:
    """Why all names of a table may be wrong in one way; None if enough ceramides are usual.

    ``p_true`` (n,) are the probabilities of the labels by the law of the table.
    """
    if arrays.has_own_mass.mean() > WITH_MASS:
        return None
    weight = arrays.count * p_true
    warnings = (_warning(arrays, weight, kind) for kind in KINDS)
    return next((warning for warning in warnings if warning is not None), None)


def _warning(arrays: PeakArrays, weight: Array, kind: Unusual) -> DataWarning | None:
    is_unusual = kind.is_unusual(arrays.of_species(kind.feature))
    species, unusual = float(weight.sum()), float(weight @ is_unusual)
    area = np.nan_to_num(weight * arrays.area)
    all_area = float(area.sum())
    if unusual - species / 2 <= MOST_SDS * math.sqrt(species) / 2 or not all_area:
        return None
    of_area = float(area @ is_unusual) / all_area
    if of_area <= MOST_AREA:
        return None
    text = (
        f"{unusual / species:.0%} of the species, with {of_area:.0%} of their area, have "
        f"{kind.has}. In vertebrates most have {kind.usual}. All names may {kind.error}, and times "
        "do not show that. So no label is confirmed. Look at the masses of a few species."
    )
    return DataWarning(UNUSUAL, text, tuple(np.sort(arrays.row[is_unusual])[:SHOWN_ROWS].tolist()))
