"""Which peaks of an arbitration a request wants."""

from typing import Annotated, NamedTuple

import polars as pl
from litestar.params import Parameter

from app.analysis.arbiter.differences import KINDS
from app.analysis.arbiter.judgements import BOTH, NEITHER, NOT_JUDGED, UNDECIDED
from app.web.http.errors import QueryError

JUDGEMENTS = ("first", "second", BOTH, NEITHER, UNDECIDED, NOT_JUDGED)
# Peaks on which the programs differ, and all.
DIFFERENT, ALL = "different", "all"
SHOWN = (DIFFERENT, ALL, *KINDS)

Shown = Annotated[
    str,
    Parameter(
        description="Peaks on which the programs differ, all, or those of one kind of difference.",
        schema_extra={"enum": list(SHOWN)},
    ),
]
Judged = Annotated[
    str,
    Parameter(
        description="The judgement; empty for any.",
        schema_extra={"enum": ["", *JUDGEMENTS]},
    ),
]


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


async def peak_choice(difference: Shown = DIFFERENT, judgement: Judged = "") -> PeakChoice:
    """The choice in a request.

    Raises:
        QueryError: There is no such difference or judgement.
    """
    if difference not in SHOWN:
        raise QueryError(f"There is no difference {difference}; use one of {', '.join(SHOWN)}.")
    if judgement and judgement not in JUDGEMENTS:
        raise QueryError(f"There is no judgement {judgement}; use one of {', '.join(JUDGEMENTS)}.")
    return PeakChoice(difference, judgement)
