"""The filter of a result's rows: which rows match."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace

import polars as pl

from app.analysis.state.calls import CALLS
from app.web.features.results.filters.number_ranges import (
    FilterError,
    Range,
    ranges_of,
    typed_number,
)
from app.web.features.results.probabilities import PERCENTAGES, percentages

# A row matches if it has exactly this value.
EQUAL = (
    *("category", "prefix", "isomer", "sample", "sample_role", "evidence_level"),
    *("adduct", "charge", "isotope_label", "ion", "set_apart"),
)
# A row matches if this text is part of the column, in upper or lower case.
CONTAINS = {
    "search": "name",
    "reason": "reason",
    "species": "species",
    "molecular_name": "molecular_name",
    "shorthand_name": "shorthand_name",
    "alternative_species": "alternative_species",
}
ANCHOR = {"yes": True, "no": False}
HIGHEST_ROW = 2**32 - 1  # rows are numbered by UInt32
LONGEST_ROW = 10  # Python refuses to parse thousands of digits


@dataclass(frozen=True, kw_only=True)
class RowFilter:
    """A filter of rows by choices, texts and numbers; an empty field lets every row pass.

    ``call`` may name several calls, with commas. ``ranges`` holds ranges of numbers, ``rule`` the
    number of a rule, and ``threshold`` the lowest confidence of true rows. ``within`` and ``rows``
    are the selection in a plot.

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
    rule: str = ""
    adduct: str = ""
    charge: str = ""
    isotope_label: str = ""
    ion: str = ""
    set_apart: str = ""
    search: str = ""
    reason: str = ""
    species: str = ""
    molecular_name: str = ""
    shorthand_name: str = ""
    alternative_species: str = ""
    ranges: str = ""
    threshold: str = ""
    within: str = ""
    rows: str = ""

    def __post_init__(self) -> None:
        for call in self.calls():
            if call not in CALLS:
                known = ", ".join(CALLS)
                raise FilterError("call", f"There is no call {call}; use one of {known}.")
        if self.anchor and self.anchor not in ANCHOR:
            raise FilterError("anchor", f"{self.anchor} is no choice of anchors; use yes or no.")
        if self.rule and not _is_number(self.rule):
            raise FilterError("rule", f"{self.rule} is not the number of a rule, such as 10.")
        self.lowest_confidence()
        self.number_ranges()
        self.row_numbers()

    def apply(self, rows: pl.LazyFrame, notes: Callable[[], pl.LazyFrame]) -> pl.LazyFrame:
        """The rows that match; ``notes`` has their probabilities."""
        likely = list(_terms_of(it for it in self.number_ranges() if it.column in PERCENTAGES))
        if likely:
            numbers = percentages(notes()).filter(likely).select("row").collect()["row"]
            rows = rows.filter(pl.col("row").is_in(numbers.implode()))
        return rows.filter(self.passes())

    def passes(self) -> pl.Expr:
        """Whether the columns of a row match, as an expression."""
        return pl.all_horizontal(pl.lit(value=True), *self._terms()).fill_null(value=False)

    def calls(self) -> list[str]:
        """The calls of ``call``; none means any."""
        return [call.strip() for call in self.call.split(",") if call.strip()]

    def chosen(self) -> dict[str, str]:
        """The fields that are not empty."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value}

    def without_selection(self) -> "RowFilter":
        """The filter without the selection in a plot."""
        return replace(self, within="", rows="")

    def selection(self) -> "RowFilter":
        """The selection in a plot alone."""
        return RowFilter(within=self.within, rows=self.rows)

    def number_ranges(self) -> list[Range]:
        """The ranges of ``ranges`` and of the selection in a plot."""
        return [*ranges_of(self.ranges, "ranges"), *ranges_of(self.within, "within")]

    def lowest_confidence(self) -> float | None:
        """The number of ``threshold``."""
        lowest = typed_number(self.threshold, "threshold")
        if lowest is not None and not 0 <= lowest <= 1:
            raise FilterError("threshold", f"{self.threshold} is not between 0 and 1.")
        return lowest

    def row_numbers(self) -> list[int]:
        """The numbers of ``rows``."""
        numbers = [text.strip() for text in self.rows.split(",") if text.strip()]
        for number in numbers:
            if not (_is_number(number) and int(number) <= HIGHEST_ROW):
                raise FilterError("rows", f"{number} is not a row number; write them as 3,17,20.")
        return [int(number) for number in numbers]

    def _terms(self) -> Iterator[pl.Expr]:
        if calls := self.calls():
            yield pl.col("call").is_in(calls)
        for column in EQUAL:
            if wanted := getattr(self, column):
                yield pl.col(column) == wanted
        for field, column in CONTAINS.items():
            if part := getattr(self, field):
                yield pl.col(column).str.to_lowercase().str.contains(part.lower(), literal=True)
        if self.anchor:
            yield pl.col("anchor") == ANCHOR[self.anchor]
        yield from self._numeric_terms()

    def _numeric_terms(self) -> Iterator[pl.Expr]:
        if self.rule:
            yield pl.col("rule").cast(pl.Int64) == int(self.rule)
        yield from _terms_of(it for it in self.number_ranges() if it.column not in PERCENTAGES)
        if (lowest := self.lowest_confidence()) is not None:
            yield reaches(lowest)
        if self.rows:
            yield pl.col("row").is_in(self.row_numbers())


def _terms_of(ranges: Iterable[Range]) -> Iterator[pl.Expr]:
    for column, low, high in ranges:
        # Percentages are compared as they are shown, in whole ones.
        value = pl.col(column).round() if column in PERCENTAGES else pl.col(column)
        if low is not None:
            yield value >= low
        if high is not None:
            yield value <= high


def reaches(lowest: float) -> pl.Expr:
    """Whether a row is true with at least this confidence, or was called true by hand (rule 0)."""
    is_sure = (pl.col("confidence") >= lowest) | (pl.col("rule") == 0)
    return (pl.col("call") == "true") & is_sure


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ROW
