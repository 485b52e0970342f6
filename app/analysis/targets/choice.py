"""Which targets somebody wants to look for: how likely ones, in which polarity, how wide."""

from collections.abc import Iterator

import msgspec
import polars as pl

from app.analysis.targets.target_ions import NEGATIVE, TargetIon, target_ions

# More likely there than not.
USUAL_PROBABILITY = 0.5
MOST_MARGIN_MIN = 10.0


class TargetChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Targets of at least ``probability_from``; their ions in ``polarity``.

    ``margin_min`` widens each window of time on both sides, in minutes, for the width of a peak
    and for what a column drifts.
    """

    probability_from: float = USUAL_PROBABILITY
    polarity: str = NEGATIVE
    margin_min: float = 0.0

    def of(self, targets: pl.DataFrame) -> pl.DataFrame:
        """The chosen ones of some targets (``TARGET_SCHEMA``)."""
        return targets.filter(pl.col("probability") >= self.probability_from)

    def ions(self, targets: pl.DataFrame) -> Iterator[TargetIon]:
        """The ions of the chosen targets, with widened windows."""
        for ion in target_ions(self.of(targets), self.polarity):
            yield ion._replace(
                start_min=max(ion.start_min - self.margin_min, 0.0),
                end_min=ion.end_min + self.margin_min,
            )
