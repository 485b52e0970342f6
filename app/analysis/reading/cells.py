"""Parse cells: numbers in any notation, yes or no, and texts."""

from collections.abc import Callable

import polars as pl

from app.analysis.errors import PeakTableError

# The types of cells besides numbers that are written in one way alone.
PLAIN = (
    *(pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Time, pl.Null),
    *(pl.Categorical, pl.Enum),
)
# Names have a few dozen characters. A longer text is not a name, and every page would repeat it.
LONGEST_TEXT = 500
YES = ("t", "true", "y", "yes", "1", "1.0", "x")
# Spaces (also the unbreakable ones) and apostrophes group digits.
GROUPING = r"[\s\u{00a0}\u{202f}'\u{2019}]"
COMMA_GROUPS = r"^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$"
POINT_GROUPS = r"^[-+]?\d{1,3}(\.\d{3})+(,\d*)?$"
FORMULA_MARK = "="


def check_cell_type(cells: pl.Series) -> None:
    """Refuse a column whose cells are neither numbers nor text, such as lists or bytes.

    Raises:
        PeakTableError: the column has such cells.
    """
    if not (cells.dtype.is_numeric() or cells.dtype.base_type() in PLAIN):
        raise PeakTableError(
            f"The column {cells.name!r} is of type {cells.dtype}, not of numbers or text. Write "
            "one number or text into each cell and try again."
        )


def has_decimal_comma(retention: pl.Series) -> bool:
    """Whether a table has decimal commas (7,588 for 7.588), by its retention times."""
    if retention.dtype != pl.String:
        return False
    has_comma = retention.str.contains(",", literal=True).any()
    return bool(has_comma) and not retention.str.contains(".", literal=True).any()


def small_number(cells: pl.Series) -> pl.Series:
    """Parse numbers whose comma or point is a decimal mark, as Float64; null if not a number."""
    return _plain(cells, lambda text: text.str.replace(",", ".", literal=True))


def large_number(cells: pl.Series, *, decimal_comma: bool) -> pl.Series:
    """Parse numbers whose marks may group thousands, as Float64; null if not a number.

    530.172 is five hundred thousand with ``decimal_comma`` and five hundred without.
    """
    if decimal_comma and cells.dtype == pl.String:
        return _degroup(cells, POINT_GROUPS, ".").cast(pl.Float64, strict=False)
    return _plain(cells, lambda text: _degroup(text, COMMA_GROUPS, ","))


def _plain(cells: pl.Series, otherwise: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Parse cells as they are if each is a number then, else after ``otherwise``."""
    if cells.dtype.is_numeric():
        return cells.cast(pl.Float64)
    text = cells.cast(pl.String)
    numbers = text.cast(pl.Float64, strict=False)
    if numbers.null_count() == text.null_count():
        return numbers
    return otherwise(text.str.replace_all(GROUPING, "")).cast(pl.Float64, strict=False)


def _degroup(text: pl.Series, groups: str, mark: str) -> pl.Series:
    bare = text.str.replace_all(GROUPING, "")
    ungrouped = bare.str.replace_all(mark, "", literal=True)
    chosen = pl.select(pl.when(bare.str.contains(groups)).then(ungrouped).otherwise(bare))
    return chosen.to_series().str.replace(",", ".", literal=True)


def is_yes(cells: pl.Series) -> pl.Expr:
    """Parse cells as Boolean: T, true, yes, 1 and x are true, all else is false."""
    meant = [value for value in cells.unique() if str(value).strip().lower() in YES]
    return pl.any_horizontal(
        pl.lit(value=False), *(pl.col(cells.name).eq_missing(pl.lit(value)) for value in meant)
    )


def text(column: str) -> pl.Expr:
    """The cells of a column as text without surrounding space, empty if null, cut if too long."""
    long = pl.col(column).cast(pl.String).str.head(LONGEST_TEXT + 1)
    return long.str.strip_chars().fill_null("")


def name_problem(name: pl.Expr) -> pl.Expr:
    """A sentence on a name that is missing, too long or a formula; null if it is none of these."""
    return (
        pl.when(name == "")
        .then(pl.lit("Name is missing."))
        .when(name.str.len_bytes() > LONGEST_TEXT)
        .then(pl.lit(f"Name is longer than {LONGEST_TEXT} characters; here is its beginning."))
        .when(name.str.starts_with(FORMULA_MARK))
        .then(pl.format("Name holds the formula {}; paste its value instead.", name))
    )


def number_problem(title: str, value: pl.Expr, raw: pl.Expr) -> pl.Expr:
    """A sentence on a cell, written ``raw``, without a positive finite number; else null."""
    named = pl.lit(title)
    return (
        pl.when(raw == "")
        .then(pl.lit(f"{title} is missing."))
        .when(raw.str.starts_with(FORMULA_MARK))
        .then(pl.format("{} holds the formula {}; paste its value instead.", named, raw))
        .when(value.is_null())
        .then(pl.format("{} is '{}', which is not a number.", named, raw))
        .when(~value.is_finite())
        .then(pl.format("{} is {}, which is not a finite number.", named, raw))
        .when(value <= 0)
        .then(pl.format("{} is {}; it must be above 0.", named, raw))
    )
