"""Warn of tables whose species are mostly odd: all of their names may be moved by one carbon.

Fatty acids and sphingoid bases are made of two carbons at a time, so most ceramides of vertebrates
have an even number of carbons (Merrill 2011, Chem Rev 111:6387). A law holds as before where each
species has the name of its neighbour.
"""

import math

import numpy as np

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.peak_arrays import PeakArrays
from app.analysis.state.data_warning import SHOWN_ROWS, DataWarning

MOVED = "moved_carbons"
# More than half of the species are odd by so many standard deviations of chance, and this share of
# their area. Porcine brain has 20 % of species and 2 % of area, plasma of another laboratory 20 %
# and 6 %; the second law of the simulator, which knows no even carbons, up to 48 % and 56 %.
MOST_SDS, MOST_AREA = 3.0, 0.8
# Where more than this share of the rows have the mass of their label, the names are not moved.
WITH_MASS = 0.5


def moved_warning(arrays: PeakArrays, p_true: Array) -> DataWarning | None:
    """Why all names of a table may be moved by one carbon; None if enough species are even.

    ``p_true`` (n,) are the probabilities of the labels by the law of the table.
    """
    if arrays.has_own_mass.mean() > WITH_MASS:
        return None
    is_odd = arrays.of_species("carbons") % 2 == 1
    weight = arrays.count * p_true
    species = float(weight.sum())
    odd = float(weight @ is_odd)
    area = np.nan_to_num(weight * arrays.area)
    all_area = float(area.sum())
    if odd - species / 2 <= MOST_SDS * math.sqrt(species) / 2 or not all_area:
        return None
    of_area = float(area @ is_odd) / all_area
    if of_area <= MOST_AREA:
        return None
    text = (
        f"{odd / species:.0%} of the species, with {of_area:.0%} of their area, have an odd number "
        "of carbons in the ceramide. In vertebrates most have an even number. All names may be "
        "moved by one carbon, and times do not show that. So no label is confirmed. Look at the "
        "masses of a few species."
    )
    return DataWarning(MOVED, text, tuple(np.sort(arrays.row[is_odd])[:SHOWN_ROWS].tolist()))
