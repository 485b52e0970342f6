"""The filter of a result's rows in the query of a request, as the API describes it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated

from litestar.params import Parameter

from app.analysis.state.calls import CALLS
from app.runtime.near_names import with_nearest
from app.web.features.results.filters.number_ranges import HOW_RANGES, RANGES_PATTERN, FilterError
from app.web.features.results.filters.row_filter import ANCHOR, RowFilter
from app.web.http.faults.errors import QueryError

FIELDS = tuple(field.name for field in fields(RowFilter))
IN_COLUMN = "A text in the column, in upper or lower case."
SELECTION = f"The selection in a plot. {HOW_RANGES}"
ONE_CALL = f"({'|'.join(CALLS)})"
NUMBER_0_TO_1 = r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)?$"

Calls = Annotated[
    str,
    Parameter(
        description=f"One or more of {', '.join(CALLS)}, with commas between them.",
        schema_extra={"pattern": rf"^({ONE_CALL}(,{ONE_CALL}){{0,{len(CALLS) - 1}}})?$"},
    ),
]
Category = Annotated[str, Parameter(description="Such as GD.")]
Prefix = Annotated[str, Parameter(description="Such as GD1+OAc.")]
Isomer = Annotated[str, Parameter(description="Such as a, or early.")]
Anchor = Annotated[
    str,
    Parameter(
        description="yes for anchors alone, no for all others.",
        schema_extra={"enum": ["", *ANCHOR]},
    ),
]
Sample = Annotated[str, Parameter(description="The name of a sample.")]
SampleRole = Annotated[str, Parameter(description="Such as blank.")]
EvidenceLevel = Annotated[str, Parameter(description="Such as MS/MS.")]
Rule = Annotated[
    str,
    Parameter(
        description="The number of the rule that decided; 0 for a call by hand.",
        schema_extra={"pattern": "^([0-9]{1,2})?$"},
    ),
]
Adduct = Annotated[str, Parameter(description="Such as [M-2H]2-.")]
Charge = Annotated[str, Parameter(description="Such as 2-.")]
IsotopeLabel = Annotated[str, Parameter(description="Such as M+1.")]
Ion = Annotated[str, Parameter(description="Such as sodium adduct.")]
SetApart = Annotated[str, Parameter(description="standard or blank.")]
InName = Annotated[str, Parameter(description="A text in the name.")]
InReason = Annotated[str, Parameter(description="A text in the reason.")]
InColumn = Annotated[str, Parameter(description=IN_COLUMN)]
Ranges = Annotated[
    str,
    Parameter(
        description=f"Ranges of numbers, both ends included. {HOW_RANGES} An end may be empty.",
        schema_extra={"pattern": RANGES_PATTERN},
    ),
]
Threshold = Annotated[
    str,
    Parameter(
        description="Rows that are true with at least this confidence, or by hand: 0 to 1.",
        schema_extra={"pattern": NUMBER_0_TO_1},
    ),
]
Within = Annotated[str, Parameter(description=SELECTION, schema_extra={"pattern": RANGES_PATTERN})]
RowNumbers = Annotated[
    str,
    Parameter(
        description="Numbers of rows, such as 3,17,20.",
        schema_extra={"pattern": r"^([0-9]{1,9}(,[0-9]{1,9})*)?$"},
    ),
]


async def row_filter(
    call: Calls = "",
    category: Category = "",
    prefix: Prefix = "",
    isomer: Isomer = "",
    anchor: Anchor = "",
    sample: Sample = "",
    sample_role: SampleRole = "",
    evidence_level: EvidenceLevel = "",
    rule: Rule = "",
    adduct: Adduct = "",
    charge: Charge = "",
    isotope_label: IsotopeLabel = "",
    ion: Ion = "",
    set_apart: SetApart = "",
    search: InName = "",
    reason: InReason = "",
    species: InColumn = "",
    molecular_name: InColumn = "",
    shorthand_name: InColumn = "",
    alternative_species: InColumn = "",
    ranges: Ranges = "",
    threshold: Threshold = "",
    within: Within = "",
    rows: RowNumbers = "",
) -> RowFilter:
    """The filter in a request.

    Raises:
        QueryError: A field cannot be read.
    """
    return filter_of(locals())


def filter_of(values: Mapping[str, str]) -> RowFilter:
    """The filter of some fields by name.

    Raises:
        QueryError: There is no such field, or it cannot be read.
    """
    for name in values:
        if name not in FIELDS:
            refusal = with_nearest(f"The filter has no field {name}", name, FIELDS)
            raise QueryError(f"{refusal} Use one of {', '.join(FIELDS)}.")
    try:
        return RowFilter(**values)
    except FilterError as error:
        raise QueryError(str(error)) from None
