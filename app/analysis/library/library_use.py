"""How a run used a library, or why it did not."""

from dataclasses import dataclass

from app.analysis.library.time_map import TimeMap


@dataclass(frozen=True, kw_only=True)
class LibraryUse:
    """How a library was used.

    ``refusal`` is why it was not used, None if it was. The map from its times to those of the run
    has the ``shift_min`` and the ``scale`` of the straight line nearest to it, from which it bends
    by at most ``bend_min``. ``peaks`` lie about it within ``width_min``. All are None where no peak
    can be compared.
    """

    refusal: str | None
    shift_min: float | None = None
    scale: float | None = None
    bend_min: float | None = None
    width_min: float | None = None
    peaks: float | None = None

    @classmethod
    def of(cls, found: TimeMap | None, peaks: float | None, refusal: str | None) -> "LibraryUse":
        """The use of a library with this map, at which ``peaks`` lie."""
        if found is None:
            return cls(refusal=refusal)
        return cls(
            refusal=refusal,
            shift_min=found.shift_min,
            scale=found.scale,
            bend_min=found.bend_min,
            width_min=found.width_min,
            peaks=peaks,
        )

    def sentence(self) -> str:
        """What to tell of it."""
        if self.refusal is not None:
            return f"The retention library was not used. {self.refusal}"
        return (
            "The retention library is the prior of the retention model: "
            f"{self.peaks or 0:.0f} peaks elute where it says, within {self.width_min:.2g} min. "
            f"Its times were mapped on to those of this run by a factor of {self.scale:.3f}, a "
            f"shift of {self.shift_min:+.3f} min, and a bend of up to {self.bend_min:.2g} min."
        )
