"""The filter of a result's rows, as the address has it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, NamedTuple

import polars as pl
from litestar.params import Parameter

from app.analysis.reporting.result import ROW_SCHEMA
from app.analysis.state.calls import CALLS
from app.web.http.errors import QueryError

EQUAL = ("call", "category", "prefix", "isomer", "sample", "sample_role", "evidence_level")
ANCHOR = {"yes": True, "no": False}
NUMBERS = tuple(name for name, kind in ROW_SCHEMA.items() if kind.is_numeric())
HIGHEST_ROW = 2**32 - 1  # rows are numbered by UInt32
# The pattern of one range of ``within``, parsed by ``_range``.
WITHIN = rf"^(({'|'.join(NUMBERS)}):-?[0-9]{{0,9}}:-?[0-9]{{0,9}})?$"
LONGEST_NUMBER = 10  # Python refuses to parse thousands of digits
MOST_RANGES = 20  # each adds a term to the query
HOW_WITHIN = "Write column:from:to, such as rt_min:7.5:9, and commas between several."


class FilterError(QueryError):
    """A field of the filter cannot be read; the message says what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Range(NamedTuple):
    """From ``low`` to ``high`` of a column, both included; None means no limit."""

    column: str
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class RowFilter:
    """A filter of rows by call, category, prefix, isomer, sample, role, evidence, anchor and name.

    ``within`` holds ranges of numbers, ``rows`` the numbers of rows; empty means any.

    Raises:
        FilterError: There is no such call or column, or a number is not valid.
    """

    call: str = ""
    category: str = ""
    prefix: str = ""
    isomer: str = ""
    anchor: str = ""
    sample: str = ""
    sample_role: str = ""
    evidence_level: str = ""
    search: str = ""
    within: str = ""
    rows: str = ""

    def __post_init__(self) -> None:
        if self.call and self.call not in CALLS:
            raise FilterError(
                "call", f"There is no call {self.call}; use one of {', '.join(CALLS)}."
            )
        if self.anchor and self.anchor not in ANCHOR:
            raise FilterError("anchor", f"{self.anchor} is no choice of anchors; use yes or no.")
        self.ranges()
        self.row_numbers()

    def apply(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows that match."""
        return rows.filter(self.passes())

    def passes(self) -> pl.Expr:
        """Whether a row matches, as an expression."""
        return pl.all_horizontal(pl.lit(value=True), *self._terms()).fill_null(value=False)

    def without_selection(self) -> "RowFilter":
        """The filter without the selection in a plot."""
        return replace(self, within="", rows="")

    def selection(self) -> "RowFilter":
        """The selection in a plot alone."""
        return RowFilter(within=self.within, rows=self.rows)

    def ranges(self) -> list[Range]:
        """The ranges of ``within``."""
        texts = [text.strip() for text in self.within.split(",") if text.strip()]
        if len(texts) > MOST_RANGES:
            raise FilterError(
                "within", f"There are {len(texts):,} ranges; use at most {MOST_RANGES}."
            )
        return [_range(text) for text in texts]

    def row_numbers(self) -> list[int]:
        """The numbers of ``rows``."""
        numbers = [text.strip() for text in self.rows.split(",") if text.strip()]
        for number in numbers:
            is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
            if not (is_number and int(number) <= HIGHEST_ROW):
                raise FilterError("rows", f"{number} is not a row number; write them as 3,17,20.")
        return [int(number) for number in numbers]

    def _terms(self) -> Iterator[pl.Expr]:
        for column in EQUAL:
            wanted = getattr(self, column)
            if wanted:
                yield pl.col(column) == wanted
        if self.anchor:
            yield pl.col("anchor") == ANCHOR[self.anchor]
        if self.search:
            name = pl.col("name").str.to_lowercase()
            yield name.str.contains(self.search.lower(), literal=True)
        for column, low, high in self.ranges():
            if low is not None:
                yield pl.col(column) >= low
            if high is not None:
                yield pl.col(column) <= high
        if self.rows:
            yield pl.col("row").is_in(self.row_numbers())


async def row_filter(
    call: Annotated[
        str,
        Parameter(description=f"One of {', '.join(CALLS)}.", schema_extra={"enum": ["", *CALLS]}),
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
    search: Annotated[str, Parameter(description="A text in the name.")] = "",
    within: Annotated[
        str, Parameter(description=HOW_WITHIN, schema_extra={"pattern": WITHIN})
    ] = "",
    rows: Annotated[
        str,
        Parameter(
            description="Numbers of rows, such as 3,17,20.",
            schema_extra={"pattern": r"^([0-9]{1,9}(,[0-9]{1,9})*)?$"},
        ),
    ] = "",
) -> RowFilter:
    """The filter in a request."""
    return RowFilter(
        call=call,
        category=category,
        prefix=prefix,
        isomer=isomer,
        anchor=anchor,
        sample=sample,
        sample_role=sample_role,
        evidence_level=evidence_level,
        search=search,
        within=within,
        rows=rows,
    )


def _range(text: str) -> Range:
    column, *ends = text.split(":")
    if column not in NUMBERS:
        raise FilterError(
            "within", f"{column} is not a column of numbers; use one of {', '.join(NUMBERS)}."
        )
    try:
        low, high = (float(end) if end.strip() else None for end in ends)
    except ValueError:
        raise FilterError("within", f"The range {text} cannot be read. {HOW_WITHIN}") from None
    return Range(column, low, high)
