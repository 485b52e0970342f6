"""A row whose changes are judged by the fitted law, without fitting it again."""

from collections.abc import Sequence
from functools import cached_property

import msgspec
import numpy as np

from app.analysis.computing.parallel import without_blas_threads
from app.analysis.evidence.array_types import Array, Indices
from app.analysis.flips.change import Change, Kind
from app.analysis.flips.variants import calls_by_law
from app.analysis.state.analysis_state import AnalysisState

# Of a larger sample, only rows that can be relatives or ions of the row are looked at.
LARGE_SAMPLE = 1_000


class JudgedRow(msgspec.Struct, frozen=True, eq=False, dict=True):
    """A row at a position ``at`` of the judged peaks of a state after the retention model."""

    state: AnalysisState
    row: int
    at: int

    @cached_property
    def peers(self) -> Indices:
        """The positions of the peaks of its sample, or of those that matter in a large one."""
        arrays = self.state.arrays
        sample = np.flatnonzero(arrays.sample == arrays.sample[self.at])
        if len(sample) <= LARGE_SAMPLE:
            return sample
        ceramide, ions = arrays.of_species("ceramide_code"), arrays.ions
        own = [self.at, *ions.parent[ions.child == self.at], *ions.child[ions.parent == self.at]]
        related: Indices = sample[np.isin(ceramide[sample], ceramide[own])]
        return related

    def number(self, kind: Kind) -> float:
        """The time in minutes, the area, or 1 for an anchor and 0 for none."""
        arrays = self.state.arrays
        of_kind = {"time": arrays.rt_min, "area": arrays.area, "anchor": arrays.anchor}
        return float(of_kind[kind][self.at]) if kind in of_kind else 0.0

    def change(self, kind: Kind, value: float) -> Change:
        """A change of the row itself."""
        return Change(kind=kind, row=self.row, value=float(value))

    def calls_after(self, changes: Sequence[Change]) -> list[str]:
        """The call of the row after each change, by the law."""
        if not changes:
            return []
        with without_blas_threads():
            return calls_by_law(self.state, self.peers, changes, self.row)

    def in_sds(self, kind: Kind, values: Array) -> Array:
        """How far times or areas are from that of the row, in standard deviations.

        Those of times are of the prediction, those of log10 areas of the areas of species.
        """
        sd, own = self._sd(kind), self.number(kind)
        return (values - own) / sd if kind == "time" else np.log10(values / own) / sd

    def at_sds(self, kind: Kind, values: Array) -> Array:
        """The times or areas that are so far from that of the row."""
        sd, own = self._sd(kind), self.number(kind)
        found: Array = own + values * sd if kind == "time" else own * 10.0 ** (values * sd)
        return found

    def _sd(self, kind: Kind) -> float:
        if kind == "time":
            return float(self.state["sd_min"][self.at])
        if self.state.mixture is None:
            raise AssertionError("The rule of the retention model runs before.")
        return self.state.mixture.true_area[1]
