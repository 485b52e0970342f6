"""The columns of the table of rows: their titles and number formats."""

from collections.abc import Callable
from typing import Any, NamedTuple

from app.web import words
from app.web.http.faults.errors import QueryError
from app.web.templating import numbers
from app.web.templating.record_names import sample_role

# A column that no row stores; it is sorted by the first of its three numbers, the confidence.
PROBABILITIES = "probabilities"


class Column(NamedTuple):
    """A column of the result; ``text`` formats a value."""

    name: str
    title: str
    is_number: bool
    text: Callable[[Any], str]

    @property
    def sorts_by(self) -> str:
        """The stored column that a click on the header sorts by."""
        return "confidence" if self.name == PROBABILITIES else self.name

    def written(self, value: Any) -> str:  # noqa: ANN401 - a cell of any type
        """The text of a cell."""
        return numbers.NOTHING if value is None or value == "" else self.text(value)


def _number(name: str, kind: str = "") -> Column:
    return Column(name, words.COLUMNS[name], True, numbers.FILTERS[kind] if kind else str)


def _rule(number: int) -> str:
    return str(number) if number else words.NO_RULE


def _text(name: str) -> Column:
    return Column(name, words.COLUMNS[name], False, str)


COLUMNS = {
    column.name: column
    for column in (
        _text("call"),
        _text("sample"),
        Column(PROBABILITIES, words.COLUMNS[PROBABILITIES], True, str),
        _number("rt_min", "minutes"),
        _number("residual_min", "signed_minutes"),
        _text("reason"),
        _number("predicted_rt_min", "minutes"),
        _number("confidence", "probability"),
        _number("studentised_residual", "deviations"),
        _number("interval_low_min", "minutes"),
        _number("interval_high_min", "minutes"),
        _text("isomer"),
        _number("parent_row"),
        _text("ion"),
        _text("alternative_species"),
        _number("mass_error_ppm", "ppm"),
        _number("peak_area", "amount"),
        _number("consolidated_volume", "amount"),
        Column("sample_role", words.COLUMNS["sample_role"], False, sample_role),
        _text("evidence_level"),
        _number("mz", "mz"),
        _text("adduct"),
        _text("charge"),
        _text("isotope_label"),
        _number("ion_group"),
        _text("set_apart"),
        _number("log_p", "log_p"),
        _text("prefix"),
        _text("category"),
        _text("species"),
        _text("molecular_name"),
        _text("shorthand_name"),
        _number("carbons"),
        _number("double_bonds"),
        _number("hydroxyls"),
        _number("sugars"),
        Column("rule", words.COLUMNS["rule"], True, _rule),
    )
}
ALWAYS = ("row", "name", "anchor")
USUAL = (
    *("call", PROBABILITIES, "rt_min", "residual_min", "reason"),
    *("isomer", "parent_row", "peak_area"),
)
# Shown beside the usual ones where the table has values in them.
USUAL_IF_USED = (
    *("sample", "set_apart", "sample_role", "evidence_level", "adduct", "isotope_label"),
    "ion_group",
)
SORTABLE = ("row", "name", *(name for name in COLUMNS if name != PROBABILITIES))


def require_column(name: str, among: tuple[str, ...] = tuple(COLUMNS)) -> None:
    """Raise QueryError if the table does not have this column."""
    if name not in among:
        raise QueryError(f"The table has no column {name}; use one of {', '.join(among)}.")
