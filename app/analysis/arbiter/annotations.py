"""What a program says of each peak of a run: the columns of its rows that the arbiter compares."""

import polars as pl

# Of a result (``ROW_SCHEMA``). ``species`` is null where the name could not be read.
OF_ROWS = (
    *("row", "sample", "name", "rt_min", "peak_area", "anchor", "mz", "adduct", "charge"),
    *("isotope_label", "evidence_level", "sample_role", "species", "molecular_name"),
)
_LETTER = r"^(G[A-Z]\d)(?:[abc](?:-?alpha)?|alpha)"


def annotations(rows: pl.LazyFrame) -> pl.DataFrame:
    """The annotations of a result (``OF_ROWS``), with ``known_as``, which equal ones share.

    That is the species without the letter of its isomer. It is empty without a species: rows that
    are all called "Unknown" are not one peak.
    """
    known = pl.col("species").str.replace(_LETTER, "${1}")
    return rows.select(*OF_ROWS, known_as=known.fill_null("")).collect()
