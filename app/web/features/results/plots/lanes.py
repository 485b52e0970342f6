"""Spreads the points of a plot over carbons, so that they do not hide each other.

Carbons are whole numbers, so most points of a table would share a place with others. Each category
has a lane within the width of a carbon, in the order of sialic acids. A lane has as many columns as
it needs for points that are close in height to stand side by side.
"""

import polars as pl

from app.web.words import CATEGORIES

WIDTH = 0.94  # of a carbon, for the columns of all categories
# Points nearer than this share of the height of the plot stand side by side.
CLOSE = 0.014
MOST_COLUMNS = 3  # of a category; more would be narrower than a point

Lanes = dict[str, float]


def in_lanes(points: pl.DataFrame) -> tuple[pl.DataFrame, Lanes]:
    """The points (x, y, category) with the ``shift`` of each from its x; the shift of each lane."""
    ordered = points.with_row_index("at").sort("x", "category", "y")
    height = float(points["y"].max() - points["y"].min()) if points.height else 0.0  # type: ignore[operator,arg-type]
    columns = _columns(ordered.select("x", "category", "y").rows(), CLOSE * height)
    needed: dict[str, int] = {}
    for category, column in zip(ordered["category"], columns, strict=True):
        if category not in CATEGORIES:  # it stays on its carbon
            continue
        needed[category] = max(needed.get(category, 1), column + 1)
    lanes, width = _lanes(needed)
    shifts = [
        lanes[category] + width * _from_centre(column, needed[category])
        if category in lanes
        else 0.0
        for category, column in zip(ordered["category"], columns, strict=True)
    ]
    shifted = ordered.with_columns(shift=pl.Series(shifts, dtype=pl.Float64).round(4))
    return shifted.sort("at").drop("at"), lanes


def _columns(ordered: list[tuple[float, str, float]], close: float) -> list[int]:
    """The column of each point in its lane: the first where the point below is not close."""
    columns: list[int] = []
    lane: tuple[float, str] | None = None
    last: list[float] = []
    for x, category, y in ordered:
        if lane != (x, category):
            lane, last = (x, category), []
        free = [column for column, below in enumerate(last) if y - below >= close]
        if not free and len(last) < MOST_COLUMNS:
            last.append(y)
            free = [len(last) - 1]
        column = free[0] if free else last.index(min(last))
        last[column] = y
        columns.append(column)
    return columns


def _lanes(needed: dict[str, int]) -> tuple[Lanes, float]:
    """The shift of the middle of each lane, and the width of a column."""
    width, start, lanes = WIDTH / max(sum(needed.values()), 1), -WIDTH / 2, {}
    for category in CATEGORIES:
        if category in needed:
            end = start + needed[category] * width
            lanes[category], start = (start + end) / 2, end
    return lanes, width


def _from_centre(column: int, columns: int) -> float:
    """The place of a column of a lane, where the first one is the middle one."""
    outward = sorted((place - (columns - 1) / 2 for place in range(columns)), key=abs)
    return outward[column]
