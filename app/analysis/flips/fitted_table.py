"""A peak table with the law fitted to it, which changes of its rows are compared with."""

from functools import cached_property

import msgspec
import numpy as np
import polars as pl
from msgspec.structs import replace

from app.analysis.computing.parallel import without_blas_threads
from app.analysis.errors import PeakTableError
from app.analysis.evidence.array_types import Indices
from app.analysis.flips.change import Change
from app.analysis.library.law import RetentionLaw
from app.analysis.reporting.early_calls import early_calls
from app.analysis.rules import RULES, retention_model
from app.analysis.settings import AnalysisSettings
from app.analysis.state.analysis_state import AnalysisState
from app.analysis.state.preparation.prepare import prepare

# The rules after the retention model change no call.
NEEDED_RULES = RULES[: RULES.index(retention_model.RULE) + 1]


class FittedTable(msgspec.Struct, frozen=True, eq=False, dict=True):
    """Peaks (``PEAK_SCHEMA``) with the anchors that a person chose, and the rules applied to them.

    ``state`` is that after the retention model.
    """

    peaks: pl.DataFrame
    settings: AnalysisSettings
    library: RetentionLaw | None
    state: AnalysisState

    @classmethod
    def of(
        cls, peaks: pl.DataFrame, settings: AnalysisSettings, library: RetentionLaw | None = None
    ) -> "FittedTable":
        """Fit the law to the peaks.

        Raises:
            PeakTableError: no row can be used.
        """
        state = replace(prepare(peaks, settings), library=library)
        for rule in NEEDED_RULES:
            with without_blas_threads():
                state = rule.apply(state)
        return cls(peaks, settings, library, state)

    @cached_property
    def calls(self) -> pl.DataFrame:
        """The call of every row, and whether it was judged: row, call, is_judged."""
        return early_calls(self.state)

    def call_of(self, row: int) -> str:
        """The call of a row."""
        return str(self.calls["call"][row - 1])

    def is_judged(self, row: int) -> bool:
        """Whether the rules judge a row, by itself or with its main ion."""
        return bool(self.calls["is_judged"][row - 1])

    def call_after(self, change: Change, row: int) -> str | None:
        """The call of a row in an analysis of the changed table; None if no row can be used."""
        peaks = change.applied(self.peaks)
        try:
            changed = FittedTable.of(peaks, self.settings, self.library)
        except PeakTableError:
            return None
        return changed.call_of(change.number_of(row))

    def place_of(self, row: int) -> int | None:
        """The position of a row among the judged peaks; None if it is not judged by itself."""
        found: Indices = np.flatnonzero(self.state.arrays.row == row)
        return int(found[0]) if len(found) else None

    def main_row_of(self, row: int) -> int | None:
        """The row that another ion has its call from; None for a row that is no such ion."""
        main = self.state.main
        found = row if main is None else int(main[row - 1]) + 1
        return None if found == row else found
