"""What a line of the matrix stands for: a species, one of its isomers, a class or a category.

A class has the sum of its true species in a sample. Its state is the best that one of them has.
"""

from collections.abc import Mapping

import polars as pl

from app.analysis.cohort_statistics.isomers import of_isomers

SPECIES, ISOMER = "species", "isomer"
# What several lines of a level are called.
SEVERAL: Mapping[str, str] = {
    SPECIES: "species",
    ISOMER: "isomers",
    "class": "classes",
    "category": "categories",
}
LEVELS = tuple(SEVERAL)
# The column of a result by which rows are one line, if it is not that of the species.
_COLUMNS = {"class": "prefix", "category": "category"}


def of_level(rows: pl.LazyFrame, level: str) -> pl.LazyFrame:
    """The rows, or species of quantities, with the name of their line as ``species``.

    Rows whose name cannot be read have no species, class or category, and are in no line.
    """
    if level == ISOMER:
        return of_isomers(rows)
    return rows if level == SPECIES else rows.with_columns(species=_COLUMNS[level])
