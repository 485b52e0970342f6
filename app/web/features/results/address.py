"""Which part of a result a page shows, and its address."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar.params import Parameter

from app.web.features.results.columns import COLUMNS, SORTABLE, USUAL, Column, require_column
from app.web.features.results.filters.row_filter import RowFilter
from app.web.http.faults.errors import QueryError
from app.web.words import LINES, PLOTS, SCALES

SIZES = (50, 100, 200, 500, 1000)
USUAL_SIZE = 100
AXES = ("carbons", "log_p", "predicted_rt_min")
COLOURS = ("call", "category")
ALL_CLASSES = "all"  # in place of a prefix, none of which is written so


@dataclass(frozen=True, kw_only=True)
class TableView:
    """How rows are shown: their order (``-`` before a column means descending), columns and page.

    Raises:
        QueryError: There is no such column or page size.
    """

    sort: str = "row"
    columns: tuple[str, ...] = ()
    size: int = USUAL_SIZE
    page: int = 1

    def __post_init__(self) -> None:
        require_column(self.sorted_by, SORTABLE)
        for name in self.columns:
            require_column(name)
        if self.size not in SIZES:
            sizes = ", ".join(map(str, SIZES))
            raise QueryError(f"There are no pages of {self.size} rows; use one of {sizes}.")

    @property
    def sorted_by(self) -> str:
        """The column that the rows are sorted by."""
        return self.sort.removeprefix("-")

    @property
    def is_falling(self) -> bool:
        """Whether the order is descending."""
        return self.sort.startswith("-")

    def shown(self, used: Collection[str]) -> list[Column]:
        """The shown columns: those chosen, else the default ones and those of ``used``."""
        usual = {*USUAL, *used}
        return [COLUMNS[name] for name in COLUMNS if name in (self.columns or usual)]

    def sort_after(self, column: str) -> str:
        """The order after a click on the header of a column."""
        return f"-{column}" if self.sort == column else column


@dataclass(frozen=True, kw_only=True)
class PlotView:
    """A plot: its kind, x axis and colouring, whose band is drawn, and whose lines to parents.

    ``band`` is a prefix, ``ALL_CLASSES``, or empty for the default. ``scale`` says whose residuals
    the plot of residuals has room for. ``standard`` has the lines of the internal standards that
    the composition leaves out.

    Raises:
        QueryError: There is no such plot, axis, colouring, choice of lines or scale.
    """

    plot: str = "retention"
    x: str = "carbons"
    by: str = "call"
    band: str = ""
    lines: str = "chosen"
    scale: str = "confirmed"
    standard: str = ""

    def __post_init__(self) -> None:
        _require_known(self.plot, PLOTS, "There is no plot {}; use one of {}.")
        _require_known(self.x, AXES, "The plot has no axis {}; use one of {}.")
        _require_known(self.by, COLOURS, "Points are not coloured by {}; use one of {}.")
        _require_known(self.lines, LINES, "Lines are not drawn for {}; use one of {}.")
        _require_known(self.scale, SCALES, "There is no scale {}; use one of {}.")


@dataclass(frozen=True)
class Address:
    """The address of a view of a result, and of similar views."""

    which: RowFilter
    table: TableView
    plot: PlotView

    def __call__(self, **changes: object) -> str:
        """The query with some changes, on the first page unless they name another."""
        return f"?{urlencode(self.parameters(**{'page': 1} | changes), safe=':,')}"

    def filter(self) -> str:
        """The query of the filter alone, for exports and for what is done to these rows."""
        return urlencode(self.which.chosen(), safe=":,")

    def data(self) -> str:
        """The query for the data of the plot."""
        needed = {**vars(self.which), **vars(self.plot)}
        return f"?{urlencode({name: value for name, value in needed.items() if value}, safe=':,')}"

    def standards(self) -> str:
        """The query of the entered standards alone, with its question mark; empty without any."""
        return f"?{urlencode({'standard': self.plot.standard})}" if self.plot.standard else ""

    def parameters(self, **changes: object) -> dict[str, str]:
        """The parameters that differ from the defaults, with some changes."""
        parts: tuple[Any, ...] = (self.which, self.table, self.plot)
        usual = {field.name: field.default for part in parts for field in fields(part)}
        values = {name: value for part in parts for name, value in vars(part).items()} | changes
        return {
            name: ",".join(value) if isinstance(value, tuple) else str(value)
            for name, value in values.items()
            if value != usual.get(name)
        }


async def table_view(
    sort: str = "row",
    columns: list[str] | None = None,
    size: int = USUAL_SIZE,
    page: Annotated[int, Parameter(ge=1)] = 1,
) -> TableView:
    """The table view in a request; columns come as one text with commas, or repeated."""
    names = [name for text in columns or [] for name in text.split(",") if name]
    is_usual = set(names) == {*USUAL, "sample"}
    return TableView(sort=sort, columns=() if is_usual else tuple(names), size=size, page=page)


async def plot_view(
    plot: str = "retention",
    x: str = "carbons",
    by: str = "call",
    band: str = "",
    lines: str = "chosen",
    scale: str = "confirmed",
    standard: list[str] | None = None,
) -> PlotView:
    """The plot view in a request; standards come one a line, or repeated."""
    typed = "\n".join(standard or []).strip()
    return PlotView(plot=plot, x=x, by=by, band=band, lines=lines, scale=scale, standard=typed)


def _require_known(value: str, among: Collection[str], sentence: str) -> None:
    if value not in among:
        raise QueryError(sentence.format(value, ", ".join(among)))
