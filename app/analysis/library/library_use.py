"""How a run used a library, or why it did not."""

from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from app.analysis.library.time_map import TimeMap


class LibraryUse(msgspec.Struct, frozen=True, kw_only=True):
    """How a library was used.

    ``refusal`` is why it was not used, None if it was. At ``centre_min``, the middle of the
    library, the run elutes ``drift_min`` later. ``scale`` is that of the straight line nearest to
    the map of the times, from which it bends by at most ``bend_min``, and ``peaks`` lie about it
    with the standard deviation ``width_min``. All are None where no peak can be compared.
    """

    refusal: str | None
    centre_min: float | None = None
    drift_min: float | None = None
    scale: float | None = None
    bend_min: float | None = None
    width_min: float | None = None
    peaks: float | None = None

    @classmethod
    def of(
        cls, found: "TimeMap | None", peaks: float | None, refusal: str | None, centre_min: float
    ) -> "LibraryUse":
        """The use of a library with this map, at which ``peaks`` lie."""
        if found is None:
            return cls(refusal=refusal)
        at_centre = float(found(np.array([centre_min]))[0])
        return cls(
            refusal=refusal,
            centre_min=centre_min,
            drift_min=at_centre - centre_min,
            scale=found.scale,
            bend_min=found.bend_min,
            width_min=found.width_min,
            peaks=peaks,
        )

    def sentence(self) -> str:
        """Say how it was used, for the result."""
        if self.refusal is not None:
            return f"The retention library was not used. {self.refusal}"
        return (
            "The retention library is the prior of the retention model: "
            f"{self.peaks or 0:.0f} peaks elute where it says, with a standard deviation of "
            f"{self.width_min:.2g} min. "
            f"Its times were mapped on to those of this run: a drift of {self.drift_min:+.3f} min "
            f"at {self.centre_min:.2f} min, a scale of {self.scale:.3f} and a bend of up to "
            f"{self.bend_min:.2g} min."
        )
