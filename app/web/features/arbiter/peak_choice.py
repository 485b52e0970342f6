"""Some peaks of an arbitration, by their difference and their judgement."""

from typing import NamedTuple

import polars as pl

from app.analysis.arbiter.differences import KINDS
from app.analysis.arbiter.judgements import BOTH, NEITHER, NOT_JUDGED, UNDECIDED

JUDGEMENTS = ("first", "second", BOTH, NEITHER, UNDECIDED, NOT_JUDGED)
# Peaks on which the programs differ, and all.
DIFFERENT, ALL = "different", "all"
SHOWN = (DIFFERENT, ALL, *KINDS)


class PeakChoice(NamedTuple):
    """The peaks of one kind of difference and of one judgement."""

    difference: str
    judgement: str

    def of(self, judged: pl.DataFrame) -> pl.DataFrame:
        """Those of the judged peaks that are wanted."""
        kind, chosen = pl.col("kind"), pl.lit(value=True)
        if self.difference == DIFFERENT:
            chosen = kind != "same"
        elif self.difference != ALL:
            chosen = kind == self.difference
        if self.judgement:
            chosen &= pl.col("judgement") == self.judgement
        return judged.filter(chosen)
