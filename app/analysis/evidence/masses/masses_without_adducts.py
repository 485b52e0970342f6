"""Which classes have names of another mass than their peaks, in a table that names no adducts.

Gangliosides lose protons, one or several. If the table does not say how many, the charge is that
which brings the m/z nearest to the name. An m/z that another common adduct explains is no sign of a
wrong name.
"""

import numpy as np
import polars as pl

from app.analysis.computing.numbered_texts import numbered
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.masses.mass_calibration import MOST_CALIBRATION_PPM
from app.analysis.evidence.masses.mass_errors import COMMON_ADDUCTS, off_ppm
from app.analysis.evidence.masses.names_by_mass import MisnamedClasses, misnamed_classes
from app.analysis.names.cells.adducts import parse_adduct
from app.analysis.names.masses import masses_da

# The loss of water from a protonated ion has the mass of one hydroxyl group fewer.
ADDUCTS = (*COMMON_ADDUCTS, "[M-H2O+H]+")
PROTON_DA = 1.00727646688  # CODATA 2018


def misnamed_without_adducts(
    mz: Array, names: pl.DataFrame, species: Indices
) -> tuple[MisnamedClasses, ...]:
    """Compare each m/z (n,), NaN where unknown, with that of its species without some protons."""
    mass = masses_da(names)[species]
    charge = np.maximum(np.round(mass / mz), 1.0)
    off_da = charge * (mz + PROTON_DA) - mass
    parsed = [adduct for text in ADDUCTS if (adduct := parse_adduct(text))]
    is_explained = np.any(
        [np.abs(off_ppm(mz, mass, adduct)) <= MOST_CALIBRATION_PPM for adduct in parsed], axis=0
    )
    core = numbered(names["core"])[0][species]
    return misnamed_classes(off_da, 1e-6 * MOST_CALIBRATION_PPM * mass, core, is_explained)
