"""Which peaks of an arbitration a request wants."""

from typing import Annotated

from litestar.params import Parameter

from app.web.features.arbiter.peak_choice import DIFFERENT, JUDGEMENTS, SHOWN, PeakChoice
from app.web.http.faults.errors import QueryError

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
