"""Parse cells: numbers in any notation, yes or no, and texts."""

import polars as pl

from app.analysis.errors import PeakTableError

# The types of cells besides numbers that are written in one way alone.
PLAIN = (
    *(pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Time, pl.Null),
    *(pl.Categorical, pl.Enum),
)
# Names have a few dozen characters. A longer text is not a name, and every page would repeat it.
LONGEST_TEXT = 500
# So many texts are looked at in Python sooner than by a query.
FEW_TEXTS = 10_000
# Zero-width spaces and joiners, soft hyphens and marks of the byte order.
INVISIBLE = dict.fromkeys([0x00AD, *range(0x200B, 0x2010), 0x2060, 0xFEFF])
INVISIBLE_PATTERN = r"[\x{00ad}\x{200b}-\x{200f}\x{2060}\x{feff}]"
# Marks that turn the direction of a text, so that it reads as another one, are removed. Control
# characters, which a terminal obeys, become visible; those that are spaces stay.
TURNING = r"[\x{061c}\x{202a}-\x{202e}\x{2066}-\x{2069}]"
CONTROL = r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
REPLACEMENT = "\ufffd"
# Spaces (also the unbreakable ones), apostrophes and underscores group digits by three: 7'35 is no
# number.
GROUPING = r"[\s_\u{00a0}\u{202f}'\u{2019}]"
GROUPED = rf"^[-+]?\d{{1,3}}({GROUPING}\d{{3}})+([.,]\d*)?([eE][-+]?\d+)?$"
# Lakhs and crores, as in 12,34,567.5.
INDIAN = r"^\s*[-+]?\d{1,2}(,\d{2})+,\d{3}(\.\d*)?\s*$"
# An apostrophe before a number makes it text in a spreadsheet.
AROUND_NUMBERS = r"^[\s']+|\s+$"
MINUS_SIGN = "\u2212"
# The mark of a footnote, as in 5000\u00b9, or a fraction. Normalized, it would be one more digit.
FOOTNOTE = r"\p{No}"
# How programs and people write a missing number. An area of 0 is missing too.
ABSENT = (
    r"(?i)^\s*(|0+([.,]0*)?|[-\u{2013}\u{2014}.?]+|#?n/?a|n\.\s?a\.|n\.?\s?d\.?|k\.\s?a\.|n/[fd]"
    r"|nan|null|none|nil|np|<\s?(lo[dq]|mdl).*|lo[dq]|bdl|blq|bql|not (found|detected)"
    r"|#(div/0|num|value|ref|name\?|null)!?)\s*$"
)
FORMULA_MARK = "="
# In some languages a spreadsheet turns 1.5 into the 1st of May.
DATE = r"^\d{4}-\d{2}-\d{2}"
DATE_PROBLEM = (
    "{} is the date {}, which a spreadsheet may have made of a number such as 1.5; format the cell "
    "as text and write the number again."
)
# From and to, as in 5.1-5.4.
SPAN = r"^\d[\d.,]*\s*(?:-|\x{2013}|\x{2014}|to|bis)\s*\d[\d.,]*$"


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


def parse_numbers(cells: pl.Series, *, decimal: str = "point") -> pl.Series:
    """Parse numbers as Float64; null if not a number.

    ``decimal`` (``point`` or ``comma``) decides where a cell alone does not: 530.172 is five
    hundred with decimal points and five hundred thousand with decimal commas, but 0.44 is the same.
    """
    if cells.dtype.is_numeric():
        return cells.cast(pl.Float64)
    text = cells.cast(pl.String)
    if decimal == "point":
        numbers = text.cast(pl.Float64, strict=False)
        if numbers.null_count() == text.null_count():
            return numbers
    bare = ungrouped(text).alias("bare")
    mark, group = (".", ",") if decimal == "point" else (",", ".")
    return (
        bare.to_frame().select(_with_point(mark, group)).to_series().cast(pl.Float64, strict=False)
    )


def ungrouped(numbers: pl.Series) -> pl.Series:
    """Texts of numbers in plain digits, without spaces or apostrophes between thousands."""
    if numbers.str.contains(r"[^\x00-\x7f]").any():
        is_marked = numbers.str.contains(FOOTNOTE)
        normal = pl.when(is_marked).then(numbers).otherwise(numbers.str.normalize("NFKC"))
        plain = visible_text(pl.select(normal).to_series())
        numbers = plain.str.replace(MINUS_SIGN, "-", literal=True)
    cell = pl.col("cell")
    bare = numbers.str.replace_all(AROUND_NUMBERS, "").to_frame("cell")
    without = cell.str.replace_all(GROUPING, "")
    in_lakhs = pl.when(cell.str.contains(INDIAN)).then(cell.str.replace_all(",", ""))
    return bare.select(
        in_lakhs.when(cell.str.contains(GROUPED)).then(without).otherwise(cell)
    ).to_series()


def _with_point(mark: str, group: str) -> pl.Expr:
    """Numbers with a decimal point and without marks between thousands."""
    cell = pl.col("bare")
    without_groups = cell.str.replace_all(group, "", literal=True)
    is_grouped = cell.str.contains(_grouped(group, mark))
    is_grouped_otherwise = cell.str.contains(_grouped(mark, group)) & (
        cell.str.contains(group, literal=True) | (cell.str.count_matches(mark, literal=True) > 1)
    )
    without_marks = cell.str.replace_all(mark, "", literal=True)
    ungrouped = pl.when(is_grouped).then(without_groups)
    ungrouped_cell = ungrouped.when(is_grouped_otherwise).then(without_marks).otherwise(cell)
    return ungrouped_cell.str.replace(",", ".", literal=True)


def _grouped(group: str, mark: str) -> str:
    """The pattern of a number with marks between thousands; 0,172 has none."""
    return rf"^[-+]?[1-9]\d{{0,2}}([{group}]\d{{3}})+([{mark}]\d*)?$"


def visible_text(cells: pl.Series) -> pl.Series:
    """Text without invisible characters; what is not text stays as it is."""
    if cells.dtype != pl.String or cells.str.len_bytes().sum() == cells.str.len_chars().sum():
        return cells
    return cells.str.replace_all(INVISIBLE_PATTERN, "").str.strip_chars()


def text(cells: pl.Series) -> pl.Series:
    """The cells as text that shows as it is written, without surrounding space, empty if null.

    It is cut if it is too long.
    """
    return texts(cells)[0]


def texts(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The same, and the different texts among them."""
    written = cells.cast(pl.String)
    distinct = written.unique()
    if len(distinct) <= FEW_TEXTS and all(map(_is_plain, distinct.to_list())):
        return written, distinct
    short = _short(distinct)
    if short.equals(distinct):  # most columns repeat a few texts, which are as they should be
        return written, distinct
    return _short(written), short.unique()


def _is_plain(text: str | None) -> bool:
    """Whether a text is sure to stay as it is; what is printable turns and controls nothing."""
    if text is None or len(text) > LONGEST_TEXT:
        return False
    return text.isprintable() and text == text.strip(" ")


def _short(texts: pl.Series) -> pl.Series:
    seen = texts.str.head(LONGEST_TEXT + 1).str.replace_all(TURNING, "")
    return seen.str.replace_all(CONTROL, REPLACEMENT).str.strip_chars().fill_null("")


def has_name_problem(name: pl.Expr) -> pl.Expr:
    """Whether ``name_problem`` has a sentence on a name; it is quicker."""
    return (name == "") | (name.str.len_bytes() > LONGEST_TEXT) | name.str.starts_with(FORMULA_MARK)


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
        .when(raw.str.contains(DATE))
        .then(pl.format(DATE_PROBLEM, named, raw.str.head(10)))
        .when(raw.str.contains(SPAN))
        .then(pl.format("{} is the range '{}'; write one number instead.", named, raw))
        .when(value.is_null())
        .then(pl.format("{} is '{}', which is not a number.", named, raw))
        .when(~value.is_finite())
        .then(pl.format("{} is {}, which is not a finite number.", named, raw))
        .when(value <= 0)
        .then(pl.format("{} is {}; it must be above 0.", named, raw))
    )
