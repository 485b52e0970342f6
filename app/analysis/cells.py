"""What a cell says: a number in whatever notation, a yes or no, a text."""

import polars as pl

YES = ("t", "true", "y", "yes", "1", "1.0", "x")
DECIMAL_COMMA = r"^\s*[-+]?\d+,\d+\s*$"
# Spaces (also the unbreakable ones) and apostrophes group digits.
GROUPING = r"[\s\u{00a0}\u{202f}']"
FORMULA = r"^\s*[=@]"


def has_decimal_comma(cells: pl.Series) -> bool:
    """Whether a column of numbers as text uses the comma as its decimal mark."""
    if cells.dtype != pl.String:
        return False
    return bool(cells.str.contains(DECIMAL_COMMA).any()) and not cells.str.contains(r"\.").any()


def number(column: str, dtype: pl.DataType, *, decimal_comma: bool) -> pl.Expr:
    """The cells as Float64, null where they hold no number; the other mark groups thousands."""
    if dtype != pl.String:
        return pl.col(column).cast(pl.Float64, strict=False)
    text = pl.col(column).str.replace_all(GROUPING, "")
    if decimal_comma:
        text = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    else:
        text = text.str.replace_all(",", "", literal=True)
    return text.cast(pl.Float64, strict=False)


def yes(cells: pl.Series) -> pl.Expr:
    """The cells as Boolean: T, true, yes, 1 and x are yes, all else is no."""
    meant = [value for value in cells.unique() if str(value).strip().lower() in YES]
    return pl.col(cells.name).is_in(pl.Series(meant, dtype=cells.dtype)).fill_null(value=False)


def text(column: str) -> pl.Expr:
    """The cells as text without surrounding space, null where nothing is left."""
    stripped = pl.col(column).cast(pl.String).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def name_problems(names: pl.Series, name: pl.Expr) -> list[pl.Expr]:
    """A sentence where there is no name, or a formula in its place; nothing where all are fine."""
    seen = names.cast(pl.String).unique().str.strip_chars()
    if not ((seen == "") | seen.str.contains(FORMULA)).fill_null(value=True).any():
        return []
    is_formula = name.str.contains(FORMULA)
    return [
        pl.when(name.is_null()).then(pl.lit("Name is missing.")),
        pl.when(is_formula).then(
            pl.format("Name holds the formula {}; paste its value instead.", name)
        ),
    ]


def number_problems(
    table: pl.DataFrame, column: str, value: pl.Expr, dtype: pl.DataType, title: str
) -> list[pl.Expr]:
    """A sentence where a cell holds no positive, finite number; nothing where all do."""
    is_fine = (value.is_finite() & (value > 0)).fill_null(value=False)
    if table.select(is_fine.all()).item():
        return []
    raw = text(column)
    is_formula = raw.str.contains(FORMULA) if dtype == pl.String else pl.lit(value=False)
    sentence = (
        pl.when(raw.is_null())
        .then(pl.lit(f"{title} is missing."))
        .when(is_formula)
        .then(pl.format("{} holds the formula {}; paste its value instead.", pl.lit(title), raw))
        .when(value.is_null())
        .then(pl.format("{} is '{}', which is not a number.", pl.lit(title), raw))
        .when(~value.is_finite())
        .then(pl.format("{} is {}, which is not a finite number.", pl.lit(title), raw))
        .when(value <= 0)
        .then(pl.format("{} is {}; it must be above 0.", pl.lit(title), raw))
    )
    return [sentence]
