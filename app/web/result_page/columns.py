"""The columns of the table of rows: their titles, and how their values are written."""

from collections.abc import Callable
from typing import Any, NamedTuple

from app.web.errors import QueryError

NOTHING = "\N{EN DASH}"


class Column(NamedTuple):
    """A column of the result; ``text`` writes a value that is there."""

    name: str
    title: str
    is_number: bool
    text: Callable[[Any], str]

    def written(self, value: Any) -> str:  # noqa: ANN401 - a cell of any type
        """A cell as it is read."""
        return NOTHING if value is None or value == "" else self.text(value)


def _number(name: str, title: str, form: str) -> Column:
    return Column(name, title, True, f"{{:{form}}}".format)


def _text(name: str, title: str) -> Column:
    return Column(name, title, False, str)


COLUMNS = {
    column.name: column
    for column in (
        _text("call", "Call"),
        _text("sample", "Sample"),
        _number("confidence", "Confidence", ".2f"),
        _number("rt_min", "RT (min)", ".3f"),
        _number("predicted_rt_min", "Predicted (min)", ".3f"),
        _number("residual_min", "Residual (min)", "+.3f"),
        _number("studentised_residual", "Residual (SD)", "+.1f"),
        _number("interval_low_min", "95 % from (min)", ".3f"),
        _number("interval_high_min", "95 % to (min)", ".3f"),
        _text("isomer", "Isomer"),
        _number("parent_row", "Parent row", "d"),
        _number("peak_area", "Peak area", ",.0f"),
        _number("consolidated_volume", "Area with fragments", ",.0f"),
        _number("log_p", "Log P", ".2f"),
        _text("prefix", "Prefix"),
        _text("category", "Category"),
        _text("species", "Species"),
        _number("carbons", "Carbons", "d"),
        _number("double_bonds", "Double bonds", "d"),
        _number("hydroxyls", "Hydroxyls", "d"),
        _number("sugars", "Sugars", "d"),
        _number("rule", "Rule", "d"),
        _text("reason", "Reason"),
    )
}
ALWAYS = ("row", "name", "anchor")
USUAL = (
    *("call", "confidence", "rt_min", "predicted_rt_min", "residual_min"),
    *("isomer", "parent_row", "peak_area", "reason"),
)
SORTABLE = ("row", "name", *COLUMNS)


def require_column(name: str, among: tuple[str, ...] = tuple(COLUMNS)) -> None:
    """Raise QueryError unless the table has this column."""
    if name not in among:
        raise QueryError(f"The table has no column {name}; use one of {', '.join(among)}.")
