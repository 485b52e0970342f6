"""The filter of a result's rows in the query of a request, as the API describes it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated

from litestar.params import Parameter

from app.analysis.state.calls import CALLS
from app.web.features.results.number_ranges import HOW_RANGES, RANGES_PATTERN, FilterError
from app.web.features.results.row_filter import ANCHOR, RowFilter
from app.web.http.errors import QueryError

FIELDS = tuple(field.name for field in fields(RowFilter))
IN_COLUMN = "A text in the column, in upper or lower case."
SELECTION = f"The selection in a plot. {HOW_RANGES}"
CALL = f"({'|'.join(CALLS)})"
NUMBER_0_TO_1 = r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)?$"


async def row_filter(
    call: Annotated[
        str,
        Parameter(
            description=f"One or more of {', '.join(CALLS)}, with commas between them.",
            schema_extra={"pattern": rf"^({CALL}(,{CALL}){{0,{len(CALLS) - 1}}})?$"},
        ),
    ] = "",
    category: Annotated[str, Parameter(description="Such as GD.")] = "",
    prefix: Annotated[str, Parameter(description="Such as GD1+OAc.")] = "",
    isomer: Annotated[str, Parameter(description="Such as a, or early.")] = "",
    anchor: Annotated[
        str,
        Parameter(
            description="yes for anchors alone, no for all others.",
            schema_extra={"enum": ["", *ANCHOR]},
        ),
    ] = "",
    sample: Annotated[str, Parameter(description="The name of a sample.")] = "",
    sample_role: Annotated[str, Parameter(description="Such as blank.")] = "",
    evidence_level: Annotated[str, Parameter(description="Such as MS/MS.")] = "",
    rule: Annotated[
        str,
        Parameter(
            description="The number of the rule that decided; 0 for a call by hand.",
            schema_extra={"pattern": "^([0-9]{1,2})?$"},
        ),
    ] = "",
    adduct: Annotated[str, Parameter(description="Such as [M-2H]2-.")] = "",
    charge: Annotated[str, Parameter(description="Such as 2-.")] = "",
    isotope_label: Annotated[str, Parameter(description="Such as M+1.")] = "",
    ion: Annotated[str, Parameter(description="Such as sodium adduct.")] = "",
    set_apart: Annotated[str, Parameter(description="standard or blank.")] = "",
    search: Annotated[str, Parameter(description="A text in the name.")] = "",
    reason: Annotated[str, Parameter(description="A text in the reason.")] = "",
    species: Annotated[str, Parameter(description=IN_COLUMN)] = "",
    molecular_name: Annotated[str, Parameter(description=IN_COLUMN)] = "",
    shorthand_name: Annotated[str, Parameter(description=IN_COLUMN)] = "",
    alternative_species: Annotated[str, Parameter(description=IN_COLUMN)] = "",
    ranges: Annotated[
        str,
        Parameter(
            description=f"Ranges of numbers, both ends included. {HOW_RANGES} An end may be empty.",
            schema_extra={"pattern": RANGES_PATTERN},
        ),
    ] = "",
    threshold: Annotated[
        str,
        Parameter(
            description="Rows that are true with at least this confidence, or by hand: 0 to 1.",
            schema_extra={"pattern": NUMBER_0_TO_1},
        ),
    ] = "",
    within: Annotated[
        str, Parameter(description=SELECTION, schema_extra={"pattern": RANGES_PATTERN})
    ] = "",
    rows: Annotated[
        str,
        Parameter(
            description="Numbers of rows, such as 3,17,20.",
            schema_extra={"pattern": r"^([0-9]{1,9}(,[0-9]{1,9})*)?$"},
        ),
    ] = "",
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
            raise QueryError(f"The filter has no field {name}; use one of {', '.join(FIELDS)}.")
    try:
        return RowFilter(**values)
    except FilterError as error:
        raise QueryError(str(error)) from None
