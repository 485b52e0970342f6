"""Which lines of a text make up one record, and how many cells a record has."""

import io

import polars as pl

# Separates nothing in any text, so that a line is one cell; stands in for a character elsewhere.
UNIT = "\x1f"
QUOTED = r'"[^"]*"'


def split_lines(text: str) -> pl.Series:
    """The lines of a text that are not blank."""
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
    """How many cells each record has; separators in quotes are text."""
    is_quoted = records.str.contains('"', literal=True).any()
    bare = records.str.replace_all(QUOTED, "") if is_quoted else records
    return bare.str.count_matches(separator, literal=True) + 1


def join_lines(lines: pl.Series, separator: str, width: int) -> pl.Series:
    """The records of ``width`` cells: a quoted cell may go on over lines.

    Where going on gives no such record the quote is a stray one. It is taken away, and its line
    stays a record of its own: one typing error must not swallow the rows after it.
    """
    quotes = lines.str.count_matches('"', literal=True)
    if not (quotes % 2 == 1).any():
        return lines
    is_inside = (quotes.cum_sum() - quotes) % 2 == 1
    table = pl.DataFrame({"line": lines, "odd": quotes % 2 == 1, "record": (~is_inside).cum_sum()})
    joined = table.group_by("record", maintain_order=True).agg(
        pl.col("line").str.join(" ").alias("joined"), is_first=pl.int_range(pl.len()) == 0
    )
    fits = count_cells(joined["joined"], separator) == width
    is_whole = joined["joined"].str.count_matches('"', literal=True) % 2 == 0
    chosen = joined.with_columns(fits=fits & is_whole).explode("is_first")
    unquoted = pl.col("line").str.replace_all('"', "", literal=True)
    alone = pl.when("odd").then(unquoted).otherwise("line")
    return (
        pl.concat([table.drop("record"), chosen], how="horizontal")
        .filter(~pl.col("fits") | pl.col("is_first"))
        .select(pl.when("fits").then("joined").otherwise(alone).alias("line"))
        .to_series()
    )
