"""Split text into lines, join lines into records, and count the cells of a record."""

import io
import re

import polars as pl

from app.analysis.reading.raw_table import READ_PROBLEM

# A character that no text has. As a separator it makes each line one cell; elsewhere it stands in
# for another character.
UNIT = "\x1f"
QUOTED = r'"[^"]*"'
# The semicolon of 36:1;O2 does not separate cells, in a table where semicolons do.
CERAMIDE_SEMICOLON = r"(:\d+);(\(?O|\dO|\d\))"
# Further separators of names, which are only recognised where a row has too many cells: those of
# 36:1;2, of (9Z,12Z) and of 1OH,3OH.
IN_NAMES = {";": (r"(:\d+);(\d\b)",), ",": (r"(\d[EZ]),(\d+[EZ])", r"(OH),(\d+OH)")}
KEPT = f"${{1}}{UNIT}${{2}}"
# A name that a program quoted though it was quoted already.
DOUBLED_QUOTES = r'""([^"]+)""'


def split_lines(text: str) -> pl.Series:
    """Split a text into its lines, without blank ones."""
    lines = pl.read_csv(
        io.BytesIO(text.encode()),
        separator=UNIT,
        quote_char=None,
        has_header=False,
        infer_schema=False,
        new_columns=["line"],
        truncate_ragged_lines=True,
        raise_if_empty=False,
    )
    if lines.is_empty():
        return pl.Series("line", [], dtype=pl.String)
    return lines.filter(pl.col("line").str.contains(r"\S"))["line"]


def count_cells(records: pl.Series, separator: str) -> pl.Series:
    """Count the cells of each record; separators within quotes do not count."""
    is_quoted = records.str.contains('"', literal=True).any()
    bare = records.str.replace_all(QUOTED, "") if is_quoted else records
    return bare.str.count_matches(separator, literal=True) + 1


def join_lines(lines: pl.Series, separator: str, width: int) -> pl.Series:
    """Join lines into records of ``width`` cells where a quoted cell spans several lines.

    If the joined lines are not such a record, the quote is stray. It is removed and each line stays
    a record, so that one typing error does not swallow the rows after it. So is a quote that does
    not begin its cell, such as that of 10'36".
    """
    quotes = lines.str.count_matches('"', literal=True)
    if not (quotes % 2 == 1).any():
        return lines
    is_odd = quotes % 2 == 1
    is_inside = (quotes.cum_sum() - quotes) % 2 == 1
    table = pl.DataFrame({"line": lines, "odd": is_odd, "record": (~is_inside).cum_sum()})
    joined = _joined(table, separator)
    is_whole = joined["joined"].str.count_matches('"', literal=True) % 2 == 0
    fits = (count_cells(joined["joined"], separator) == width) & joined["begins_cell"] & is_whole
    return _joined_where(table, joined.drop("begins_cell").with_columns(fits=fits))


def _joined(table: pl.DataFrame, separator: str) -> pl.DataFrame:
    """The lines of each record (``line``, ``record``) joined, and whether its quote begins a cell.

    ``is_first`` lists whether each line is the first of its record.
    """
    begins_cell = table["line"].str.contains(rf'(^|{re.escape(separator)})\s*"[^"]*$')
    return (
        table.with_columns(begins_cell=begins_cell)
        .group_by("record", maintain_order=True)
        .agg(
            pl.col("line").str.join(" ").alias("joined"),
            pl.col("begins_cell").first(),
            is_first=pl.int_range(pl.len()) == 0,
        )
    )


def _joined_where(table: pl.DataFrame, joined: pl.DataFrame) -> pl.Series:
    """The records that fit, joined, and the lines of all others without a stray quote."""
    chosen = joined.explode("is_first")
    unquoted = pl.col("line").str.replace_all('"', "", literal=True)
    alone = pl.when("odd").then(unquoted).otherwise("line")
    return (
        pl.concat([table.drop("record"), chosen], how="horizontal")
        .filter(~pl.col("fits") | pl.col("is_first"))
        .select(pl.when("fits").then("joined").otherwise(alone).alias("line"))
        .to_series()
    )


def keep_ceramide_semicolons(lines: pl.Series) -> pl.Series:
    """Replace the semicolons that stand in ceramides by ``UNIT``."""
    return lines.str.replace_all(CERAMIDE_SEMICOLON, KEPT)


def keep_separators_of_names(records: pl.Series, separator: str, width: int) -> pl.Series:
    """Repair records with too many cells whose names hold separators, which become ``UNIT``."""
    inner = records
    for pattern in IN_NAMES.get(separator, ()):
        inner = inner.str.replace_all(pattern, KEPT)
    for tried in (inner, records.str.replace_all(DOUBLED_QUOTES, '"${1}"')):
        has_more = count_cells(records, separator) > width
        if not has_more.any():
            break
        fits = has_more & (count_cells(tried, separator) == width)
        records = pl.select(pl.when(fits).then(tried).otherwise(records)).to_series()
    return records


def mark_ragged(cells: pl.DataFrame, records: pl.Series, separator: str) -> pl.DataFrame:
    """Add a problem to each record with fewer cells than the header, or more that are not empty."""
    width = cells.width
    count = count_cells(records, separator)
    if (count == width).all():
        return cells
    filled = count_cells(records.str.strip_chars_end(separator + " "), separator)
    is_ragged = (count < width) | (filled > width)
    sentence = pl.format(
        "The row has {} cells than the header ({}, not {}); check its separators and quotes.",
        pl.when(count < width).then(pl.lit("fewer")).otherwise(pl.lit("more")),
        count,
        pl.lit(width),
    )
    return cells.with_columns(pl.when(is_ragged).then(sentence).alias(READ_PROBLEM))
