"""The settings of an analysis and their bounds."""

import math
import re
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import asdict

from app.analysis.errors import SettingsError

# The id of a retention library, and perhaps a version.
LIBRARY_REFERENCE = r"^([0-9a-f]{32}(-[1-9][0-9]{0,5})?)?$"
DATA_TYPES = ("porcine", "human", "bovine", "mouse", "other")


class Bound(NamedTuple):
    """A setting as a form shows it; ``field`` is its name in ``AnalysisSettings``."""

    name: str
    field: str
    label: str
    low: float
    high: float
    default: float
    unit: str
    meaning: str


BOUNDS = (
    Bound(
        "r2_threshold",
        "r2_threshold",
        "R² threshold",
        0.5,
        0.999,
        0.75,
        "",
        "A class is marked if its model explains less of its differences in retention time.",
    ),
    Bound(
        "outlier_threshold",
        "outlier_threshold",
        "Residual threshold",
        1.0,
        5.0,
        2.5,
        "SD",
        "Largest studentised residual of a peak that still fits its model.",
    ),
    Bound(
        "rt_tolerance",
        "rt_tolerance_min",
        "Retention time tolerance",
        0.002,
        8.0,
        0.1,
        "min",
        "Largest retention time difference between a fragment and its parent.",
    ),
    Bound(
        "mz_tolerance_ppm",
        "mz_tolerance_ppm",
        "Mass tolerance",
        1.0,
        100.0,
        10.0,
        "ppm",
        "Largest mass difference between an ion and its label.",
    ),
    Bound(
        "blank_factor",
        "blank_factor",
        "Blank factor",
        1.0,
        100.0,
        3.0,
        "",
        "Least area of a species, relative to its peak in a blank.",
    ),
)


class AnalysisSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an analysis.

    ``r2_threshold`` has no unit, ``outlier_threshold`` is in studentised residuals,
    ``rt_tolerance_min`` in minutes, ``mz_tolerance_ppm`` in parts per million, and
    ``blank_factor`` is a ratio of areas. ``data_type`` names the source of the sample and is kept
    with the result. ``library`` names a retention library of the server, perhaps with a hyphen and
    a version.

    Raises:
        SettingsError: a value is out of its range.
    """

    r2_threshold: float = 0.75
    outlier_threshold: float = 2.5
    rt_tolerance_min: float = 0.1
    mz_tolerance_ppm: float = 10.0
    blank_factor: float = 3.0
    data_type: str = "porcine"
    library: str = ""

    def __post_init__(self) -> None:
        for bound in BOUNDS:
            value = getattr(self, bound.field)
            if not (math.isfinite(value) and bound.low <= value <= bound.high):
                raise SettingsError(
                    f"{bound.name} is {value:g}; it must lie between {bound.low:g} and "
                    f"{bound.high:g}."
                )
        if self.data_type not in DATA_TYPES:
            raise SettingsError(
                f"data_type is {self.data_type!r}; it must be one of {', '.join(DATA_TYPES)}."
            )
        if not re.fullmatch(LIBRARY_REFERENCE, self.library):
            raise SettingsError(
                f"library is {self.library!r}; it must be the id of a retention library, perhaps "
                "with a hyphen and a version."
            )

    def fields(self) -> dict[str, Any]:
        """The settings by field; a library only if there is one."""
        found = asdict(self)
        if not self.library:
            del found["library"]
        return found


DEFAULT_SETTINGS = AnalysisSettings()
