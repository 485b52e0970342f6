"""What a peak is whose label is not confirmed (call outlier), as far as that is known."""

from collections.abc import Mapping
from typing import Any

from app.analysis.names.sample_roles import BLANK

# The columns that decide it.
OF_UNCONFIRMED = ("call", "rule", "ion", "alternative_species", "set_apart")
BY_HAND, BACKGROUND, OTHER_SPECIES, UNEXPLAINED = (
    *("decided by hand", "background, as in a blank", "likelier another species", "unexplained"),
)


def unconfirmed_as(row: Mapping[str, Any]) -> str:
    """The words under "not confirmed", such as sodium adduct or unexplained."""
    if row["rule"] == 0:
        return BY_HAND
    if row["set_apart"] == BLANK:
        return BACKGROUND
    if row["ion"]:
        return str(row["ion"])
    return OTHER_SPECIES if row["alternative_species"] else UNEXPLAINED
