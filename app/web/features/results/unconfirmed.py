"""What a peak is whose label is not confirmed (call outlier), as far as that is known."""

from collections.abc import Mapping
from typing import Any

from app.analysis.names.cells.sample_roles import BLANK

# The columns that decide it.
OF_UNCONFIRMED = ("call", "rule", "ion", "alternative_species", "set_apart", "mass_error_ppm")
BY_HAND, BACKGROUND, OTHER_SPECIES, UNEXPLAINED = (
    *("decided by hand", "background, as in a blank", "likelier another species", "unexplained"),
)
OTHER_MASS = "m/z not that of its label"


def unconfirmed_as(row: Mapping[str, Any], *, mz_tolerance_ppm: float) -> str:
    """The words under "not confirmed", such as sodium adduct or unexplained."""
    if row["rule"] == 0:
        return BY_HAND
    if row["set_apart"] == BLANK:
        return BACKGROUND
    if row["ion"]:
        return str(row["ion"])
    if row["alternative_species"]:
        return OTHER_SPECIES
    return OTHER_MASS if abs(row["mass_error_ppm"] or 0.0) > mz_tolerance_ppm else UNEXPLAINED
