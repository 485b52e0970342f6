"""Write numbers plainly: ``1.5 x 10^6``, ``10.61 +- 0.02``, ``234k``, clock times of Excel."""

from collections.abc import Mapping

import polars as pl

# A power of ten, with its exponent raised or after a caret. 1.5x106 could be a product.
RAISED = dict(
    zip(
        "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b\u207a",
        "0123456789-+",
        strict=True,
    )
)
RAISED_POWER = rf"(?i)([x\u00d7*\u00b7\u22c5]\s*10)([{''.join(RAISED)}]+)"
POWER = r"(?i)(\d)\s*[x\u00d7*\u00b7\u22c5]\s*10\s*(?:\^|\*\*)\s*\(?([-+]?\d{1,2})\)?"
# The zeros of Arabic, Persian, Devanagari, Bengali and Thai digits.
ZEROS = (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50)
# The marks of Arabic numbers; the one between thousands is none of ours.
DIGITS = {
    **{chr(zero + digit): str(digit) for zero in ZEROS for digit in range(10)},
    "\u066b": ".",
    "\u066c": "'",
}
# What follows a mean, as in 10.61 ± 0.02 or 10.61 (10.5-10.7), is not read.
NUMBER = r"\d[\d.,]*"
DEVIATION = rf"\s*\(?\s*(?:\u00b1|\+/[-\u2212]|\+-)\s*{NUMBER}\s*\)?"
RANGE = (
    rf"(?i)^(\s*{NUMBER}\s*(?:min|s|sec)?)"
    rf"\s*[\[(]\s*{NUMBER}\s*[-\u2013\u2014]\s*{NUMBER}\s*[\])]\s*$"
)
# So is a deviation or the number of measurements alone, as in 10.61 (0.02) or 10.61 (n = 3), and a
# remark of words that are no unit, as in 10.61 (shoulder).
IN_BRACKETS = rf"{NUMBER}\s*%?|n\s*=\s*\d+|[a-z][a-z ?.,'-]{{2,40}}"
REMARK = rf"(?i)^(\s*{NUMBER}(?:e[-+]?\d+)?)\s*[\[(]\s*(?:{IN_BRACKETS})\s*[\])]\s*$"
# A unit, or a word that makes the number another than the measured one.
NO_REMARK = (
    r"(?i)[\[(]\s*(?:in\s+)?(?:min|sec|hours?|hrs?|[kmg]?(?:counts?|cts|cps)|thousand|mio|mill|bill"
    r"|mrd|a\.?u|pred|exp|calc|theor|lib|ref)"
)
# Thousands and millions; 1,234k can be read in two ways and is not, and 40000 M was integrated
# manually.
THOUSANDS = r"^(\s*[-+]?\d+(?:[.,]\d{1,2})?)\s*[kK]\s*$"
MILLIONS = r"^(\s*[-+]?\d{1,4}(?:[.,]\d{1,2})?)\s*M\s*$"
# Excel counts days from here, and a clock time has no day.
NO_DAY = r"^(?:1899-12-3[01]|1900-01-0[01])[ T]"
CLOCK = "%H:%M:%S%.3f"
WITHOUT_DEVIATION = "What stands after \u00b1 or in brackets after a number, as in {}, is not read."
SHORTENED = "Areas such as {} are read in thousands (k) or millions (M)."


def with_written_numbers(
    table: pl.DataFrame, columns: Mapping[str, str]
) -> tuple[pl.DataFrame, list[str]]:
    """The table with plain numbers where they are written otherwise, and notes on what was done.

    ``columns`` has the role of each column that holds numbers, by its header.
    """
    notes: dict[str, str] = {}
    for name, role in columns.items():
        cells = written = table[name]
        if cells.dtype == pl.String:
            cells = _with_exponents(_with_plain_digits(cells))
            cells = _changed(cells, [(DEVIATION, ""), (RANGE, "$1")], WITHOUT_DEVIATION, notes)
            cells = _without_remarks(cells, notes)
        if cells.dtype == pl.String and role == "volume":
            cells = _changed(cells, [(THOUSANDS, "${1}e3"), (MILLIONS, "${1}e6")], SHORTENED, notes)
        if cells is not written:
            table = table.with_columns(cells.alias(name))
    return table, list(notes.values())


def with_clock_texts(table: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    """The table with clock times of a spreadsheet as texts such as 00:10:36.000."""
    times = [name for name, role in columns.items() if role == "rt"]
    return table.with_columns(_clock_texts(table[name]) for name in times)


def _with_plain_digits(cells: pl.Series) -> pl.Series:
    """The cells with 0 to 9 for the digits of other scripts."""
    is_plain = cells.str.len_bytes().sum() == cells.str.len_chars().sum()
    return cells if is_plain else cells.str.replace_many(DIGITS)


def _with_exponents(cells: pl.Series) -> pl.Series:
    """The numbers with e6 for x 10^6."""
    if cells.str.contains(RAISED_POWER).any():
        is_raised = cells.str.contains(RAISED_POWER)
        plain = cells.str.replace(RAISED_POWER, "$1^$2").str.replace_many(RAISED)
        cells = pl.select(pl.when(is_raised).then(plain).otherwise(cells)).to_series()
    return cells.str.replace(POWER, "${1}e${2}") if cells.str.contains(POWER).any() else cells


def _changed(
    cells: pl.Series, patterns: list[tuple[str, str]], sentence: str, notes: dict[str, str]
) -> pl.Series:
    """The cells with each pattern replaced, and the sentence with an example among the notes."""
    for pattern, replacement in patterns:
        found = cells.filter(cells.str.contains(pattern))
        if len(found):
            notes.setdefault(sentence, sentence.format(repr(found[0].strip())))
            cells = cells.str.replace(pattern, replacement)
    return cells


def _without_remarks(cells: pl.Series, notes: dict[str, str]) -> pl.Series:
    """The cells without a remark in brackets after a number."""
    are_remarks = cells.str.contains(REMARK) & ~cells.str.contains(NO_REMARK)
    found = cells.filter(are_remarks)
    if found.is_empty():
        return cells
    notes.setdefault(WITHOUT_DEVIATION, WITHOUT_DEVIATION.format(repr(found[0].strip())))
    plain = cells.str.replace(REMARK, "$1")
    return pl.select(pl.when(are_remarks).then(plain).otherwise(cells)).to_series()


def _clock_texts(cells: pl.Series) -> pl.Series:
    kind = cells.dtype.base_type()
    if kind == pl.Duration:
        cells = (pl.Series([0]).cast(pl.Datetime("ms")) + cells).rename(cells.name)
        return cells.dt.strftime(CLOCK)
    if kind == pl.Time:
        return cells.dt.strftime(CLOCK)
    if kind == pl.Datetime:
        cells = cells.cast(pl.String)
    if cells.dtype == pl.String and cells.str.contains(NO_DAY).any():
        return cells.str.replace(NO_DAY, "")
    return cells
